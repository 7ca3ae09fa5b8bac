/**
 * Pods that should spread prefer domains with few of their like. A small topology is not drowned by a
 * large one, and differences within maxSkew count less (Kubernetes: PodTopologySpread, scoring).
 */
import { hostnameLabel } from '#api/node-labels.ts';
import type { ClusterState } from './filter.ts';
import type { NodeState } from './node-state.ts';
import { pointsMax } from './points.ts';
import type { PodNeeds } from './pod-needs.ts';
import type { Score } from './scores.ts';
import { countsOf } from './spread-filter.ts';
import { defaultSpread, type SpreadRule } from './spread-rules.ts';

interface Wishes {
  readonly rules: readonly SpreadRule[];
  /** Nodes that lack one of the topologies get nothing. */
  readonly needsAll: boolean;
}

export const podTopologySpread: Score = {
  name: 'PodTopologySpread',
  weight: 2,
  isOwn: false,
  points: (needs, nodes, cluster) => {
    const { rules, needsAll } = wishesOf(needs, cluster);
    if (rules.length === 0) return undefined;
    const keys = rules.map(({ topologyKey }) => topologyKey);
    const isIgnored = ({ labels }: NodeState): boolean =>
      needsAll && keys.some((key) => labels[key] === undefined);
    const counted = nodes.filter((state) => !isIgnored(state));
    const costs = rules.map((rule) => costOf(rule, counted, cluster));
    const sums = nodes.map((state) =>
      isIgnored(state) ? undefined : Math.round(costs.reduce((sum, cost) => sum + cost(state), 0)),
    );
    return normalized(sums);
  },
};

function wishesOf(needs: PodNeeds, cluster: ClusterState): Wishes {
  const { spread, preferredSpread } = needs.shape;
  if (spread.length > 0 || preferredSpread.length > 0) {
    return { rules: preferredSpread, needsAll: true };
  }
  const selector = cluster.siblings(needs);
  if (selector === undefined) return { rules: [], needsAll: false };
  return { rules: defaultSpread(needs.shape, selector), needsAll: false };
}

type Cost = (state: NodeState) => number;

function costOf(rule: SpreadRule, nodes: readonly NodeState[], cluster: ClusterState): Cost {
  const { topologyKey, maxSkew } = rule;
  if (topologyKey === hostnameLabel) {
    const weight = Math.log(nodes.length + 2);
    const counter = cluster.pods.count(rule.selection);
    return (state) =>
      state.labels[topologyKey] === undefined ? 0 : counter.on(state) * weight + maxSkew - 1;
  }
  const counts = countsOf(rule, cluster);
  const weight = Math.log(new Set(nodes.map(({ labels }) => labels[topologyKey] ?? '')).size + 2);
  return ({ labels }) => {
    const domain = labels[topologyKey];
    return domain === undefined ? 0 : counts.in(domain) * weight + maxSkew - 1;
  };
}

function normalized(sums: readonly (number | undefined)[]): readonly number[] {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const sum of sums) {
    if (sum === undefined) continue;
    least = Math.min(least, sum);
    most = Math.max(most, sum);
  }
  return sums.map((sum) => {
    if (sum === undefined) return 0;
    return most === 0 ? pointsMax : (pointsMax * (most + least - sum)) / most;
  });
}
