/**
 * Whether pods of lower priority should make room for one that fits nowhere, and which (Kubernetes:
 * DefaultPreemption). Promises: no pod of equal or higher priority is chosen; none is chosen that could
 * stay; budgets are kept where any choice keeps them.
 */
import type { Refusal } from '#api/reasons.ts';
import type { Pod } from '#api/types.ts';
import { type Candidate, Candidates, type NoCandidate } from './candidates.ts';
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

/** Enough nodes to choose from (Kubernetes: minCandidateNodesAbsolute; beyond it a tenth of all, which costs more than it finds). */
const candidatesMax = 100;

const noVictims: NoCandidate = { refusals: [{ code: 'no-victims' }] };
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
  const outcomeOn = searchFor(needs, cluster, budgets);
  const found: Candidate[] = [];
  const refusals = new Map<readonly Refusal[], number>();
  const from = hopeful.length === 0 ? 0 : chance.below(hopeful.length);
  for (let at = 0; at < hopeful.length && found.length < candidatesMax; at++) {
    const state = hopeful[(from + at) % hopeful.length] as NodeState;
    const outcome = outcomeOn(state);
    if ('victims' in outcome) found.push(outcome);
    else refusals.set(outcome.refusals, (refusals.get(outcome.refusals) ?? 0) + 1);
  }
  const best = found.reduce<Candidate | undefined>(better, undefined);
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

/** What a node would take. Where plain sums decide, and no budget has a say, pods alike share the answers. */
function searchFor(
  needs: PodNeeds,
  cluster: TrialState,
  budgets: readonly Budget[],
): (state: NodeState) => Candidate | NoCandidate {
  const checks = checksFor(needs, cluster);
  const workOut = (state: NodeState): Candidate | NoCandidate =>
    candidateOn(state, needs, checks, cluster, budgets);
  if (!checks.isArithmetic || budgets.length > 0) return workOut;
  const { localKey } = needs.shape;
  let kept = cluster.candidates.get(localKey);
  if (kept === undefined) cluster.candidates.set(localKey, (kept = new Candidates()));
  return (state) => (state.isAwaited ? workOut(state) : kept.on(state, workOut));
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
  if (isArithmetic && !state.isAwaited) {
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
): Candidate | NoCandidate {
  const lower: PodNeeds[] = [];
  for (const each of state.pods()) {
    if (each.shape.priority < needs.shape.priority) lower.push(each);
  }
  if (lower.length === 0) return noVictims;
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
  return { state, victims, costs: costsOf(victims, broken.length) };
}

/** The more important first: of higher priority, then running for longer. */
function byImportance(a: PodNeeds, b: PodNeeds): number {
  return b.shape.priority - a.shape.priority || a.startedAt - b.startedAt;
}

/** Kubernetes' measures, in its order. */
function costsOf(victims: readonly PodNeeds[], violations: number): readonly number[] {
  const highest = victims[0]?.shape.priority ?? Number.NEGATIVE_INFINITY;
  let sum = 0;
  let longest = Number.POSITIVE_INFINITY;
  for (const { shape, startedAt } of victims) {
    // Shifted to be positive: few pods of a negative priority are better than many.
    sum += shape.priority + 2 ** 31;
    if (shape.priority === highest) longest = Math.min(longest, startedAt);
  }
  // At last: where those of the highest priority have run for the shortest time.
  return [violations, highest, sum, victims.length, -longest];
}

/** Of equals the first one. */
function better(best: Candidate | undefined, next: Candidate): Candidate {
  if (best === undefined) return next;
  const { costs } = best;
  for (let at = 0; at < costs.length; at++) {
    const cost = costs[at] as number;
    const other = next.costs[at] as number;
    if (other !== cost) return other < cost ? next : best;
  }
  return best;
}
