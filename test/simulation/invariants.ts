/**
 * What must hold in a simulated cluster, all of it: each promise, and below how it is checked. In
 * `invariants.test.ts` each is broken on purpose. Controllers see the cluster a little late, and so may
 * act on what was true `staleMs` ago; every bound allows for that and for nothing else.
 */
import {
  configMaps,
  endpointSlices,
  horizontalPodAutoscalers,
  jobs,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  pods,
  replicaSets,
} from '#api/kinds/index.ts';
import { millisOf, unitsOf } from '#api/quantity.ts';
import type {
  ConfigMap,
  Job,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicaSet,
} from '#api/types.ts';
import { labels } from '#node/decide/labels.ts';
import { add, noResources, requestOf, resourcesOf } from '#scheduler/decide/resources.ts';
import { scaledBeyond } from './autoscaler-checks.ts';
import { brokenBudget, wronglyLetGo } from './budget-checks.ts';
import type { SimulatedCluster } from './cluster.ts';
import { startedWrongly } from './cron-checks.ts';
import { missing } from './desired-state.ts';
import { type Invariant, whenWritten, type Words, type Written } from './invariant.ts';
import type { LedgerChange } from './ledger.ts';
import type { MachineContainer } from './machine/machine.ts';
import { Observations, staleMs } from './observations.ts';
import { beyondQuota, miscounted } from './quota-checks.ts';
import { endOf, isDone, isHealthy, isPreempted, ownerOf, replicasOf } from './reading.ts';
import { tooMuchTaken } from './set-bounds.ts';

/** In every moment. */
export const always: readonly Invariant[] = [
  { promise: 'no acknowledged write is lost', broken: ({ cluster }) => cluster.ledger.check() },
  {
    promise: 'no pod runs twice under one name, and no container of it',
    changesWith: ({ cluster }) => cluster.runs,
    broken: runsTwice,
  },
  {
    promise: 'an endpoint that is called ready is ready',
    changesWith: ({ now }) => Math.floor(now / 1000),
    broken: calledReady,
  },
  whenWritten('an ordinal of a StatefulSet has at most one pod', pods, ordinalTwice),
  whenWritten('a ReplicaSet makes no more pods than it asks for', pods, tooManyPods),
  whenWritten('a roll-out keeps its surge', replicaSets, tooManyReplicas),
  whenWritten('a roll-out alone leaves as many pods as it must', pods, tooFewLeft),
  whenWritten('no eviction breaks a budget', pods, brokenBudget),
  whenWritten('a budget lets nobody go that it needs', podDisruptionBudgets, wronglyLetGo),
  whenWritten('no node is promised more than its allocatable', pods, overcommitted),
  {
    promise: 'what runs on a node has never more than its allocatable',
    changesWith: ({ cluster }) => cluster.runs,
    broken: moreThanThereIs,
  },
  whenWritten('a node that is closed gets no pod from the scheduler', pods, throughClosedDoor),
  whenWritten('nobody is sent away before the toleration of a taint is over', pods, sentTooEarly),
  {
    promise: 'who does not tolerate a taint leaves, in time',
    changesWith: ({ now }) => Math.floor(now / 1000),
    broken: stayedTooLong,
  },
  whenWritten('a node that reports does not count as lost', nodes, wronglyLost),
  whenWritten('how a Job ended stays', jobs, endedOtherwise),
  whenWritten('a CronJob starts what is due, if it may', jobs, startedWrongly),
  whenWritten('an autoscaler keeps to its bounds', horizontalPodAutoscalers, scaledBeyond),
  whenWritten('nothing is let in beyond a quota', pods, beyondQuota('pods')),
  whenWritten('nothing is let in beyond a quota', jobs, beyondQuota('count/jobs.batch')),
  {
    promise: 'a quota tells exactly what is used',
    changesWith: ({ counts }) => counts,
    broken: miscounted,
  },
  whenWritten('what is applied has an owner, and what has one is there', configMaps, unowned),
  whenWritten('a claim has one volume, for good and alone', persistentVolumeClaims, otherVolume),
  whenWritten('a volume stays while a claim has it', persistentVolumes, tornVolume),
];

/** When nothing goes wrong any more: everything converges. Answers what has not yet. */
export const inTheEnd: (cluster: SimulatedCluster) => string[] = missing;

