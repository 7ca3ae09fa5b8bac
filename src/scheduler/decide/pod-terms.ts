/**
 * Which pods a rule between pods means (core/v1 PodAffinityTerm, TopologySpreadConstraint): compiled
 * once per template. `matchLabelKeys` of affinity terms are part of the selector since the pod was
 * made (KEP-3633); those of spread constraints are read here (KEP-3243).
 */
import { compileSelector, type Labels, nothing, Selector } from '#api/selector.ts';
import type { LabelSelector, PodAffinityTerm } from '#api/types.ts';
import { StatusError } from '#base/status-error.ts';

/** What a rule looks at in a pod. */
export interface Described {
  readonly namespace: string;
  readonly labels: Labels;
  readonly isTerminating: boolean;
}

export type NamespaceLabels = (namespace: string) => Labels;

/** A set of pods, wherever they are. Equal ids mean equal sets. */
export interface PodSelection {
  readonly id: string;
  means(pod: Described, namespaceLabels: NamespaceLabels): boolean;
}

export interface PodTerm extends PodSelection {
  readonly topologyKey: string;
}

export interface WeightedTerm {
  readonly term: PodTerm;
  /** Negative: the pod would rather keep away. */
  readonly weight: number;
}

export function podTerm(term: PodAffinityTerm, ownNamespace: string): PodTerm {
  const { namespaces = [], namespaceSelector, topologyKey, labelSelector } = term;
  const isOwn = namespaces.length === 0 && namespaceSelector === undefined;
  const named = new Set(isOwn ? [ownNamespace] : namespaces);
  const others = namespaceSelector && compiled(namespaceSelector);
  const selector = compiled(labelSelector);
  return {
    id: JSON.stringify([[...named].sort(), idOf(others), idOf(selector), topologyKey]),
    topologyKey,
    means: ({ namespace, labels }, namespaceLabels) =>
      selector.matches(labels) &&
      (named.has(namespace) || (others?.matches(namespaceLabels(namespace)) ?? false)),
  };
}

/** Pods that all of the terms mean. */
export function meantByAll(terms: readonly PodTerm[]): PodSelection {
  return {
    id: `all ${terms.map(({ id }) => id).join(' ')}`,
    means: (pod, namespaceLabels) => terms.every((term) => term.means(pod, namespaceLabels)),
  };
}

/** Pods of one namespace that stay. */
export function stayingPods(namespace: string, selector: Selector): PodSelection {
  return {
    id: `staying ${JSON.stringify([namespace, idOf(selector)])}`,
    means: (pod) =>
      !pod.isTerminating && pod.namespace === namespace && selector.matches(pod.labels),
  };
}

/** With the pod's own values of these labels; those that it does not have count for nothing. */
export function narrowed(
  labelSelector: LabelSelector | undefined,
  keys: readonly string[],
  labels: Labels,
): Selector {
  const selector = compiled(labelSelector);
  if (selector === nothing || keys.length === 0) return selector;
  const own = keys.filter((key) => labels[key] !== undefined);
  if (own.length === 0) return selector;
  return new Selector([
    ...selector.requirements,
    ...own.map((key) => ({ key, operator: 'in' as const, values: [labels[key] ?? ''] })),
  ]);
}

/** Validation keeps invalid selectors out; one that comes all the same means no pod. */
function compiled(selector: LabelSelector | undefined): Selector {
  try {
    return compileSelector(selector);
  } catch (error) {
    if (error instanceof StatusError) return nothing;
    throw error;
  }
}

function idOf(selector: Selector | undefined): string | undefined {
  return selector === nothing ? undefined : selector?.toString();
}
