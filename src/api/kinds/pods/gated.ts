/**
 * A pod behind a scheduling gate (KEP-3838) may still be narrowed: its node selector and required
 * node affinity may grow, never loosen, so that whoever holds the gate can only restrict it.
 */
import { invalid } from '../../field-error.ts';
import type { NodeAffinity, NodeSelectorTerm, PodSpec } from '../../types.ts';
import { type Errors, sameValue } from '../common/checks.ts';

/** Reports what loosens, and takes the allowed differences out of `next`. */
export function checkGatedChanges(errors: Errors, next: PodSpec, previous: PodSpec): void {
  if (!sameValue(next.nodeSelector, previous.nodeSelector)) {
    checkSelector(errors, next.nodeSelector ?? {}, previous.nodeSelector ?? {});
    next.nodeSelector = previous.nodeSelector;
  }
  const [affinity, old] = [next.affinity?.nodeAffinity, previous.affinity?.nodeAffinity];
  if (sameValue(affinity, old)) return;
  checkAffinity(errors, affinity, old);
  next.affinity = { ...next.affinity, nodeAffinity: old };
}

function checkSelector(
  errors: Errors,
  next: Readonly<Record<string, string>>,
  previous: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(previous)) {
    if (next[key] === value) continue;
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    errors.push(invalid('spec.nodeSelector', next, detail));
    return;
  }
}

function checkAffinity(
  errors: Errors,
  next: NodeAffinity | undefined,
  previous: NodeAffinity | undefined,
): void {
  const had = previous?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (had.length === 0) return;
  const path =
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
  const terms = next?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (terms.length !== had.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    return void errors.push(invalid(path, terms, detail));
  }
  for (const [index, term] of terms.entries()) {
    if (extendsTerm(term, had[index] ?? {})) continue;
    const detail = 'only additions are allowed (no mutations or deletions)';
    errors.push(invalid(`${path}[${index}]`, term, detail));
  }
}

function extendsTerm(next: NodeSelectorTerm, previous: NodeSelectorTerm): boolean {
  const isPrefix = (long: readonly unknown[] = [], short: readonly unknown[] = []): boolean =>
    short.every((each, index) => sameValue(each, long[index]));
  const wasEmpty = !previous.matchExpressions?.length && !previous.matchFields?.length;
  if (wasEmpty) return sameValue(next, previous);
  return (
    isPrefix(next.matchExpressions, previous.matchExpressions) &&
    isPrefix(next.matchFields, previous.matchFields)
  );
}
