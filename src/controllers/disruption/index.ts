import type { View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { podDisruptionBudgets, pods } from '#api/kinds/index.ts';
import { lookupOf } from '#api/lookup.ts';
import { keyOf, type KubeObject } from '#api/object.ts';
import { matchesSelector } from '#api/selector.ts';
import type { Pod } from '#api/types.ts';
import type { LoopDefinition, Source } from '#client/loop.ts';
import { isSame } from '../decide/same.ts';
import { decideBudget } from './decide/budget.ts';

/** Says of every PodDisruptionBudget how many of its pods may be evicted. */
export function disruptionController(kinds: readonly Kind[]): LoopDefinition {
  const lookup = lookupOf(kinds);
  const scalable = kinds.filter(({ scale, verbs }) => scale && verbs.includes('watch'));
  return {
    name: 'disruption-controller',
    sources: [
      { kind: podDisruptionBudgets },
      { kind: pods, keysOf: budgetsOf },
      ...scalable.map(scaleSource),
    ],
    decide: (view, key, now) => decideBudget(lookup, view, key, now),
  };
}

function budgetsOf({ metadata }: Pod, view: View): readonly string[] {
  const all = view.list(podDisruptionBudgets, metadata.namespace);
  return all
    .filter(({ spec }) => spec?.selector && matchesSelector(spec.selector, metadata.labels))
    .map(keyOf);
}

/** Which pods it owns is not asked: budgets are few, and scales change rarely. */
function scaleSource(kind: Kind): Source {
  const wanted = (object: KubeObject): unknown => kind.scale?.read(object).specReplicas;
  return {
    kind,
    keysOf: ({ metadata }, view) => view.list(podDisruptionBudgets, metadata.namespace).map(keyOf),
    matters: (previous, next) => !isSame(wanted(previous), wanted(next)),
  };
}
