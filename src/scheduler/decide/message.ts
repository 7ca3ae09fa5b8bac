/** The sentence of a FailedScheduling event, in Kubernetes' form. */
import { type SchedulingCode, sentenceOf } from '#api/reasons.ts';
import type { Tally } from './placement.ts';

/** Refusals that removing other pods could cure; gantry does not do that, and says that it found nobody. */
const curableByRoom: ReadonlySet<SchedulingCode> = new Set<SchedulingCode>([
  'insufficient-resource',
  'too-many-pods',
  'host-port-taken',
]);

export function messageOf(refusals: Tally, nodes: number): string {
  if (nodes === 0) return sentenceOf({ code: 'no-nodes' });
  const counts = [...refusals].map(([sentence, { count }]) =>
    count === 0 ? sentence : `${count} ${sentence}`,
  );
  const head = `0/${nodes} nodes are available`;
  return `${head}: ${counts.sort().join(', ')}. ${preemption(refusals, nodes, head)}`;
}

function preemption(refusals: Tally, nodes: number, head: string): string {
  let hopeless = 0;
  for (const { refusal, count } of refusals.values()) {
    if (!curableByRoom.has(refusal.code)) hopeless += count === 0 ? nodes : count;
  }
  const parts: string[] = [];
  if (nodes > hopeless) {
    parts.push(`${nodes - hopeless} No preemption victims found for incoming pod`);
  }
  if (hopeless > 0) parts.push(`${hopeless} Preemption is not helpful for scheduling`);
  return `preemption: ${head}: ${parts.sort().join(', ')}.`;
}
