/**
 * The rules between pods once more, as slowly and as plainly as they are written in Kubernetes' API
 * reference: everything is counted anew for each question. Only to compare with.
 */
import { matchesSelector } from '#api/selector.ts';
import { wantsNode } from '#api/node-selector.ts';
import { untolerated } from '#api/tolerations.ts';
import type { Node, Pod, PodAffinityTerm, TopologySpreadConstraint } from '#api/types.ts';

export interface World {
  readonly nodes: readonly Node[];
  readonly placed: readonly (readonly [Pod, string])[];
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

function labelOf(world: World, node: string, key: string): string | undefined {
  return world.nodes.find(({ metadata }) => metadata.name === node)?.metadata.labels?.[key];
}

function means(term: PodAffinityTerm, owner: Pod, other: Pod, world: World): boolean {
  const { namespaces = [], namespaceSelector, labelSelector } = term;
  const { namespace = '' } = other.metadata;
  const inNamespace =
    namespaces.length === 0 && namespaceSelector === undefined
      ? namespace === owner.metadata.namespace
      : namespaces.includes(namespace) ||
        matchesSelector(namespaceSelector, world.namespaces[namespace] ?? {});
  return inNamespace && matchesSelector(labelSelector, other.metadata.labels ?? {});
}

function isNear(world: World, node: Node, place: string, key: string): boolean {
  const domain = node.metadata.labels?.[key];
  return domain !== undefined && labelOf(world, place, key) === domain;
}

/** The code of the first rule that refuses the node. */
export function naiveRefusal(pod: Pod, node: Node, world: World): string | undefined {
  return spreadRefusal(pod, node, world) ?? affinityRefusal(pod, node, world);
}

function spreadRefusal(pod: Pod, node: Node, world: World): string | undefined {
  const rules = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  const keys = rules.map(({ topologyKey }) => topologyKey);
  for (const rule of rules) {
    const { topologyKey, maxSkew, minDomains = 1 } = rule;
    const domain = node.metadata.labels?.[topologyKey];
    if (domain === undefined) return 'topology-label-missing';
    const counted = world.nodes.filter((each) => counts(each, pod, rule, keys));
    const perDomain = new Map<string, number>();
    for (const { metadata } of counted) {
      const value = metadata.labels?.[topologyKey] ?? '';
      const here = world.placed.filter(
        ([other, place]) => place === metadata.name && isSpreadWith(rule, pod, other),
      );
      perDomain.set(value, (perDomain.get(value) ?? 0) + here.length);
    }
    const least = perDomain.size < minDomains ? 0 : Math.min(...perDomain.values());
    const own = isSpreadWith(rule, pod, pod) ? 1 : 0;
    if ((perDomain.get(domain) ?? 0) + own - least > maxSkew) return 'topology-spread';
  }
  return undefined;
}

function isSpreadWith(rule: TopologySpreadConstraint, pod: Pod, other: Pod): boolean {
  const { labels = {} } = pod.metadata;
  const same = (rule.matchLabelKeys ?? []).every(
    (key) => labels[key] === undefined || labels[key] === other.metadata.labels?.[key],
  );
  return (
    same &&
    other.metadata.deletionTimestamp === undefined &&
    other.metadata.namespace === pod.metadata.namespace &&
    matchesSelector(rule.labelSelector, other.metadata.labels ?? {})
  );
}

function counts(
  node: Node,
  pod: Pod,
  rule: TopologySpreadConstraint,
  keys: readonly string[],
): boolean {
  if (keys.some((key) => node.metadata.labels?.[key] === undefined)) return false;
  if (rule.nodeAffinityPolicy !== 'Ignore' && !wantsNode(pod.spec, node)) return false;
  if (rule.nodeTaintsPolicy !== 'Honor') return true;
  const effects = ['NoSchedule', 'NoExecute'];
  return untolerated(node.spec?.taints, pod.spec.tolerations, effects) === undefined;
}

function affinityRefusal(pod: Pod, node: Node, world: World): string | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const near = podAffinity?.[required] ?? [];
  if (near.length > 0 && !isNearEnough(pod, near, node, world)) return 'pod-affinity';
  for (const term of podAntiAffinity?.[required] ?? []) {
    for (const [other, place] of world.placed) {
      if (!means(term, pod, other, world)) continue;
      if (isNear(world, node, place, term.topologyKey)) return 'pod-anti-affinity';
    }
  }
  for (const [other, place] of world.placed) {
    for (const term of other.spec.affinity?.podAntiAffinity?.[required] ?? []) {
      if (!means(term, other, pod, world)) continue;
      if (isNear(world, node, place, term.topologyKey)) return 'existing-anti-affinity';
    }
  }
  return undefined;
}

function isNearEnough(
  pod: Pod,
  terms: readonly PodAffinityTerm[],
  node: Node,
  world: World,
): boolean {
  if (terms.some(({ topologyKey }) => node.metadata.labels?.[topologyKey] === undefined)) {
    return false;
  }
  const meant = world.placed.filter(([other]) =>
    terms.every((term) => means(term, pod, other, world)),
  );
  const isThere = terms.every(({ topologyKey }) =>
    meant.some(([, place]) => isNear(world, node, place, topologyKey)),
  );
  if (isThere) return true;
  const isFirst = meant.every(([, place]) =>
    terms.every(({ topologyKey }) => labelOf(world, place, topologyKey) === undefined),
  );
  return isFirst && terms.every((term) => means(term, pod, pod, world));
}
