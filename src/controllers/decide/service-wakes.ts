/** Which Services a changed pod or node concerns, without a look at all of them. */
import type { View } from '#api/decision.ts';
import { nodes, pods, services } from '#api/kinds/index.ts';
import { zoneOf } from '#api/node-labels.ts';
import { keyOf } from '#api/object.ts';
import type { Node, Pod, Service } from '#api/types.ts';
import { conditionOf, isTerminal } from './pods.ts';
import { isSame } from './same.ts';
import { selectorOf } from './service-pods.ts';

/** A service is filed under one of its label pairs; a pod asks for each pair that it carries. */
export const serviceIndexes = {
  selector: (service: Service): readonly string[] => {
    const first = Object.entries(selectorOf(service) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))[0];
    return first === undefined ? [] : [`${service.metadata.namespace}/${first[0]}=${first[1]}`];
  },
};

export const podNodeIndex = {
  node: (pod: Pod): readonly string[] => (pod.spec.nodeName ? [pod.spec.nodeName] : []),
};

export function servicesOf(pod: Pod, view: View): readonly string[] {
  const { namespace = '', labels = {} } = pod.metadata;
  const keys: string[] = [];
  for (const [key, value] of Object.entries(labels)) {
    for (const service of view.byIndex(services, 'selector', `${namespace}/${key}=${value}`)) {
      const pairs = Object.entries(selectorOf(service) ?? {});
      if (pairs.every(([name, wanted]) => labels[name] === wanted)) keys.push(keyOf(service));
    }
  }
  return keys;
}

/** Nothing else of a pod shows in endpoints. */
export function podMatters(previous: Pod, next: Pod): boolean {
  return (
    previous.status?.podIP !== next.status?.podIP ||
    conditionOf(previous, 'Ready')?.status !== conditionOf(next, 'Ready')?.status ||
    previous.metadata.deletionTimestamp !== next.metadata.deletionTimestamp ||
    isTerminal(previous) !== isTerminal(next) ||
    previous.spec.nodeName !== next.spec.nodeName ||
    previous.metadata.uid !== next.metadata.uid ||
    !isSame(previous.metadata.labels, next.metadata.labels)
  );
}

/** A node's zone shows in the slices of all services that have a pod there. */
export function servicesOnNode(node: Node, view: View): readonly string[] {
  const keys = new Set<string>();
  if (zoneOf(node) === undefined) return [];
  for (const pod of view.byIndex(pods, 'node', node.metadata.name)) {
    for (const key of servicesOf(pod, view)) keys.add(key);
  }
  return [...keys];
}

export function zoneMatters(previous: Node, next: Node): boolean {
  return zoneOf(previous) !== zoneOf(next);
}

/** The sources of a loop whose keys are services. */
export const serviceSources = [
  { kind: services, indexes: serviceIndexes },
  { kind: pods, indexes: podNodeIndex, keysOf: servicesOf, matters: podMatters },
] as const;

export const zoneSource = { kind: nodes, keysOf: servicesOnNode, matters: zoneMatters } as const;
