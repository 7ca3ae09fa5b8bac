/** Why a pod does not run, or is not ready. */
import type { ReasonCode } from '../reasons.ts';
import { parseTime } from '../time.ts';
import type { Pod } from '../types.ts';
import { containersOf } from './containers-of.ts';
import { containerFindings } from './containers.ts';
import { deletionFindings } from './deletion.ts';
import { eventsOf } from './events.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf, under } from './finding.ts';
import { pullSecretFindings } from './images.ts';
import { nodeFindings } from './nodes.ts';
import { referenceFindings } from './references.ts';
import { schedulingFindings } from './scheduling.ts';
import { bare, listOf } from './words.ts';

export function podFindings(pod: Pod, facts: Facts): Finding[] {
  if (pod.metadata.deletionTimestamp !== undefined) return goingFindings(pod, facts);
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || isReady(pod)) return [];
  if (phase === 'Failed') return failedFindings(pod, facts);
  if (!pod.spec?.nodeName) return unscheduledFindings(pod, facts);
  const found = startFindings(pod, facts);
  if (found.length > 0) return found;
  const node = nodeTrouble(pod, facts);
  if (node.length > 0) return node;
  const gates = gateFindings(pod);
  return gates.length > 0 ? gates : [stillStarting(pod)];
}

export function isReady({ status }: Pod): boolean {
  return (status?.conditions ?? []).some((each) => each.type === 'Ready' && each.status === 'True');
}

/** On its way out. */
function goingFindings(pod: Pod, facts: Facts): Finding[] {
  const { deletionTimestamp, name = '' } = pod.metadata;
  const late = Math.round((facts.now - parseTime(deletionTimestamp)) / 1000);
  const waits = deletionFindings(pod);
  const runs = containersOf(pod).some(({ status }) => status?.state?.running !== undefined);
  if (waits.length > 0 && !runs) return waits;
  if (late > 5) {
    const slow = finding('termination-slow', nameOf(pod), { name, late: String(late) });
    return [slow, ...nodeTrouble(pod, facts)];
  }
  const message = `its containers have until ${deletionTimestamp} to end`;
  return [finding('still-starting', nameOf(pod), { what: 'The end of the pod', message })];
}

export function failedFindings(pod: Pod, facts: Facts): Finding[] {
  const { reason, message = '' } = pod.status ?? {};
  const node = pod.spec?.nodeName ?? '';
  const words = { node, message: bare(message) };
  if (reason === 'Evicted') return [finding('pod-evicted', nameOf(pod), words)];
  const rejected = rejectionOf(pod);
  if (rejected) return [rejected];
  if (reason === 'DeadlineExceeded') return [finding('pod-deadline', nameOf(pod), words)];
  const ended = containersOf(pod).flatMap((of) => containerFindings(of, facts));
  if (ended.length > 0) return ended;
  return reason === undefined ? [] : [finding('pod-refused', nameOf(pod), words)];
}

const rejections: Readonly<Record<string, ReasonCode>> = {
  NodeAffinity: 'node-not-meant',
  NodePorts: 'node-port-taken',
  TaintToleration: 'node-taint-evicts',
  Preempting: 'pod-preempted',
};

/** As the node agent words it; undefined: the node has let it in, and keeps it. */
function rejectionOf(pod: Pod): Finding | undefined {
  const { reason = '', message = '' } = pod.status ?? {};
  const node = pod.spec?.nodeName ?? '';
  const code = rejections[reason];
  if (code) return finding(code, nameOf(pod), { node });
  const amounts = /resource: (\S+), requested: (\d+), used: (\d+), capacity: (\d+)$/.exec(message);
  if (!reason.startsWith('OutOf') || !amounts) return undefined;
  const [, resource = '', ...numbers] = amounts;
  const [requested = '', used = '', capacity = ''] = numbers.map((amount) =>
    resource === 'cpu' ? `${amount}m` : amount,
  );
  return finding('node-lacks-room', nameOf(pod), { node, resource, requested, used, capacity });
}