/** An endpoint may be called ready for so long after its pod is not, while the loops run. */
const endpointsStaleMs = 120_000;
/** So late may a pod that a taint sends away be told to go, while the loops run. */
const leavesWithinMs = 120_000;
/** Times are written in whole seconds, and a little before the commit that shows them. */
const writtenMs = 1_100;
/** A node is lost after 40 s without a sign of life; its agent gives one every 10 s. */
const surelyAliveMs = 25_000;
/** The least that the kernel knows: nothing was asked for. */
const sharesMin = 2;
const ordinalLabel = 'apps.kubernetes.io/pod-index';

export class Invariants extends Observations {
  readonly #askedAt = new Map<Invariant, number>();

  constructor(cluster: SimulatedCluster) {
    super(cluster);
    cluster.ledger.listen((change) => this.#written(change));
  }

  /** After every step of the clock, when all that it set off has come to its end. */
  check(): void {
    this.stepped();
    for (const invariant of always) {
      if (invariant.prefix) continue;
      const at = invariant.changesWith?.(this);
      if (at !== undefined && this.#askedAt.get(invariant) === at) continue;
      if (at !== undefined) this.#askedAt.set(invariant, at);
      this.#ask(invariant, {});
    }
  }

  #written(change: LedgerChange): void {
    this.changed(change);
    for (const invariant of always) {
      if (invariant.prefix && change.key.startsWith(invariant.prefix)) this.#ask(invariant, change);
    }
  }

  #ask({ promise, broken }: Invariant, change: Partial<LedgerChange>): void {
    const { previous, current } = change;
    const words = broken(this, { previous, current });
    if (words !== undefined) this.cluster.violated(`${words} (${promise})`);
  }
}

function runsTwice({ cluster }: Observations): Words {
  const owners = new Map<string, string>();
  for (const { name: node, machine } of cluster.nodes) {
    const containers = new Set<string>();
    for (const { labels: marks, podUid, name } of machine.running) {
      if (cluster.givenUp.has(podUid)) continue;
      const pod = `${marks[labels.podNamespace]}/${marks[labels.podName]}`;
      const owner = `${podUid} on ${node}`;
      const other = owners.get(pod) ?? owner;
      if (other !== owner) return `${pod} runs twice: ${other}, and ${owner}`;
      owners.set(pod, owner);
      const role = `${podUid}/${name}`;
      if (containers.has(role)) return `${pod}: container ${name} runs twice`;
      containers.add(role);
    }
  }
  return undefined;
}

function calledReady(seen: Observations): Words {
  for (const slice of seen.cluster.ledger.list(endpointSlices)) {
    for (const { conditions, targetRef } of slice.endpoints ?? []) {
      if (conditions?.ready !== true || targetRef?.kind !== 'Pod') continue;
      const wrongForMs = Math.min(seen.unreadyForMs(targetRef.uid) ?? 0, seen.loopsRunForMs);
      if (wrongForMs > endpointsStaleMs) {
        return `${slice.metadata.name} calls ${targetRef.name} ready, which is not`;
      }
    }
  }
  return undefined;
}

/** Also none beside one that is still on its way out, and none under another name. */
function ordinalTwice({ cluster }: Observations, { previous, current }: Written<Pod>): Words {
  const ordinal = current?.metadata.labels?.[ordinalLabel];
  const set = ownerOf(current);
  if (previous || !current || ordinal === undefined || set === undefined) return undefined;
  const others = cluster.ledger
    .list(pods)
    .filter((one) => one !== current && ownerOf(one) === set)
    .filter(({ metadata }) => metadata.labels?.[ordinalLabel] === ordinal);
  if (others.length === 0) return undefined;
  const names = [current, ...others].map(({ metadata }) => metadata.name);
  return `ordinal ${ordinal} has more than one pod: ${names.join(', ')}`;
}

/** Beside creations that it could not know of. */
function tooManyPods(seen: Observations, { previous, current }: Written<Pod>): Words {
  if (previous || !current) return undefined;
  const owner = ownerOf(current);
  const most = seen.mostOf(owner);
  if (most === undefined) return undefined;
  const unknown = seen.cluster.lostPodsAtMs.filter((at) => at >= seen.now - staleMs).length;
  const living = seen.podsOf(owner).length;
  if (living <= most + unknown) return undefined;
  return `${current.metadata.name}: ${living} pods of its set, ${most} allowed`;
}

