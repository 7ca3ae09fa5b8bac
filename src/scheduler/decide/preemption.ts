/**
 * Whether pods of lower priority should make room for one that fits nowhere, and which (Kubernetes:
 * DefaultPreemption). Promises: no pod of equal or higher priority is chosen; none is chosen that could
 * stay; budgets are kept where any choice keeps them.
 */
import type { Refusal } from '#api/reasons.ts';
import type { Pod } from '#api/types.ts';
import type { NodeCheck, TrialState } from './filter.ts';
import { checksFor } from './filters.ts';
import { countedSentence } from './message.ts';
import type { NodeState } from './node-state.ts';
import { type Chance, type NoPlacement, tallyOf } from './placement.ts';
import type { PodNeeds } from './pod-needs.ts';
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

/** Of the nodes that might help a tenth is tried, at least this many (Kubernetes: minCandidateNodes…). */
const candidates = { share: 0.1, min: 100 };

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
  const { check } = checksFor(needs, cluster);
  const enough = Math.max(candidates.min, Math.floor(hopeful.length * candidates.share));
  const found: Candidate[] = [];
  const refusals = new Map<readonly Refusal[], number>();
  const from = hopeful.length === 0 ? 0 : chance.below(hopeful.length);
  for (let at = 0; at < hopeful.length && found.length < enough; at++) {
    const state = hopeful[(from + at) % hopeful.length] as NodeState;
    const outcome = candidateOn(state, needs, cluster, check, budgets);
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

/** The fewest and least important pods of the node without which the pod fits. */
function candidateOn(
  state: NodeState,
  { shape }: PodNeeds,
  cluster: TrialState,
  check: NodeCheck,
  budgets: readonly Budget[],
): Candidate | { readonly refusals: readonly Refusal[] } {
  const lower = [...state.pods()].filter((each) => each.shape.priority < shape.priority);
  if (lower.length === 0) return { refusals: noVictims };
  const node = state.name;
  for (const { key } of lower) cluster.remove(key);
  const refusals = check(state);
  if (refusals !== undefined) {
    for (const each of lower) cluster.place(each, node);
    return { refusals };
  }
  const { violating, others } = splitByBudget(lower.sort(byImportance), budgets);
  const staysOut = (each: PodNeeds): boolean => {
    cluster.place(each, node);
    if (check(state) === undefined) return false;
    cluster.remove(each.key);
    return true;
  };
  const broken = violating.filter(staysOut);
  const victims = [...broken, ...others.filter(staysOut)].sort(byImportance);
  for (const each of victims) cluster.place(each, node);
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