function unscheduledFindings(pod: Pod, facts: Facts): Finding[] {
  const gates = pod.spec?.schedulingGates ?? [];
  if (gates.length > 0) {
    const words = { name: pod.metadata.name ?? '', gates: listOf(gates.map(({ name }) => name)) };
    return [finding('scheduling-gated', nameOf(pod), words)];
  }
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const missing = referenceFindings(pod, facts).filter(({ code }) => code.startsWith('claim'));
  if (scheduled?.status === 'False') {
    const all = schedulingFindings(pod, scheduled.message ?? '', facts);
    // The claim itself says more than the scheduler does of it.
    const refused =
      missing.length > 0 ? all.filter(({ code }) => !code.startsWith('pod-claim')) : all;
    if (missing.length > 0 || refused.length > 0) return [...missing, ...refused];
    const words = { what: 'The pod', message: bare(scheduled.message) || 'it has no node yet' };
    return [finding('still-starting', nameOf(pod), words)];
  }
  return missing.length > 0 ? missing : [stillStarting(pod)];
}

/** From what it names, over its volumes, to its containers: a later step waits for the earlier. */
function startFindings(pod: Pod, facts: Facts): Finding[] {
  const waits = containersOf(pod).some(({ status }) => status?.state?.waiting !== undefined);
  const missing = waits ? referenceFindings(pod, facts) : [];
  const containers = containersOf(pod).flatMap((of) => containerFindings(of, facts));
  if (missing.length > 0 || containers.length > 0) return [...missing, ...containers];
  return waits ? stepFindings(pod, facts) : [];
}

/** Steps before the first container, which only events tell of. */
function stepFindings(pod: Pod, facts: Facts): Finding[] {
  const begun = containersOf(pod).some(
    ({ status }) => status?.state?.running ?? status?.state?.terminated,
  );
  if (begun) return [];
  const [last] = eventsOf(pod, facts).filter(({ type }) => type === 'Warning');
  const message = bare(last?.message);
  if (last?.reason === 'FailedMount' || last?.reason === 'FailedAttachVolume') {
    return [finding('volume-mount-fails', nameOf(pod), { message }, { details: [message] })];
  }
  if (last?.reason === 'FailedCreatePodSandBox') {
    return [finding('sandbox-fails', nameOf(pod), { message }, { details: [message] })];
  }
  return pullSecretFindings(pod, facts);
}

export function gateFindings(pod: Pod): Finding[] {
  const conditions = pod.status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'ContainersReady')?.status === 'True';
  if (!ready) return [];
  return (pod.spec?.readinessGates ?? [])
    .filter(({ conditionType }) =>
      conditions.every(({ type, status }) => type !== conditionType || status !== 'True'),
    )
    .map(({ conditionType }) => finding('readiness-gate', nameOf(pod), { gate: conditionType }));
}

function nodeTrouble(pod: Pod, facts: Facts): Finding[] {
  const name = pod.spec?.nodeName;
  if (!name) return [];
  if (facts.missing('node', undefined, name)) {
    const others = facts.objects('node');
    const because = others.length <= 3 ? others.map(nameOf) : [];
    return [finding('node-name', nameOf(pod), { count: String(others.length) }, { because })];
  }
  const node = facts.object('node', undefined, name);
  if (!node) return [];
  const found = nodeFindings(node).filter(({ code }) => code !== 'node-cordoned');
  return under(nameOf(pod), found);
}

function stillStarting(pod: Pod): Finding {
  const open = containersOf(pod)
    .filter(({ status }) => status?.ready !== true)
    .map(({ container, status }) => {
      const { waiting, running } = status?.state ?? {};
      const doing = waiting?.reason ?? (running ? 'runs, not ready yet' : 'not begun');
      return `${container.name}: ${doing}`;
    });
  const words = { what: 'The pod', message: listOf(open) };
  return finding('still-starting', nameOf(pod), words);
}
