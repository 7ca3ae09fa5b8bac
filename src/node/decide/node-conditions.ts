/** Conditions of the node itself, in the kubelet's words. Source: core/v1 NodeConditionType. */
import { formatTime } from '#api/time.ts';
import type { NodeCondition } from '#api/types.ts';
import type { PressureCondition } from './pressure/observe.ts';

export interface NodeFacts {
  /** Undefined: the container runtime does not answer. */
  readonly runtime:
    | readonly { type: string; status: boolean; reason: string; message: string }[]
    | undefined;
  readonly pressure: ReadonlySet<PressureCondition>;
  readonly goesDown?: boolean;
}

type Truth = Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>;

export function nodeConditions(
  facts: NodeFacts,
  written: readonly NodeCondition[],
  now: number,
): NodeCondition[] {
  const { pressure: under } = facts;
  const truths: Truth[] = [
    under.has('MemoryPressure')
      ? pressure('MemoryPressure', 'KubeletHasInsufficientMemory', 'insufficient memory available')
      : relief('MemoryPressure', 'KubeletHasSufficientMemory', 'sufficient memory available'),
    under.has('DiskPressure')
      ? pressure('DiskPressure', 'KubeletHasDiskPressure', 'disk pressure')
      : relief('DiskPressure', 'KubeletHasNoDiskPressure', 'no disk pressure'),
    under.has('PIDPressure')
      ? pressure('PIDPressure', 'KubeletHasInsufficientPID', 'insufficient PID available')
      : relief('PIDPressure', 'KubeletHasSufficientPID', 'sufficient PID available'),
    readyOf(facts),
  ];
  const own = new Set(truths.map(({ type }) => type));
  return [
    ...written.filter(({ type }) => !own.has(type)),
    ...truths.map((truth) => {
      const before = written.find(({ type }) => type === truth.type);
      const same = before?.status === truth.status;
      return {
        type: truth.type,
        status: truth.status,
        lastHeartbeatTime: formatTime(now),
        lastTransitionTime: (same ? before.lastTransitionTime : undefined) ?? formatTime(now),
        reason: truth.reason,
        message: truth.message,
      };
    }),
  ];
}

const pressure = (type: string, reason: string, words: string): Truth => ({
  type,
  status: 'True',
  reason,
  message: `kubelet has ${words}`,
});

const relief = (type: string, reason: string, words: string): Truth => ({
  ...pressure(type, reason, words),
  status: 'False',
});

function readyOf({ runtime, goesDown }: NodeFacts): Truth {
  const broken = runtime?.filter(({ status }) => !status) ?? [];
  const words = runtime
    ? broken.map(
        ({ type, reason, message }) =>
          `container runtime ${type === 'NetworkReady' ? 'network ' : ''}not ready: ${type}=false reason:${reason} message:${message}`,
      )
    : ['container runtime is down'];
  if (goesDown) words.push('node is shutting down');
  if (words.length === 0) {
    return {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
    };
  }
  return {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message: words.length === 1 ? (words[0] ?? '') : `[${words.join(', ')}]`,
  };
}
