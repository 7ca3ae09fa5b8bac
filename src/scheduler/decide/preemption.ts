/**
 * Whether pods of lower priority should make room for one that fits nowhere, and which (Kubernetes:
 * DefaultPreemption). Promises: no pod of equal or higher priority is chosen; none is chosen that could
 * stay; budgets are kept where any choice keeps them.
 */
import type { Refusal } from '#api/reasons.ts';
import type { Pod } from '#api/types.ts';
import type { TrialState } from './filter.ts';
import { type Checks, checksFor } from './filters.ts';
import { countedSentence } from './message.ts';
import type { NodeState } from './node-state.ts';
import { type Chance, type NoPlacement, tallyOf } from './placement.ts';
import type { PodNeeds } from './pod-needs.ts';
import { Room } from './room.ts';
import type { Budget } from './budgets.ts';
import { splitByBudget } from './budgets.ts';

export interface Preemption {
  readonly type: 'preempt';
  readonly node: string;
  /** The most important first; some may be on their way out already. */
  readonly victims: readonly PodNeeds[];
}

export interface NoPreemption {
  readonly type: 'none';
  /** Ends the sentence `preemption: …`. */
  readonly because: string;
  /** It may wait for pods that are leaving for it: its nomination stands. */
  readonly isWaiting: boolean;
}

interface Candidate {
  readonly state: NodeState;
  readonly victims: readonly PodNeeds[];
  readonly violations: number;
}

/** Enough nodes to choose from (Kubernetes: minCandidateNodesAbsolute; beyond it a tenth of all, which costs more than it finds). */
const candidatesMax = 100;

const noVictims: readonly Refusal[] = [{ code: 'no-victims' }];
const hopeless: readonly Refusal[] = [{ code: 'preemption-hopeless' }];

export function preemptionOf(
  needs: PodNeeds,
  placement: NoPlacement,
  cluster: TrialState,
  budgets: readonly Budget[],
  chance: Chance,
): Preemption | NoPreemption {
  if (!needs.shape.preempts) return no('not eligible due to preemptionPolicy=Never.');
  if (isAwaiting(needs, placement, cluster)) {
    return no('not eligible due to a terminating pod on the nominated node.', true);
  }
  const { hopeful, nodes } = placement;
  const checks = checksFor(needs, cluster);
  const found: Candidate[] = [];
  const refusals = new Map<readonly Refusal[], number>();
  const from = hopeful.length === 0 ? 0 : chance.below(hopeful.length);
  for (let at = 0; at < hopeful.length && found.length < candidatesMax; at++) {
    const state = hopeful[(from + at) % hopeful.length] as NodeState;
    const outcome = candidateOn(state, needs, checks, cluster, budgets);
    if ('victims' in outcome) found.push(outcome);
    else refusals.set(outcome.refusals, (refusals.get(outcome.refusals) ?? 0) + 1);
  }
  const best = bestOf(found);
  if (best !== undefined) {
    return { type: 'preempt', node: best.state.name, victims: best.victims };
  }
  if (nodes > hopeful.length) refusals.set(hopeless, nodes - hopeful.length);
  return no(countedSentence(tallyOf(refusals), nodes));
}

function no(because: string, isWaiting = false): NoPreemption {
  return { type: 'none', because, isWaiting };
}

/** Pods are already leaving for it. */
function isAwaiting(
  { key, shape }: PodNeeds,
  { hopeful }: NoPlacement,
  cluster: TrialState,
): boolean {
  const state = cluster.find(cluster.nominationOf(key) ?? '');
  if (state === undefined || !hopeful.includes(state)) return false;
  for (const { pod, shape: other } of state.pods()) {
    if (other.priority < shape.priority && isLeavingForOthers(pod)) return true;
  }
  return false;
}

function isLeavingForOthers({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  const condition = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return condition?.status === 'True' && condition.reason === 'PreemptionByScheduler';
}

/** A node with pods put and taken for a trial. */
interface Trial {
  put(pod: PodNeeds): void;
  take(pod: PodNeeds): void;
  /** Why the node does not take the pod now. */
  refusals(): readonly Refusal[] | undefined;
}

/** In the cluster itself, for rules that look at other pods; in sums where they alone decide. */
function trialOn(
  state: NodeState,
  { shape }: PodNeeds,
  { check, isArithmetic }: Checks,
  cluster: TrialState,
): Trial {
  if (isArithmetic && cluster.nominatedTo(state.name).length === 0) {
    return new Room(shape.request, state);
  }
  return {
    put: (pod) => cluster.put(pod, state),
    take: (pod) => cluster.take(pod, state),
    refusals: () => check(state),
  };
}

/** The fewest and least important pods of the node without which the pod fits. */
function candidateOn(
  state: NodeState,
  needs: PodNeeds,
  checks: Checks,
  cluster: TrialState,
  budgets: readonly Budget[],
): Candidate | { readonly refusals: readonly Refusal[] } {
  const lower: PodNeeds[] = [];
  for (const each of state.pods()) {
    if (each.shape.priority < needs.shape.priority) lower.push(each);
  }
  if (lower.length === 0) return { refusals: noVictims };
  const trial = trialOn(state, needs, checks, cluster);
  for (const each of lower) trial.take(each);
  const refusals = trial.refusals();
  if (refusals !== undefined) {
    for (const each of lower) trial.put(each);
    return { refusals };
  }
  const { violating, others } = splitByBudget(lower.sort(byImportance), budgets);
  const staysOut = (each: PodNeeds): boolean => {
    trial.put(each);
    if (trial.refusals() === undefined) return false;
    trial.take(each);
    return true;
  };
  const broken = violating.filter(staysOut);
  const victims = [...broken, ...others.filter(staysOut)].sort(byImportance);
  for (const each of victims) trial.put(each);
  return { state, victims, violations: broken.length };
}

/** The more important first: of higher priority, then running for longer. */
function byImportance(a: PodNeeds, b: PodNeeds): number {
  return b.shape.priority - a.shape.priority || a.startedAt - b.startedAt;
}

/** By each measure in turn, lower is better; of equals the first one. */
const measures: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => victims[0]?.shape.priority ?? Number.NEGATIVE_INFINITY,
  // Shifted to be positive: few pods of a negative priority are better than many.
  ({ victims }) => victims.reduce((sum, { shape }) => sum + shape.priority + 2 ** 31, 0),
  ({ victims }) => victims.length,
  // Those of the highest priority that have run for the shortest time.
  ({ victims }) => {
    const highest = victims.filter(({ shape }) => shape.priority === victims[0]?.shape.priority);
    return -Math.min(...highest.map(({ startedAt }) => startedAt));
  },
];

function bestOf(found: readonly Candidate[]): Candidate | undefined {
  let best = found;
  for (const measure of measures) {
    if (best.length <= 1) break;
    const values = best.map(measure);
    const least = Math.min(...values);
    best = best.filter((_, at) => values[at] === least);
  }
  return best[0];
}
