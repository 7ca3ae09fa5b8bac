/** Pod conditions that the node owns. Source: core/v1 PodConditionType, KEP-3085, KEP-5067. */
import { isFinal, type Phase } from '#api/pod-phase.ts';
import { formatTime } from '#api/time.ts';
import type { ContainerStatus, Pod, PodCondition } from '#api/types.ts';
import type { PodFacts } from '../facts.ts';
import { isComplete, type Progress } from '../progress.ts';
import { isResizing, pendingResize } from '../resize.ts';

type Truth = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

export interface ConditionInput {
  readonly facts: PodFacts;
  readonly progress: Progress;
  readonly phase: Phase;
  readonly statuses: ReadonlyMap<string, ContainerStatus>;
  readonly now: number;
}

/** Ours in the kubelet's order, with the time of their last change; then everybody else's. */
export function conditionsOf(input: ConditionInput): PodCondition[] {
  const { pod } = input.facts;
  const containersReady = readyOf(input);
  const truths: Truth[] = [
    sandboxTruth(input),
    initializedOf(input),
    { ...podReadyOf(pod, containersReady), type: 'Ready' },
    { ...containersReady, type: 'ContainersReady' },
    { type: 'PodScheduled', status: 'True' },
    ...resizeTruths(input),
    ...disruptionTruths(input),
  ];
  const written = pod.status?.conditions ?? [];
  const own = new Set([...truths.map(({ type }) => type), ...resizeTypes]);
  return [
    ...truths.map((truth) => dated(truth, pod, input.now)),
    ...written.filter(({ type }) => !own.has(type)),
  ];
}

function dated(truth: Truth, pod: Pod, now: number): PodCondition {
  const before = pod.status?.conditions?.find(({ type }) => type === truth.type);
  const same = before?.status === truth.status;
  const { generation } = pod.metadata;
  return {
    type: truth.type,
    ...(generation !== undefined && { observedGeneration: generation }),
    status: truth.status,
    lastTransitionTime: (same ? before.lastTransitionTime : undefined) ?? formatTime(now),
    ...(truth.reason && { reason: truth.reason }),
    ...(truth.message && { message: truth.message }),
  };
}

function sandboxTruth({ facts, progress }: ConditionInput): Truth {
  const onHost = facts.pod.spec?.hostNetwork === true;
  const { sandbox } = progress;
  const ready = sandbox !== undefined && (onHost || sandbox.ips.length > 0);
  return { type: 'PodReadyToStartContainers', status: ready ? 'True' : 'False' };
}

function initializedOf({ progress, phase }: ConditionInput): Truth {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  if (progress.initialized) return { type, status: 'True' };
  const sandboxId = progress.sandbox?.id;
  const open = progress.members
    .filter(({ role }) => role === 'init' || role === 'sidecar')
    .filter((member) => !isComplete(member, sandboxId));
  return {
    type,
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${bracketed(open.map(({ name }) => name))}`,
  };
}

function disruptionTruths({ facts: { verdict } }: ConditionInput): Truth[] {
  if (!verdict?.disruption) return [];
  const reason = 'TerminationByKubelet';
  const message = verdict.disruptionMessage ?? verdict.message;
  return [{ type: 'DisruptionTarget', status: 'True', reason, message }];
}

const resizeTypes = ['PodResizePending', 'PodResizeInProgress'];

/** There while they are true, gone afterwards. Source: KEP-1287. */
function resizeTruths({ facts, progress, phase }: ConditionInput): Truth[] {
  if (isFinal(phase)) return [];
  const truths: Truth[] = [];
  const refusal = pendingResize(facts, progress)?.refusal;
  if (refusal) truths.push({ type: 'PodResizePending', status: 'True', ...refusal });
  if (isResizing(facts, progress)) {
    const { reason, message } = facts.resizeProblem ?? {};
    truths.push({
      type: 'PodResizeInProgress',
      status: 'True',
      ...(reason && { reason, message: message ?? '' }),
    });
  }
  return truths;
}

function readyOf({ progress, phase, statuses }: ConditionInput): Omit<Truth, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const open = progress.members
    .filter(({ role }) => role === 'main' || role === 'sidecar')
    .filter(({ name }) => !statuses.get(name)?.ready)
    .map(({ name }) => name);
  if (open.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: ${bracketed(open)}`,
  };
}

function podReadyOf(pod: Pod, containers: Omit<Truth, 'type'>): Omit<Truth, 'type'> {
  if (containers.status !== 'True') return containers;
  const words: string[] = [];
  for (const { conditionType } of pod.spec?.readinessGates ?? []) {
    const found = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (!found) {
      words.push(
        `corresponding condition of pod readiness gate "${conditionType}" does not exist.`,
      );
    } else if (found.status !== 'True') {
      words.push(
        `the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`,
      );
    }
  }
  if (words.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: words.join(', ') };
}

/** Go's form of a list of words. */
const bracketed = (names: readonly string[]): string => `[${names.join(' ')}]`;
