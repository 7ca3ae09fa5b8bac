/** The real kubectl against the real server: what people see, command by command. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer } from './cluster.ts';
import { playTranscript } from './transcript.ts';

const testdata = join(import.meta.dirname, 'testdata');

/** One per line of releases that behave differently. The old one is Debian 12's `kubernetes-client`. */
const clients = [
  { minor: '1.32', binary: process.env['KUBECTL'] ?? '/usr/bin/kubectl' },
  { minor: '1.20', binary: process.env['KUBECTL_1_20'] },
];

for (const { minor, binary } of clients) {
  const file = join(testdata, `kubectl-${minor}.txt`);
  test(`kubectl ${minor}`, { skip: unusable(binary, minor) }, async () => {
    const server = await startServer();
    try {
      cpSync(join(testdata, 'manifests'), server.folder, { recursive: true });
      const environment = { HOME: server.folder, KUBECONFIG: join(server.folder, 'kubeconfig') };
      const { folder } = server;
      const kubectl = binary ?? '';
      const { expected, actual } = await playTranscript({
        file,
        kubectl,
        environment,
        folder,
      });
      assert.equal(actual, expected);
    } finally {
      await server.close();
    }
  });
}

function unusable(binary: string | undefined, minor: string): string | false {
  if (!binary) return `KUBECTL_${minor.replace('.', '_')} names no kubectl`;
  if (!existsSync(binary)) return `there is no ${binary}`;
  const version = execFileSync(binary, ['version', '--client'], { encoding: 'utf8' });
  return new RegExp(`v${minor.replace('.', '\\.')}\\b|Minor:"${minor.split('.')[1]}`).test(version)
    ? false
    : `${binary} is not of ${minor}`;
}
