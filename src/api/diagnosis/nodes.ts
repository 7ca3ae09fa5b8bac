/** Why a node takes no pods, or loses them. */
import type { ReasonCode } from '../reasons.ts';
import type { Node, NodeCondition } from '../types.ts';
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
  const trouble = readinessTroubleOf(ready);
  const since = ready?.lastHeartbeatTime ?? 'it joined';
  if (trouble) found.push(finding(trouble, nameOf(node), { since, message: bare(ready?.message) }));
  for (const condition of conditions) {
    const code = pressureOf(condition);
    const details = [condition.message ?? ''];
    if (code) found.push(finding(code, nameOf(node), {}, { details }));
  }
  if (node.spec?.unschedulable) found.push(finding('node-cordoned', nameOf(node), { name }));
  return found;
}

function readinessTroubleOf(ready: NodeCondition | undefined): ReasonCode | undefined {
  if (ready === undefined || ready.status === 'Unknown') return 'node-silent';
  return ready.status === 'True' ? undefined : 'node-not-ready';
}

const pressureOf = ({ type, status }: NodeCondition): ReasonCode | undefined =>
  status === 'True' ? pressures[type] : undefined;

/** What one condition of a node warns of. */
export function nodeTroubleOf(condition: NodeCondition): ReasonCode | undefined {
  return condition.type === 'Ready' ? readinessTroubleOf(condition) : pressureOf(condition);
}
