/** An API server over the store in memory, on a free port, and a kubeconfig for its administrator. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allKinds } from '#api/kinds/index.ts';
import { silentLogger } from '#base/log.ts';
import { createApiServer } from '#server/api-server.ts';
import type { NodeConnector } from '#server/node-connector.ts';
import { openMemoryStore } from '#store/memory/memory.ts';
import { systemClock } from '#sys/clock.ts';
import { systemRandom } from '#sys/random.ts';
import { systemTimers } from '#sys/timers.ts';
import { createAuthority, issueClient, issueServer } from '#wire/pki/authority.ts';
import { generateKey, type KeyPair } from '#wire/pki/key-pair.ts';

export interface LiveServer {
  readonly url: string;
  readonly authority: KeyPair;
  readonly admin: KeyPair;
  /** A folder of this run, with `kubeconfig` in it; kubectl's home. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export async function startServer(connector?: NodeConnector): Promise<LiveServer> {
  const backend = openMemoryStore({ clock: systemClock, timers: systemTimers });
  const server = await createApiServer({
    backend,
    kinds: allKinds,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log: silentLogger,
    serviceRanges: ['10.96.0.0/12'],
    signingKeys: [generateKey()],
    connector,
  });
  const authority = await createAuthority(systemClock);
  const names = ['127.0.0.1', 'localhost'];
  const serving = await issueServer(authority, systemClock, {
    commonName: 'kube-apiserver',
    names,
  });
  const admin = await issueClient(authority, systemClock, {
    commonName: 'admin',
    organizations: ['system:masters'],
  });
  const keys = { ...serving, clientAuthorities: authority.certificate };
  const { port } = await server.listen({ host: '127.0.0.1', port: 0, keys });
  const url = `https://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'gantry-e2e-'));
  await writeFile(join(folder, 'kubeconfig'), kubeconfig(url, authority, admin), { mode: 0o600 });
  return {
    url,
    authority,
    admin,
    folder,
    close: async () => {
      await server.close();
      await backend.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function kubeconfig(server: string, authority: KeyPair, admin: KeyPair): string {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [
      {
        name: 'test',
        cluster: { server, 'certificate-authority-data': base64(authority.certificate) },
      },
    ],
    users: [
      {
        name: 'admin',
        user: {
          'client-certificate-data': base64(admin.certificate),
          'client-key-data': base64(admin.key),
        },
      },
    ],
  });
}
