/** Rules that spread pods over a topology (core/v1 TopologySpreadConstraint, KEP-895), compiled. */
import { hostnameLabel, zoneLabel } from '#api/node-labels.ts';
import type { Selector } from '#api/selector.ts';
import type { TopologySpreadConstraint } from '#api/types.ts';
import type { DomainRule } from './counts.ts';
import { isWanted, type NodeChoice } from './node-affinity.ts';
import { repellingTaint } from './node-filters.ts';
import type { NodeState } from './node-state.ts';
import { type Described, narrowed, type PodSelection, stayingPods } from './pod-terms.ts';

export interface SpreadRule {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** The pods that count. */
  readonly selection: PodSelection;
  /** The pod itself is one of them. */
  readonly countsItself: boolean;
  /** The nodes that count, by domain. */
  readonly domains: DomainRule;
}

export interface SpreadRules {
  readonly spread: readonly SpreadRule[];
  readonly preferredSpread: readonly SpreadRule[];
}

export function spreadRulesOf(
  constraints: readonly TopologySpreadConstraint[],
  pod: Described,
  choice: NodeChoice,
): SpreadRules {
  const of = (action: string): SpreadRule[] => {
    const chosen = constraints.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action);
    const keys = chosen.map(({ topologyKey }) => topologyKey);
    return chosen.map((constraint) => compiled(constraint, keys, pod, choice));
  };
  return { spread: of('DoNotSchedule'), preferredSpread: of('ScheduleAnyway') };
}

function compiled(
  constraint: TopologySpreadConstraint,
  keys: readonly string[],
  pod: Described,
  choice: NodeChoice,
): SpreadRule {
  const { labelSelector, matchLabelKeys = [], topologyKey, maxSkew, minDomains = 1 } = constraint;
  const selector = narrowed(labelSelector, matchLabelKeys, pod.labels);
  return {
    topologyKey,
    maxSkew,
    minDomains,
    selection: stayingPods(pod.namespace, selector),
    countsItself: selector.matches(pod.labels),
    domains: domainRule(constraint, keys, choice),
  };
}

/** A node counts when it has all topologies that the pod spreads over, and as the policies say (KEP-3094). */
function domainRule(
  { topologyKey, nodeAffinityPolicy, nodeTaintsPolicy }: TopologySpreadConstraint,
  keys: readonly string[],
  choice: NodeChoice,
): DomainRule {
  const { nodeSelector, requiredTerms, tolerations } = choice;
  const isChosen = nodeSelector.length > 0 || requiredTerms !== undefined;
  const wanted = isChosen && nodeAffinityPolicy !== 'Ignore';
  const tolerated = nodeTaintsPolicy === 'Honor';
  const counts = (state: NodeState): boolean => {
    const { labels, node } = state;
    if (node === undefined || keys.some((key) => labels[key] === undefined)) return false;
    if (wanted && !isWanted(choice, node)) return false;
    return !tolerated || repellingTaint(choice, state) === undefined;
  };
  const scope = [
    [...keys].sort(),
    wanted ? [nodeSelector, requiredTerms] : 0,
    tolerated ? tolerations : 0,
  ];
  return {
    id: `spread ${topologyKey} ${JSON.stringify(scope)}`,
    domainOf: (state) => (counts(state) ? state.labels[topologyKey] : undefined),
  };
}

/** For a pod without rules of its own (Kubernetes: the system's default constraints). */
export function defaultSpread(pod: Described, selector: Selector): readonly SpreadRule[] {
  const selection = stayingPods(pod.namespace, selector);
  const rule = (topologyKey: string, maxSkew: number): SpreadRule => ({
    topologyKey,
    maxSkew,
    minDomains: 1,
    selection,
    countsItself: selector.matches(pod.labels),
    // A node without a zone is in a zone of its own kind, so that its name still counts.
    domains: {
      id: `default spread ${topologyKey}`,
      domainOf: ({ labels }) => labels[topologyKey] ?? '',
    },
  });
  return [rule(hostnameLabel, 3), rule(zoneLabel, 5)];
}
