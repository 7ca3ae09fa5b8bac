/** A whole control plane in the test's process, over the store in memory. */
import type { Pod } from '#api/types.ts';
import { pods } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import type { Verbs } from '#api/verbs.ts';
import { type Logger, silentLogger } from '#base/log.ts';
import { isStatusError } from '#base/status-error.ts';
import { ControlPlane } from '#main/control-plane.ts';
import type { NodeConnector } from '#server/node-connector.ts';
import { openMemoryStore } from '#store/memory/memory.ts';
import { systemClock } from '#sys/clock.ts';
import { systemRandom } from '#sys/random.ts';
import { systemTimers } from '#sys/timers.ts';
import { generateKey } from '#wire/pki/key-pair.ts';

export interface TestControlPlane {
  readonly admin: Verbs;
  verbsOfNode(name: string): Verbs;
  createPod(name: string, spec: unknown, metadata?: object): Promise<Pod>;
  pod(name: string): Promise<Pod | undefined>;
  stop(): Promise<void>;
}

export async function openControlPlane(
  connector?: NodeConnector,
  logger: Logger = silentLogger,
): Promise<TestControlPlane> {
  const parts = { clock: systemClock, timers: systemTimers, random: systemRandom };
  const plane = await ControlPlane.create({
    ...parts,
    log: logger,
    backend: openMemoryStore(parts),
    serviceRanges: ['10.96.0.0/16'],
    signingKeys: [generateKey()],
    rootCertificates: () => '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
    connector,
  });
  await plane.start();
  const admin = plane.server.verbsFor({ name: 'admin', groups: ['system:masters'] });
  const inDefault = collectionOf(pods, 'default');
  return {
    admin,
    verbsOfNode: (name) =>
      plane.server.verbsFor({
        name: `system:node:${name}`,
        groups: ['system:nodes', 'system:authenticated'],
      }),
    createPod: async (name, spec, metadata = {}) =>
      (await admin.create(inDefault, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default', ...metadata },
        spec,
      } as Pod)) as Pod,
    pod: async (name) => {
      try {
        return (await admin.get({ ...inDefault, name })) as Pod;
      } catch (error) {
        if (isStatusError(error, 'NotFound')) return undefined;
        throw error;
      }
    },
    stop: () => plane.stop(),
  };
}
