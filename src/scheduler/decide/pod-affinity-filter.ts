/**
 * InterPodAffinity: pods that must be near each other, and pods that must not. Symmetric for the
 * second: a pod in place keeps others away, too.
 */
import type { DomainCounts } from './counts.ts';
import type { ClusterState, Filter, NodeCheck, NodeRefusal } from './filter.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';
import { meantByAll } from './pod-terms.ts';

const notNear: readonly NodeRefusal[] = [{ code: 'pod-affinity', isFinal: true }];
const tooNear: readonly NodeRefusal[] = [{ code: 'pod-anti-affinity', isFinal: false }];
const keptAway: readonly NodeRefusal[] = [{ code: 'existing-anti-affinity', isFinal: false }];

interface Place {
  readonly topologyKey: string;
  readonly counts: DomainCounts;
}

export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  isLocal: false,
  prepare: (needs, cluster) => {
    const checks = [near(needs, cluster), apart(needs, cluster), welcome(needs, cluster)].filter(
      (check) => check !== undefined,
    );
    if (checks.length === 0) return undefined;
    return (state) => {
      for (const check of checks) {
        const refusals = check(state);
        if (refusals !== undefined) return refusals;
      }
      return undefined;
    };
  },
};

/** Pods that all terms mean must be in the domain of each term. The first of its kind may begin anywhere. */
function near({ shape }: PodNeeds, { pods }: ClusterState): NodeCheck | undefined {
  const { affinity } = shape;
  if (affinity.length === 0) return undefined;
  const all = meantByAll(affinity);
  const counter = pods.count(all);
  const places = affinity.map(({ topologyKey }) => ({
    topologyKey,
    counts: pods.domains(counter, topologyKey),
  }));
  const meansItself = all.means(shape, pods.namespaceLabels);
  return ({ labels }) => {
    let isNear = true;
    for (const { topologyKey, counts } of places) {
      const domain = labels[topologyKey];
      if (domain === undefined) return notNear;
      if (counts.in(domain) === 0) isNear = false;
    }
    if (isNear) return undefined;
    return meansItself && places.every(({ counts }) => counts.isEmpty) ? undefined : notNear;
  };
}

function apart({ shape }: PodNeeds, { pods }: ClusterState): NodeCheck | undefined {
  const places = shape.antiAffinity.map((term) => ({
    topologyKey: term.topologyKey,
    counts: pods.domains(pods.count(term), term.topologyKey),
  }));
  return places.length === 0
    ? undefined
    : (state) => (isInOneOf(places, state) ? tooNear : undefined);
}

function welcome({ shape }: PodNeeds, { pods }: ClusterState): NodeCheck | undefined {
  const places = pods.against(shape).map(({ term, counter }) => ({
    topologyKey: term.topologyKey,
    counts: pods.domains(counter, term.topologyKey),
  }));
  return places.length === 0
    ? undefined
    : (state) => (isInOneOf(places, state) ? keptAway : undefined);
}

function isInOneOf(places: readonly Place[], { labels }: NodeState): boolean {
  return places.some(({ topologyKey, counts }) => counts.in(labels[topologyKey]) > 0);
}
