/** Why a node takes no pods, or loses them. */
import type { ReasonCode } from '../reasons.ts';
import type { Node } from '../types.ts';
import { finding, type Finding, nameOf } from './finding.ts';
import { bare } from './words.ts';

const pressures: Readonly<Record<string, ReasonCode>> = {
  MemoryPressure: 'node-memory-pressure',
  DiskPressure: 'node-disk-pressure',
  PIDPressure: 'node-pid-pressure',
};

export function nodeFindings(node: Node): Finding[] {
  const conditions = node.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  const found: Finding[] = [];
  const { name = '' } = node.metadata;
  if (ready?.status === 'Unknown' || ready === undefined) {
    const since = ready?.lastHeartbeatTime ?? 'it joined';
    found.push(finding('node-silent', nameOf(node), { since }));
  } else if (ready.status !== 'True') {
    found.push(finding('node-not-ready', nameOf(node), { message: bare(ready.message) }));
  }
  for (const { type, status, message = '' } of conditions) {
    const code = pressures[type];
    if (code && status === 'True')
      found.push(finding(code, nameOf(node), {}, { details: [message] }));
  }
  if (node.spec?.unschedulable) found.push(finding('node-cordoned', nameOf(node), { name }));
  return found;
}
