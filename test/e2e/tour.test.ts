/** The README's five minutes, word for word, as a newcomer types them. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kubectls, must, root, run } from './harness.ts';

/** Lines of the README's `sh` blocks between the marks of the tour. */
function tourLines(): string[] {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const tour = text.slice(text.indexOf('<!-- tour -->'), text.indexOf('<!-- end of the tour -->'));
  return [...tour.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  );
}

const skip =
  existsSync('/etc/gantry/gantry.json') && 'a cluster "gantry" is on this machine already';

describe('the tour', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-tour-'));
  const env = { KUBECONFIG: join(folder, 'kubeconfig') };
  before(() => must('./gantry', ['up'], { env, timeoutMs: 300_000 }));
  after(async () => {
    await run('./gantry', ['reset', '--yes'], { env, timeoutMs: 120_000 });
    rmSync(folder, { recursive: true, force: true });
  });

  for (const { label, program } of kubectls()) {
    it(`works word for word with ${label}`, { timeout: 300_000 }, async () => {
      const path = `${program.includes('/') ? program.replace(/\/kubectl$/, '') : ''}:${process.env['PATH']}`;
      for (const line of tourLines()) {
        const { code, stdout, stderr } = await run('sh', ['-c', line], {
          env: { ...env, PATH: path.replace(/^:/, '') },
          timeoutMs: 180_000,
        });
        assert.equal(code, 0, `${line}\n${stdout}\n${stderr}`);
        for (const [words, expected] of expectations) {
          if (line.includes(words)) assert.match(stdout, expected, line);
        }
      }
    });
  }
});

/** What a person would look for in the answers. */
const expectations: readonly [string, RegExp][] = [
  ['get pods,services,ingress', /guestbook\.localhost/],
  ['curl -s http://guestbook.localhost/messages', /hello/],
  ['rollout history', /REVISION/],
  ['nslookup', /10\.96\.\d+\.\d+/],
  ['get nodes', / Ready /],
  ['./gantry status', /gateway +yes/],
  ['describe deployment web', /ScalingReplicaSet/],
];
