/** What a node itself speaks for: its soft taints, its labels, its images. */
import { meansNode } from '#api/node-selector.ts';
import { tolerates } from '#api/tolerations.ts';
import type { NodeState } from './node-state.ts';
import { inverseShares, pointsMax, shares, valuesOf } from './points.ts';
import type { PodNeeds } from './pod-needs.ts';
import type { Score } from './scores.ts';

export const taintToleration: Score = {
  name: 'TaintToleration',
  weight: 3,
  isOwn: false,
  points: (needs, nodes) => {
    if (nodes.every(({ softTaints }) => softTaints.length === 0)) return undefined;
    return inverseShares(valuesOf(nodes, (state) => disliked(needs, state)));
  },
};

function disliked({ shape: { tolerations } }: PodNeeds, { softTaints }: NodeState): number {
  let count = 0;
  for (const taint of softTaints) {
    if (!tolerations.some((each) => tolerates(each, taint))) count++;
  }
  return count;
}

export const nodeAffinity: Score = {
  name: 'NodeAffinity',
  weight: 2,
  isOwn: false,
  points: ({ shape: { preferredTerms } }, nodes) => {
    if (preferredTerms.length === 0) return undefined;
    const preference = ({ node }: NodeState): number => {
      let sum = 0;
      for (const { preference: term, weight } of preferredTerms) {
        if (node !== undefined && meansNode(term, node)) sum += weight;
      }
      return sum;
    };
    return shares(valuesOf(nodes, preference));
  },
};

const mebibyte = 1024 * 1024;
/** Smaller images are pulled soon enough; of larger ones a container counts no more than this. */
const imageBytes = { min: 23 * mebibyte, maxPerContainer: 1000 * mebibyte };

/** An image that few nodes have counts less, so that they are not overrun. */
export const imageLocality: Score = {
  name: 'ImageLocality',
  weight: 1,
  isOwn: false,
  points: ({ shape: { images } }, nodes, cluster) => {
    const names = images.map(withTag);
    const spread = names.map((name) => cluster.nodesWithImage(name) / cluster.nodes.length);
    if (spread.every((share) => share === 0)) return undefined;
    const max = imageBytes.maxPerContainer * images.length;
    return valuesOf(nodes, (state) => {
      let bytes = 0;
      for (let at = 0; at < names.length; at++) {
        bytes += Math.floor((state.images.get(names[at] ?? '') ?? 0) * (spread[at] ?? 0));
      }
      const counted = Math.min(max, Math.max(imageBytes.min, bytes));
      return (pointsMax * (counted - imageBytes.min)) / (max - imageBytes.min);
    });
  },
};

/** As nodes list their images. */
function withTag(name: string): string {
  return name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`;
}