/** Never more replicas in all sets of a Deployment than `replicas` + `maxSurge`. */
function tooManyReplicas(seen: Observations, { previous, current }: Written<ReplicaSet>): Words {
  if (!current || replicasOf(current) <= (previous ? replicasOf(previous) : 0)) return undefined;
  const owner = ownerOf(current);
  const most = seen.mostOf(owner);
  if (most === undefined) return undefined;
  const total = seen.cluster.ledger
    .list(replicaSets)
    .filter((one) => ownerOf(one) === owner)
    .reduce((sum, one) => sum + replicasOf(one), 0);
  if (total <= most) return undefined;
  return `${current.metadata.name}: ${total} replicas in all sets, ${most} allowed`;
}

/** Asked when a pod that served is deleted while nothing but updates has happened for a while. */
function tooFewLeft(seen: Observations, { previous, current }: Written<Pod>): Words {
  const { undisturbedSinceMs = seen.now } = seen;
  if (seen.now - undisturbedSinceMs < staleMs) return undefined;
  if (!previous || !isHealthy(previous) || !current?.metadata.deletionTimestamp) return undefined;
  if (isPreempted(current)) return undefined;
  return tooMuchTaken(current, seen);
}

/** By the scheduler, which cannot know of who comes past it, or is resized, at the same time. */
function overcommitted(seen: Observations, change: Written<Pod>): Words {
  const { nodeName } = change.current?.spec ?? {};
  if (!nodeName || !change.previous || change.previous.spec.nodeName) return undefined;
  const { ledger } = seen.cluster;
  const node = ledger.list(nodes).find(({ metadata }) => metadata.name === nodeName);
  if (!node) return undefined;
  // One that came back this moment has not said yet what it has.
  const { allocatable } = node.status ?? {};
  if (!allocatable) return undefined;
  const has = resourcesOf(allocatable);
  const given = noResources();
  const there = ledger
    .list(pods)
    .filter((pod) => pod.spec.nodeName === nodeName && !isDone(pod) && !seen.isUnforeseen(pod));
  for (const pod of there) add(given, requestOf(pod));
  if (given.milliCpu > has.milliCpu || given.memory > has.memory) {
    return `${nodeName} is promised ${given.milliCpu}m CPU and ${given.memory} bytes`;
  }
  if (there.length <= unitsOf(allocatable['pods'] ?? '0')) return undefined;
  return `${nodeName} is promised ${there.length} pods`;
}

/** What the agent let in and granted, as the machine itself shows it; beside what nobody counts any more. */
function moreThanThereIs({ cluster }: Observations): Words {
  for (const { name, machine } of cluster.nodes) {
    const node = cluster.ledger.list(nodes).find(({ metadata }) => metadata.name === name);
    const { allocatable } = node?.status ?? {};
    if (!allocatable) continue;
    const own = machine.running.filter(({ podUid }) => !cluster.givenUp.has(podUid));
    const milli = own.reduce((sum, container) => sum + inForce(container, cluster), 0);
    if (milli > millisOf(allocatable['cpu'] ?? '0')) return `${name} runs ${milli}m CPU`;
    const count = new Set(own.map(({ podUid }) => podUid)).size;
    if (count > unitsOf(allocatable['pods'] ?? '0')) return `${name} runs ${count} pods`;
  }
  return undefined;
}

/** Of one that shrinks, what it was granted counts, although the runtime may not have been told yet. */
function inForce(container: MachineContainer, { ledger }: SimulatedCluster): number {
  const { cpuShares = 0 } = container.resources;
  if (cpuShares <= sharesMin) return 0;
  const milli = Math.floor((cpuShares * 1000) / 1024);
  const { status } =
    ledger.list(pods).find(({ metadata: { uid } }) => uid === container.podUid) ?? {};
  const granted = status?.containerStatuses?.find(({ name }) => name === container.name);
  const cpu = granted?.allocatedResources?.['cpu'];
  return cpu === undefined ? milli : Math.min(milli, millisOf(cpu));
}

/** A pod that waits for its volume has its place already, as in Kubernetes. */
function throughClosedDoor(seen: Observations, { previous, current }: Written<Pod>): Words {
  const { nodeName, volumes = [] } = current?.spec ?? {};
  if (!current || !nodeName || !previous || previous.spec.nodeName) return undefined;
  if (volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim)) return undefined;
  const taint = seen.doors.closedTo(current, nodeName, staleMs, seen.now);
  return taint && `${current.metadata.name} was bound to ${nodeName} in spite of ${taint.key}`;
}

