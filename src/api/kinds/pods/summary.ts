/**
 * A pod in the words of `kubectl get`: how many containers are ready, one word for its state, and how
 * often it was restarted. People read these as the truth about a pod, so the rules are Kubernetes'
 * own (pkg/printers/internalversion, printPod), step by step.
 */
import { humanDuration } from '../../duration.ts';
import { isFinal } from '../../pod-phase.ts';
import { parseTime } from '../../time.ts';
import type { Container, ContainerStatus, Pod, PodStatus } from '../../types.ts';
import { isSidecar } from '../pod-spec/restart-rules.ts';

export interface PodSummary {
  /** `1/2`; a sidecar counts as a container. */
  readonly ready: string;
  readonly status: string;
  /** `3 (5m ago)` */
  readonly restarts: string;
}

/** What has been seen on the way through the containers. */
interface Tally {
  reason: string;
  ready: number;
  restarts: number;
  /** Milliseconds; when a container last ended before it was started again. */
  lastEnd: number;
}

export function summarizePod(pod: Pod, now: number): PodSummary {
  const status = pod.status ?? {};
  const initContainers = pod.spec?.initContainers ?? [];
  const sidecars = new Set(initContainers.filter(isSidecar).map((each) => each.name));
  const tally: Tally = { reason: firstReason(status), ready: 0, restarts: 0, lastEnd: 0 };
  const initial = tallyInit(status, initContainers, sidecars, tally);
  if (!initial.initializing || isTrue(status, 'Initialized')) {
    tally.restarts = initial.sidecarRestarts;
    tally.lastEnd = initial.sidecarLastEnd;
    tallyContainers(status, tally);
  }
  const total = (pod.spec?.containers ?? []).length + sidecars.size;
  return {
    ready: `${tally.ready}/${total}`,
    status: finalWord(pod, tally.reason),
    restarts: shownRestarts(tally, now),
  };
}

function firstReason(status: PodStatus): string {
  const isGated = (status.conditions ?? []).some(
    (each) => each.type === 'PodScheduled' && each.reason === 'SchedulingGated',
  );
  return isGated ? 'SchedulingGated' : status.reason || status.phase || '';
}

/** Stops at the first init container that is not done: what holds the pod up. */
function tallyInit(
  status: PodStatus,
  initContainers: readonly Container[],
  sidecars: ReadonlySet<string>,
  tally: Tally,
): { initializing: boolean; sidecarRestarts: number; sidecarLastEnd: number } {
  let sidecarRestarts = 0;
  let sidecarLastEnd = 0;
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    tally.restarts += container.restartCount ?? 0;
    tally.lastEnd = Math.max(tally.lastEnd, lastEndOf(container));
    const isBeside = sidecars.has(container.name);
    if (isBeside) {
      sidecarRestarts += container.restartCount ?? 0;
      sidecarLastEnd = Math.max(sidecarLastEnd, lastEndOf(container));
    }
    const { terminated } = container.state ?? {};
    if (terminated && !terminated.exitCode) continue;
    if (isBeside && container.started) {
      if (container.ready) tally.ready += 1;
      continue;
    }
    tally.reason = `Init:${heldUpBy(container, index, initContainers.length)}`;
    return { initializing: true, sidecarRestarts, sidecarLastEnd };
  }
  return { initializing: false, sidecarRestarts, sidecarLastEnd };
}

function heldUpBy({ state }: ContainerStatus, index: number, count: number): string {
  if (state?.terminated) return state.terminated.reason || endWord(state.terminated);
  const waiting = state?.waiting?.reason;
  return waiting && waiting !== 'PodInitializing' ? waiting : `${index}/${count}`;
}

function endWord(terminated: { signal?: number | undefined; exitCode?: number }): string {
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`;
}

/** The first container's word wins, so they are read from the last. */
function tallyContainers(status: PodStatus, tally: Tally): void {
  let isRunning = false;
  for (const container of [...(status.containerStatuses ?? [])].reverse()) {
    tally.restarts += container.restartCount ?? 0;
    tally.lastEnd = Math.max(tally.lastEnd, lastEndOf(container));
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) tally.reason = waiting.reason;
    else if (terminated) tally.reason = terminated.reason || endWord(terminated);
    else if (container.ready && running) {
      isRunning = true;
      tally.ready += 1;
    }
  }
  if (tally.reason === 'Completed' && isRunning) {
    tally.reason = isTrue(status, 'Ready') ? 'Running' : 'NotReady';
  }
}

function finalWord(pod: Pod, reason: string): string {
  if (!pod.metadata.deletionTimestamp) return reason;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  return isFinal(pod.status?.phase) ? reason : 'Terminating';
}

function shownRestarts({ restarts, lastEnd }: Tally, now: number): string {
  if (restarts === 0 || lastEnd === 0) return String(restarts);
  return `${restarts} (${humanDuration(now - lastEnd)} ago)`;
}

function lastEndOf(container: ContainerStatus): number {
  return parseTime(container.lastState?.terminated?.finishedAt) || 0;
}

function isTrue(status: PodStatus, type: string): boolean {
  return (status.conditions ?? []).some((each) => each.type === type && each.status === 'True');
}
