/**
 * The whole scheduler: its informers, queue and bindings with their events, through the API server in
 * the same process over the store in memory. Nodes and pods are there before; measured is from the
 * scheduler's start, its first lists included, until the server has bound the last pod.
 */
import { allKinds, namespaces, nodes, pods, priorityClasses } from '#api/kinds/index.ts';
import { serviceAccounts } from '#api/kinds/service-accounts.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type { Verbs } from '#api/verbs.ts';
import { silentLogger } from '#base/log.ts';
import { LoopRuntime } from '#client/runtime.ts';
import { Scheduler } from '#scheduler/scheduler.ts';
import { standardAdmission } from '#server/admission/steps.ts';
import { createCore } from '#server/core/create-core.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openMemoryStore } from '#store/memory/memory.ts';
import { systemClock } from '#sys/clock.ts';
import { systemRandom } from '#sys/random.ts';
import { systemTimers } from '#sys/timers.ts';
import { type Rates, stopwatch } from './stopwatch.ts';
import { node, priorities, type Workload } from './workloads.ts';

export interface WholeFigures extends Rates {
  readonly bound: number;
  readonly preempted: number;
}

const parts = {
  clock: systemClock,
  timers: systemTimers,
  random: systemRandom,
  logger: silentLogger,
};

function openVerbs(): Verbs {
  const backend = openMemoryStore(parts);
  const admission = standardAdmission({ ...parts, backend, serviceRanges: ['10.96.0.0/12'] });
  const kinds = lookupOf(allKinds);
  const core = createCore({ ...parts, backend, kinds, admission });
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const user = { name: 'system:kube-scheduler', groups: ['system:masters'] };
  return inProcessVerbs({ core, kinds: () => kinds, authorizer }, user);
}

async function fill(verbs: Verbs, workload: Workload, nodeCount: number): Promise<void> {
  const make = async (kind: Kind, object: KubeObject): Promise<void> => {
    await verbs.create(collectionOf(kind, object.metadata.namespace), object);
  };
  const named = (kind: string, metadata: KubeObject['metadata']): KubeObject => ({
    apiVersion: 'v1',
    kind,
    metadata,
  });
  await make(namespaces, named('Namespace', { name: 'default' }));
  await make(serviceAccounts, named('ServiceAccount', { name: 'default', namespace: 'default' }));
  for (const each of priorities) await make(priorityClasses, each);
  for (let at = 0; at < nodeCount; at++) await make(nodes, node(at, workload.zones));
  const { placed, waiting } = workload;
  for (let at = 0; at < nodeCount * (placed?.each ?? 0); at++) {
    const pod = placed?.pod(at);
    if (!pod) continue;
    const nodeName = node(at % nodeCount, 1).metadata.name;
    await make(pods, { ...pod, spec: { ...pod.spec, nodeName } } as KubeObject);
  }
  for (let at = 0; at < (waiting?.count ?? 0); at++) {
    const pod = waiting?.pod(at);
    if (pod) await make(pods, pod);
  }
  for (let at = 0; at < workload.count; at++) await make(pods, workload.pod(at));
}

export async function wholeScheduler(workload: Workload, nodeCount: number): Promise<WholeFigures> {
  const verbs = openVerbs();
  await fill(verbs, workload, nodeCount);
  const runtime = new LoopRuntime({ ...parts, verbs, verbsFor: () => verbs });
  const recorder = runtime.recorderFor('default-scheduler');
  const { informers } = runtime;
  const scheduler = new Scheduler({ ...parts, verbs, informers, recorder });
  let bound = 0;
  const allBound = new Promise<void>((resolve) => {
    informers.of(pods).listen((previous, next) => {
      if (next?.metadata.name.startsWith('pod-') !== true || !next.spec.nodeName) return;
      if (!previous?.spec.nodeName && ++bound >= workload.count) resolve();
    });
  });
  const alive = setInterval(() => undefined, 1000);
  const watch = stopwatch();
  await Promise.all([runtime.start(), scheduler.start()]);
  await allBound;
  const rates = watch(workload.count);
  clearInterval(alive);
  const { preempted } = scheduler.stats();
  await scheduler.stop();
  await runtime.stop();
  return { ...rates, bound, preempted };
}
