/**
 * Why no node takes a pod, read back from the scheduler's own sentences: a condition has no room for
 * a code, and the sentences come from the same registry.
 */
import { remembered } from '#base/remembered.ts';
import { type SchedulingCode, schedulingReasons } from '../reasons.ts';
import { fill } from '../reasons/reason.ts';
import type { Pod } from '../types.ts';
import { eventsOf } from './events.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf } from './finding.ts';

interface Refused {
  readonly code: SchedulingCode;
  readonly subject: string;
  /** Of nodes; empty where it keeps the pod from all of them. */
  readonly count: string;
}

const mark = '\u0000';
const forms = (Object.entries(schedulingReasons) as [SchedulingCode, { sentence: string }][]).map(
  ([code, { sentence }]) => {
    const [before = '', after] = fill(sentence, { subject: mark }).split(mark);
    const pattern =
      after === undefined ? escaped(before) : `${escaped(before)}(.+?)${escaped(after)}`;
    return { code, pattern: new RegExp(`^${pattern}$`) };
  },
);

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/**
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: …`
 * Pods alike are refused with the same sentence, many in a row.
 */
export const refusalsIn = remembered(16, readRefusals);

function readRefusals(message: string): readonly Refused[] {
  const body = message
    .replace(/^\d+\/\d+ nodes are available: /, '')
    .replace(/\.? preemption: .*$/s, '')
    .replace(/\.$/, '');
  return body.split(/, (?=\d+ )/).flatMap((part) => {
    const [, count = '', said = ''] = /^(?:(\d+) )?(.*)$/s.exec(part) ?? [];
    for (const { code, pattern } of forms) {
      const found = pattern.exec(said);
      if (found) return [{ code, subject: found[1] ?? '', count }];
    }
    return [];
  });
}

export function schedulingFindings(pod: Pod, message: string, facts: Facts): Finding[] {
  const nodes = facts.objects('node');
  return refusalsIn(message).map(({ code, subject, count }) =>
    finding(
      code,
      nameOf(pod),
      { subject, count },
      {
        because: nodes.length <= 3 ? nodes.map(nameOf) : [],
        details: [message, ...(code === 'pod-claim-awaited' ? bindingTrouble(pod, facts) : [])],
      },
    ),
  );
}

/** Why the claim of an ephemeral volume could not be made. */
function bindingTrouble(pod: Pod, facts: Facts): string[] {
  const [last] = eventsOf(pod, facts).filter(({ reason }) => reason === 'FailedBinding');
  return last?.message === undefined ? [] : [last.message];
}
