/**
 * PodTopologySpread (KEP-895): a node is refused when the pod would make its domain exceed the
 * emptiest one by more than maxSkew.
 */
import type { DomainCounts } from './counts.ts';
import type { ClusterState, Filter, NodeRefusal } from './filter.ts';
import type { SpreadRule } from './spread-rules.ts';

const withoutLabel: readonly NodeRefusal[] = [{ code: 'topology-label-missing', isFinal: true }];
const skewed: readonly NodeRefusal[] = [{ code: 'topology-spread', isFinal: false }];

export function countsOf(rule: SpreadRule, { pods }: ClusterState): DomainCounts {
  return pods.count(rule.selection).by(pods.topology(rule.domains));
}

export const podTopologySpread: Filter = {
  name: 'PodTopologySpread',
  isLocal: false,
  prepare: ({ shape: { spread } }, cluster) => {
    if (spread.length === 0) return undefined;
    const rules = spread.map((rule) => ({ ...rule, counts: countsOf(rule, cluster) }));
    return ({ labels }) => {
      for (const { topologyKey, maxSkew, minDomains, countsItself, counts } of rules) {
        const domain = labels[topologyKey];
        if (domain === undefined) return withoutLabel;
        const least = counts.topology.size < minDomains ? 0 : counts.least();
        if (counts.in(domain) + (countsItself ? 1 : 0) - least > maxSkew) return skewed;
      }
      return undefined;
    };
  },
};
