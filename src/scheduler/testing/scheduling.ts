/** A scheduler over the real server in process, on virtual time. */
import { allKinds, events, nodes, pods } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { Event, Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { silentLogger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import { LoopRuntime } from '#client/runtime.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster, type TestCluster } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { Scheduler } from '../scheduler.ts';
import { type NodeWords, nodeNamed } from './objects.ts';

export interface Scheduling {
  readonly cluster: TestCluster;
  readonly verbs: Verbs;
  readonly scheduler: Scheduler;
  node(name: string, words?: NodeWords): Promise<void>;
  pod(object: Pod): Promise<void>;
  podNow(name: string): Promise<Pod>;
  /** `Scheduled: Successfully …`, in order. */
  told(): Promise<readonly string[]>;
  run(ms?: number): Promise<void>;
  stop(): Promise<void>;
}

/** `chance` draws for the scheduler where nodes are alike. */
export async function startScheduling(chance: Random = seededRandom(3)): Promise<Scheduling> {
  const cluster = await openTestCluster();
  const { core, time } = cluster;
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const user = { name: 'system:kube-scheduler', groups: [] };
  const verbs = inProcessVerbs({ core, kinds: () => kinds, authorizer }, user);
  const parts = { clock: time, timers: time, random: seededRandom(3), logger: silentLogger };
  const runtime = new LoopRuntime({ ...parts, verbs, verbsFor: () => verbs });
  const scheduler = new Scheduler({
    ...parts,
    random: chance,
    verbs,
    informers: runtime.informers,
    recorder: runtime.recorderFor('default-scheduler'),
  });
  const run = async (ms = 100): Promise<void> => {
    for (const end = time.now() + ms; time.now() < end; ) {
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      time.advance(20);
    }
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  };
  const started = Promise.all([runtime.start(), scheduler.start()]);
  await run();
  await started;
  return {
    cluster,
    verbs,
    scheduler,
    node: async (name, words) => void (await cluster.create(nodes as Kind, nodeNamed(name, words))),
    pod: async (object) => void (await cluster.create(pods as Kind, object)),
    podNow: async (name) => (await cluster.get(pods as Kind, name)) as Pod,
    told: async () => {
      const { items } = await verbs.list(collectionOf(events as Kind, 'default'));
      return (items as readonly Event[]).map(({ reason, message }) => `${reason}: ${message}`);
    },
    run,
    stop: async () => {
      await scheduler.stop();
      await runtime.stop();
    },
  };
}
