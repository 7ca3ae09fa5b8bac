/** Recreate: the new version starts only when nothing of the old one runs any more. */
import type { Action, View } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import { isTerminal } from '../../decide/pods.ts';
import { creationOf } from './new-set.ts';
import { type RollOut, resizing } from './roll-out.ts';
import { sizeOf } from './strategy.ts';

export function recreateStep(view: View, rollOut: RollOut): readonly Action[] {
  const { bounds, newSet, oldSets } = rollOut;
  const stopping = oldSets.filter((set) => sizeOf(set) > 0);
  if (stopping.length > 0) return stopping.flatMap((set) => resizing(rollOut, set, 0));
  // Terminating pods count: they run until their node has said otherwise.
  const running = oldSets.some((set) =>
    view.byIndex(pods, 'controller', set.metadata.uid ?? '').some((pod) => !isTerminal(pod)),
  );
  if (running) return [];
  return newSet === undefined ? [creationOf(rollOut)] : resizing(rollOut, newSet, bounds.replicas);
}
