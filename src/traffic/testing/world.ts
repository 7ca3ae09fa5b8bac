/** Caches over the real server on the store in memory, and a test that changes what they show. */
import { allKinds } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import { silentLogger } from '#base/log.ts';
import { Informers } from '#client/informers.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import type { ManualTime } from '#store/testing/manual-time.ts';

export interface TrafficWorld {
  readonly informers: Informers;
  readonly time: ManualTime;
  create<T extends KubeObject>(kind: Kind<T>, object: object): Promise<KubeObject>;
  patch<T extends KubeObject>(kind: Kind<T>, name: string, body: object): Promise<KubeObject>;
  remove<T extends KubeObject>(kind: Kind<T>, name: string): Promise<void>;
  /** Lets everything that waits for no timer happen. */
  rest(): Promise<void>;
}

export async function openTrafficWorld(): Promise<TrafficWorld> {
  const cluster = await openTestCluster();
  const { core, time } = cluster;
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const verbs = inProcessVerbs(
    { core, kinds: () => kinds, authorizer },
    { name: 'ada', groups: ['system:masters'] },
  );
  const informers = new Informers({
    verbs,
    clock: time,
    timers: time,
    random: seededRandom(3),
    logger: silentLogger,
  });
  const refOf = <T extends KubeObject>(kind: Kind<T>, name: string) => ({
    ...collectionOf(kind, 'default'),
    name,
  });
  return {
    informers,
    time,
    create: (kind, object) => cluster.create(kind as unknown as Kind, object),
    patch: (kind, name, body) => verbs.patch(refOf(kind, name), { type: 'merge', body }),
    remove: async (kind, name) => void (await verbs.delete(refOf(kind, name), {})),
    rest: async () => {
      for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    },
  };
}
