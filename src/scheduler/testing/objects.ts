/** Short words for the nodes and pods of tests. */
import type { Node, NodeSpec, Pod, PodSpec } from '#api/types.ts';
import { type Chance, type Placement, placementOf } from '../decide/placement.ts';
import { needsOf } from '../decide/pod-needs.ts';
import { Snapshot } from '../snapshot.ts';

export interface NodeWords {
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
  readonly labels?: Record<string, string>;
  readonly spec?: NodeSpec;
  readonly more?: Record<string, string>;
}

export function nodeNamed(name: string, words: NodeWords = {}): Node {
  const { cpu = '4', memory = '8Gi', pods = '110', labels = {}, spec = {}, more = {} } = words;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec,
    status: {
      allocatable: { cpu, memory, pods, ...more },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

export function podNamed(
  name: string,
  requests: Record<string, string> = {},
  spec: Partial<PodSpec> = {},
): Pod {
  const resources = Object.keys(requests).length > 0 ? { resources: { requests } } : {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: { containers: [{ name: 'main', image: 'web:1', ...resources }], ...spec },
  };
}

export const first: Chance = { from: 0, below: () => 1 };

/** What becomes of the last pod when the others are on their nodes. */
export function placed(
  nodes: readonly Node[],
  pod: Pod,
  others: readonly (readonly [Pod, string])[] = [],
): Placement {
  const snapshot = new Snapshot();
  for (const node of nodes) snapshot.setNode(node);
  for (const [other, node] of others) snapshot.place(needsOf(other), node);
  return placementOf(needsOf(pod), snapshot, first);
}
