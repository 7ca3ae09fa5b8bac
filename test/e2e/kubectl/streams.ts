/** Verbs that keep a connection into a pod: exec, attach, cp, port-forward, run -it. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, User } from './user.ts';

/** More than every buffer on the way. */
const manyBytes = 3 * 1024 * 1024;

/** kubectl 1.20 complains that a command ended before it was told the terminal's size. */
const sizeTooLate = /^E\d{4} .* v3\.go:\d+\] EOF\n/m;

/**
 * What a command says under a terminal, without the carriage return of each line. Its input stays open:
 * `script` would type an end of file, which the terminal shows at any place.
 */
async function atTerminal(user: User, command: string): Promise<string> {
  const session = user.start(`script -qec "${command}" /dev/null`);
  try {
    await session.ends();
    return session.output.replaceAll('\r', '').replace(sizeTooLate, '');
  } finally {
    await session.stop();
  }
}

function writeManyBytes(user: User, name: string): string {
  const bytes = randomBytes(manyBytes);
  writeFileSync(join(user.folder, name), bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

const digestOf = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

export const streamChecks: readonly Check[] = [
  {
    name: 'exec: output, errors and exit code arrive apart',
    run: async (user) => {
      const { code, stdout, stderr } = await user.run(
        "kubectl exec shell -c main -- sh -c 'echo out; echo err >&2; exit 7'",
      );
      assert.deepEqual([code, stdout], [7, 'out\n']);
      assert.match(stderr, /^err\ncommand terminated with exit code 7/);
      await user.fails(
        'kubectl exec shell -c main -- no-such-program',
        /no-such-program.*(not found|no such file)/s,
      );
      await user.fails('kubectl exec shell -c nothing -- true', /container nothing/);
      assert.equal(await user.ok('kubectl exec deployment/web -- cat /www/index.html'), 'a page\n');
    },
  },
  {
    name: 'exec -i: three megabytes in and out',
    run: async (user) => {
      const digest = writeManyBytes(user, 'exec-in');
      await user.ok('kubectl exec -i shell -c main -- cat < exec-in > exec-out');
      assert.equal(digestOf(join(user.folder, 'exec-out')), digest);
    },
  },
  {
    name: 'exec -it: a terminal with a size',
    run: async (user) => {
      const exec = 'kubectl exec -it shell -c main --';
      assert.equal(
        await atTerminal(user, `${exec} sh -c 'test -t 0 && test -t 1 && echo terminal'`),
        'terminal\n',
      );
      const session = user.start(`script -qec "${exec} sh" /dev/null`);
      try {
        session.type('echo $((6 * 7))\n');
        await session.shows(/^42\r?$/m);
        session.type('exit 5\n');
        assert.equal(await session.ends(), 5);
      } finally {
        await session.stop();
      }
    },
  },
  {
    name: 'attach: output, and input',
    run: async (user) => {
      const attach = user.start('kubectl attach -i echo');
      try {
        await attach.shows(/command prompt|enter/);
        attach.type('a word\n');
        await attach.shows(/^got a word$/m);
      } finally {
        await attach.stop();
      }
      await user.fails('kubectl attach nothing', /pods "nothing" not found/);
    },
  },
  {
    name: 'run -i --rm: input, output and exit code of a pod of its own',
    run: async (user) => {
      const run = 'kubectl run one-shot --image=busybox:1 --restart=Never -i --rm --quiet';
      const { code, stdout } = await user.run(
        `${run} -- sh -c 'read a; echo got $a; exit 3'`,
        'it\n',
      );
      assert.deepEqual([code, stdout], [3, 'got it\n']);
      await user.fails('kubectl get pod one-shot', /not found/);
    },
  },
  {
    name: 'run -it --rm: ends although the container ended before kubectl came',
    run: async (user) => {
      const run = 'kubectl run at-once --image=busybox:1 --restart=Never -it --rm';
      assert.match(
        await atTerminal(user, `${run} -- sh -c 'echo hello; echo bye'`),
        /"at-once" deleted/,
      );
    },
  },
  {
    name: 'run -it --rm without a terminal: ends with the container, though the input stays open',
    run: async (user) => {
      const run = 'kubectl run piped --image=busybox:1 --restart=Never -it --rm';
      const piped = user.start(`${run} -- sh -c 'read a; echo got $a'`);
      try {
        await piped.shows(/command prompt/);
        piped.type('it\n');
        await piped.shows(/^got it$/m);
        assert.equal(await piped.ends(), 0);
      } finally {
        await piped.stop();
      }
    },
  },
  {
    name: 'cp: a file and a folder, both ways',
    run: async (user) => {
      const digest = writeManyBytes(user, 'cp-in');
      await user.ok('kubectl cp cp-in shell:/tmp/copied -c main');
      await user.ok('kubectl cp shell:/tmp/copied cp-out -c main');
      assert.equal(digestOf(join(user.folder, 'cp-out')), digest);
      await user.ok(
        'mkdir -p tree/below && echo leaf > tree/below/leaf && kubectl cp tree shell:/tmp/tree -c main',
      );
      await user.ok('kubectl cp shell:/tmp/tree tree-back -c main');
      assert.equal(await user.ok('cat tree-back/below/leaf'), 'leaf\n');
    },
  },
  {
    name: 'port-forward: to a pod, and by the port of a Service',
    run: async (user) => {
      const [pod = ''] = (await user.ok('kubectl get pods -l app=web -o name')).split('\n');
      for (const target of [`${pod} :8080`, 'service/web :80', 'deployment/web :http']) {
        const forward = user.start(`kubectl port-forward ${target}`);
        try {
          const [, port] = await forward.shows(/Forwarding from 127\.0\.0\.1:(\d+) -> 8080/);
          for (let request = 0; request < 3; request += 1)
            assert.equal(
              await user.ok(`curl -sS --max-time 10 http://127.0.0.1:${port}/`),
              'a page\n',
            );
        } finally {
          await forward.stop();
        }
      }
    },
  },
];
