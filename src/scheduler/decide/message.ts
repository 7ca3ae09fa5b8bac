/** The sentence of a FailedScheduling event, in Kubernetes' form. */
import { sentenceOf } from '#api/reasons.ts';
import type { NoPlacement, Tally } from './placement.ts';

/** `preemption`: why no pod was made to leave; absent when some were. */
export function messageOf(placement: NoPlacement, preemption: string | undefined): string {
  const { nodes, refused, refusals } = placement;
  if (nodes === 0) return sentenceOf({ code: 'no-nodes' });
  const why = refused === undefined ? countsIn(refusals) : sentenceOf(refused);
  const head = `${headOf(nodes)} ${why}.`;
  return preemption === undefined ? head : `${head} preemption: ${preemption}`;
}

/** `0/3 nodes are available: 2 Insufficient cpu, 1 …` */
export function countedSentence(refusals: Tally, nodes: number): string {
  return `${headOf(nodes)} ${countsIn(refusals)}.`;
}

function headOf(nodes: number): string {
  return `0/${nodes} nodes are available:`;
}

function countsIn(refusals: Tally): string {
  const counts = [...refusals].map(([sentence, { count }]) => `${count} ${sentence}`);
  return counts.sort().join(', ');
}
