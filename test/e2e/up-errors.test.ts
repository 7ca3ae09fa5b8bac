/** `gantry up` where it cannot work: one sentence with its cure, a documented exit code, nothing left. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { must, type Outcome, root, run } from './harness.ts';

const name = 'up-errors';
const folder = mkdtempSync(join(tmpdir(), 'gantry-up-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ports = ['--api-port', '18543', '--http-port', '18181', '--https-port', '18544'];

function up(...args: readonly string[]): Promise<Outcome> {
  const env = { KUBECONFIG: join(folder, 'kubeconfig') };
  return run(join(root, 'gantry'), ['up', '--name', name, ...ports, ...args], { env });
}

/** No config, no running part, no network, no kubeconfig. */
async function mustLeaveNothing(): Promise<void> {
  for (const path of [
    `/etc/gantry/${name}.json`,
    `/run/gantry/${name}`,
    `/var/lib/gantry/${name}`,
    join(folder, 'kubeconfig'),
  ])
    assert.equal(existsSync(path), false, path);
  assert.doesNotMatch(
    await must('ps', ['axww', '-o', 'args']),
    new RegExp(`gantry.*serve --name ${name}`),
  );
  assert.doesNotMatch(await must('nft', ['list', 'tables']), new RegExp(`gantry-${name}`));
}

async function mustRefuse(outcome: Outcome, code: number, ...sentences: RegExp[]): Promise<void> {
  assert.equal(outcome.code, code, outcome.stderr);
  assert.equal(outcome.stdout, '');
  for (const each of sentences) assert.match(outcome.stderr, each);
  assert.doesNotMatch(outcome.stderr, /^\s+at /m);
  await mustLeaveNothing();
}

test('an option that there is not', async () => {
  await mustRefuse(await up('--nothing'), 2, /Unknown option '--nothing'/, /gantry help up/);
});

test('a data directory that is not absolute', async () => {
  await mustRefuse(await up('--data-dir', 'here'), 2, /--data-dir here is not an absolute path/);
});

test('a port that is none', async () => {
  await mustRefuse(await up('--api-port', '99999'), 2, /--api-port 99999 is not a port/);
});

test('a port that another program has', async () => {
  const server = createServer().listen(0);
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    await mustRefuse(
      await up('--api-port', `${port}`),
      3,
      new RegExp(`Port ${port}, which the API server needs, is in use by `),
      /choose another port with --api-port/,
    );
  } finally {
    server.close();
  }
});

test('a disk without room', async () => {
  const disk = mkdtempSync(join(folder, 'disk-'));
  await must('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  try {
    const outcome = await up('--data-dir', join(disk, 'data'));
    await mustRefuse(
      outcome,
      3,
      /has 1 MiB free; gantry needs 512 MiB/,
      /choose another place with --data-dir/,
    );
  } finally {
    await must('umount', [disk]);
  }
});

test('a data directory that is a file', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await mustRefuse(await up('--data-dir', file), 3, /The data directory .* cannot be written/);
});

test("a data directory with others' files, and one of another cluster: both stay as they are", async () => {
  const theirs = mkdtempSync(join(folder, 'theirs-'));
  const letter = join(theirs, 'letter');
  writeFileSync(letter, 'dear');
  await mustRefuse(await up('--data-dir', theirs), 3, /holds files that are not gantry's/);
  const other = '/etc/gantry/up-errors-other.json';
  mkdirSync('/etc/gantry', { recursive: true });
  writeFileSync(other, JSON.stringify({ name: 'up-errors-other', index: 15, dataDir: theirs }));
  try {
    const inside = await up('--data-dir', join(theirs, 'below'));
    await mustRefuse(inside, 3, /belongs to the cluster "up-errors-other"/);
  } finally {
    rmSync(other);
  }
  assert.equal(existsSync(letter), true);
});

test('a person who is not root', async () => {
  const command = `"${join(root, 'gantry')}" up --name ${name} --no-install`;
  // The checkout may lie where only root can look; reading it is all that this person may do more.
  const mayRead = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  const person = ['--reuid=65534', '--clear-groups', ...mayRead];
  const outcome = await run('setpriv', [...person, 'sh', '-c', command]);
  await mustRefuse(outcome, 3, /must run as root/, /sudo/);
});

test('a config that is damaged', async () => {
  const config = `/etc/gantry/${name}.json`;
  mkdirSync('/etc/gantry', { recursive: true });
  writeFileSync(config, '{"name":');
  try {
    const { code, stderr } = await up();
    assert.equal(code, 1, stderr);
    assert.match(stderr, /The file \/etc\/gantry\/up-errors\.json is damaged/);
    assert.match(stderr, /Remove it and run "gantry up --name up-errors"/);
  } finally {
    rmSync(config);
  }
  await mustLeaveNothing();
});
