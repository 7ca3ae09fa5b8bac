import type { View } from '#api/decision.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { horizontalPodAutoscalers, podMetrics, pods } from '#api/kinds/index.ts';
import { lookupOf } from '#api/lookup.ts';
import { type KubeObject, splitKey } from '#api/object.ts';
import type { HorizontalPodAutoscaler, PodMetrics } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { isStatusError } from '#base/status-error.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { isSame } from '../decide/same.ts';
import { decideAutoscaler, targetOf } from './decide/autoscaler.ts';
import type { Gathered } from './decide/metrics.ts';
import type { History } from './decide/pace.ts';

/**
 * Scales what autoscalers name, by what its pods use. It looks every quarter of a minute, since no
 * watch tells of use; without an autoscaler it asks nothing.
 */
export function horizontalPodAutoscaler(kinds: readonly Kind[]): LoopDefinition {
  const lookup = lookupOf(kinds);
  const scalable = kinds.filter(({ scale, verbs }) => scale && verbs.includes('watch'));
  const histories = new Map<string, History>();
  const nobody = (): readonly string[] => [];
  return {
    name: 'horizontal-pod-autoscaler',
    sources: [
      {
        kind: horizontalPodAutoscalers,
        matters: (previous, next) => !isSame(specOf(previous), specOf(next)),
      },
      { kind: pods, keysOf: nobody },
      ...scalable.map((kind) => ({ kind, keysOf: nobody })),
    ],
    gather: async (view, key, verbs): Promise<Gathered> => {
      const { namespace, name } = splitKey(key);
      const autoscaler = view.get(horizontalPodAutoscalers, namespace, name);
      const target = autoscaler && targetOf(view, lookup, autoscaler);
      if (target === undefined || typeof target === 'string') return [];
      return ask(verbs, namespace, target.selector);
    },
    decide: (view: View, key, now, gathered) => {
      const before = histories.get(key) ?? { recommended: [], scaled: [] };
      const figures = gathered as Gathered;
      const { decision, history } = decideAutoscaler(lookup, view, key, now, figures, before);
      if (history === undefined) histories.delete(key);
      else histories.set(key, history);
      return decision;
    },
  };
}

function specOf(object: KubeObject): unknown {
  return (object as HorizontalPodAutoscaler).spec;
}

async function ask(
  verbs: Verbs,
  namespace: string | undefined,
  labelSelector: string,
): Promise<Gathered> {
  try {
    const { items } = await verbs.list(collectionOf(podMetrics, namespace), { labelSelector });
    return items as readonly PodMetrics[];
  } catch (error) {
    if (!isStatusError(error)) throw error;
    return `unable to fetch metrics from resource metrics API: ${error.message}`;
  }
}
