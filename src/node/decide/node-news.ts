/** What the agent tells of its node in events, in the kubelet's words. Source: core/v1 NodeConditionType. */
import type { NodeStatus } from '#api/types.ts';

export interface NodeNews {
  readonly level: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Condition → the reason when it is false, and when it is true. */
const reasons: Readonly<Record<string, readonly [whenFalse: string, whenTrue: string]>> = {
  MemoryPressure: ['NodeHasSufficientMemory', 'NodeHasInsufficientMemory'],
  DiskPressure: ['NodeHasNoDiskPressure', 'NodeHasDiskPressure'],
  PIDPressure: ['NodeHasSufficientPID', 'NodeHasInsufficientPID'],
  Ready: ['NodeNotReady', 'NodeReady'],
};

/** `before`: as it was written last, also by a run before this one. */
export function nodeNews(
  name: string,
  before: NodeStatus | undefined,
  now: NodeStatus,
): NodeNews[] {
  const boot = now.nodeInfo?.bootID ?? '';
  const bootBefore = before?.nodeInfo?.bootID ?? '';
  const hasRebooted = bootBefore !== '' && boot !== '' && bootBefore !== boot;
  const reboot: NodeNews = {
    level: 'Warning',
    reason: 'Rebooted',
    message: `Node ${name} has been rebooted, boot id: ${boot}`,
  };
  const changes = (now.conditions ?? []).flatMap(({ type, status }): NodeNews[] => {
    const [whenFalse, whenTrue] = reasons[type] ?? [];
    const old = before?.conditions?.find((each) => each.type === type);
    const reason = status === 'True' ? whenTrue : whenFalse;
    if (reason === undefined || old?.status === status) return [];
    return [isNow(name, reason)];
  });
  return [...(hasRebooted ? [reboot] : []), ...changes];
}

/** Cordoned, or open again; a run begins with an open one. */
export function schedulingNews(name: string, isCordoned: boolean): NodeNews {
  return isNow(name, isCordoned ? 'NodeNotSchedulable' : 'NodeSchedulable');
}

const isNow = (name: string, reason: string): NodeNews => ({
  level: 'Normal',
  reason,
  message: `Node ${name} status is now: ${reason}`,
});