function sentTooEarly(seen: Observations, { previous, current }: Written<Pod>): Words {
  const { nodeName } = current?.spec ?? {};
  if (!current || !nodeName || !isSentAway(current) || (previous && isSentAway(previous))) {
    return undefined;
  }
  const { now, cluster, doors } = seen;
  const end = doors.firstEnd(current, nodeName, now - staleMs, cluster.clock.settings);
  if (end === undefined) return undefined;
  // The time of a taint may have been noted long before it arrived.
  const slackMs = seen.punctualForMs > now - end.sinceMs ? writtenMs : staleMs;
  if (now >= end.atMs - slackMs) return undefined;
  return `${current.metadata.name} was sent away from ${nodeName} ${end.atMs - now} ms too early`;
}

const isSentAway = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ reason }) => reason === 'DeletionByTaintManager') === true;

function stayedTooLong({ cluster, doors, now, loopsRunForMs }: Observations): Words {
  if (loopsRunForMs < leavesWithinMs) return undefined;
  for (const node of doors.nodes) {
    const there = cluster.ledger.list(pods).filter(({ spec }) => spec.nodeName === node);
    for (const pod of there) {
      if (isDone(pod) || pod.metadata.deletionTimestamp) continue;
      const taint = doors.overdue(pod, node, leavesWithinMs, now);
      if (taint) return `${pod.metadata.name} stays on ${node} in spite of ${taint.key}`;
    }
  }
  return undefined;
}

/** Whatever the clocks say, once messages have been arriving at once for a while. */
function wronglyLost(seen: Observations, { previous, current }: Written<Node>): Words {
  if (!current || readyStatusOf(current) !== 'Unknown') return undefined;
  if (!previous || readyStatusOf(previous) === 'Unknown') return undefined;
  const { name } = current.metadata;
  const silentMs = seen.silentForMs(name);
  if (Math.min(seen.punctualForMs, seen.loopsRunForMs) < staleMs) return undefined;
  if (silentMs >= surelyAliveMs) return undefined;
  return `node ${name} counts as lost ${silentMs} ms after its agent reported`;
}

const readyStatusOf = ({ status }: Node): string | undefined =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.status;

/** Of the two ends of a Job, the one that was written first. */
function endedOtherwise(_: Observations, { previous, current }: Written<Job>): Words {
  const [before, now] = [endOf(previous), endOf(current)];
  if (!current || !before || before === now) return undefined;
  return `job ${current.metadata.name} was ${before}, and is ${now ?? 'open again'}`;
}

/** Source: KEP-555; all of it comes by server-side apply, so that each field is somebody's. */
function unowned(_: Observations, { current }: Written<ConfigMap>): Words {
  if (current?.metadata.name !== 'settings') return undefined;
  const owned = (current.metadata.managedFields ?? []).flatMap(({ fieldsV1 }) => {
    const fields = (fieldsV1 as Record<string, object> | undefined)?.['f:data'];
    return Object.keys(fields ?? {}).filter((key) => key !== '.');
  });
  const [wanted, there] = [new Set(owned), Object.keys(current.data ?? {})].map((names) =>
    [...names]
      .map((name) => name.replace(/^f:/, ''))
      .toSorted()
      .join(' '),
  );
  return wanted === there ? undefined : `the settings are "${there}", and owned are "${wanted}"`;
}

function otherVolume({ cluster }: Observations, change: Written<PersistentVolumeClaim>): Words {
  const { previous, current: claim } = change;
  const before = previous?.spec.volumeName;
  const volume = claim?.spec.volumeName;
  if (!claim || volume === before) return undefined;
  const { name, uid } = claim.metadata;
  if (before) return `claim ${name} went from ${before} to ${volume}`;
  const isShared = cluster.ledger
    .list(persistentVolumeClaims)
    .some(({ metadata, spec }) => metadata.uid !== uid && spec.volumeName === volume);
  return isShared ? `volume ${volume} has more claims than ${name}` : undefined;
}

function tornVolume({ cluster }: Observations, change: Written<PersistentVolume>): Words {
  if (change.current || !change.previous) return undefined;
  const { name } = change.previous.metadata;
  const owner = cluster.ledger
    .list(persistentVolumeClaims)
    .find(({ spec }) => spec.volumeName === name);
  return owner && `volume ${name} of claim ${owner.metadata.name} was removed`;
}
