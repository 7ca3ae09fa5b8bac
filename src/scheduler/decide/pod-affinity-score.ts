/**
 * Nodes near pods that this one likes, and pods in place that like this one, are better; the other
 * way round worse (Kubernetes: InterPodAffinity, scoring).
 */
import type { DomainCounts } from './counts.ts';
import { pointsMax, valuesOf } from './points.ts';
import type { Score } from './scores.ts';

interface Pull {
  readonly topologyKey: string;
  readonly weight: number;
  readonly counts: DomainCounts;
}

export const interPodAffinity: Score = {
  name: 'InterPodAffinity',
  weight: 2,
  isOwn: false,
  points: ({ shape }, nodes, { pods }) => {
    const pulls: Pull[] = [];
    const pull = (topologyKey: string, weight: number, counts: DomainCounts): void => {
      if (!counts.isEmpty) pulls.push({ topologyKey, weight, counts });
    };
    for (const { term, weight } of shape.preferredPods) {
      pull(term.topologyKey, weight, pods.domains(pods.count(term), term.topologyKey));
    }
    for (const { term, weight, counter } of pods.weighing(shape)) {
      pull(term.topologyKey, weight, pods.domains(counter, term.topologyKey));
    }
    if (pulls.length === 0) return undefined;
    const sums = valuesOf(nodes, ({ labels }) => {
      let sum = 0;
      for (const { topologyKey, weight, counts } of pulls) {
        sum += weight * counts.in(labels[topologyKey]);
      }
      return sum;
    });
    // Also asked without any node, to learn whether there is something to compare: then these stay apart.
    const least = sums.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = sums.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    if (least === most) return undefined;
    return sums.map((sum) => (pointsMax * (sum - least)) / (most - least));
  },
};
