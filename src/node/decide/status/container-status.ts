/** core/v1 ContainerStatus of every container, in the kubelet's words. */
import { formatTime } from '#api/time.ts';
import type { ContainerState, ContainerStateTerminated, ContainerStatus } from '#api/types.ts';
import { isAhead, restartBackOff } from '../back-off.ts';
import { containerSubject, type PodFacts, type Problem } from '../facts.ts';
import { templateHash } from '../members.ts';
import type { ObservedContainer } from '../observed.ts';
import { appliedOf, grantedOf } from '../resize.ts';
import { containerIdText, statusesFor, writtenStatus } from '../written.ts';
import { isComplete, type MemberProgress, type Progress } from '../progress.ts';

interface Context {
  readonly facts: PodFacts;
  readonly progress: Progress;
  readonly now: number;
  /** Nothing of the pod starts any more. */
  readonly ending: boolean;
}

export function containerStatus(context: Context, member: MemberProgress): ContainerStatus {
  const { facts } = context;
  const { name, latest, container, started } = member;
  const state = stateOf(context, member);
  const past = latest && !state.waiting ? member.previous : (latest ?? member.previous);
  const written = writtenFor(context, member);
  const lastState = past ? { terminated: terminatedOf(past) } : written?.lastState;
  return {
    name,
    state,
    lastState: lastState ?? {},
    ready: isReady(context, member),
    restartCount: restartsOf(context, member),
    // Until it runs, the name of the spec; then what the runtime made of it.
    image: latest?.image || (container.image ?? ''),
    imageID: latest?.imageRef ?? '',
    ...(latest && { containerID: containerIdText(latest.id) }),
    // The kubelet says it of those alone that others wait for.
    ...(member.role !== 'ephemeral' && { started: member.running && started }),
    ...(latest && resourcesOf(facts, member, latest)),
    ...(latest &&
      container.lifecycle?.stopSignal && { stopSignal: container.lifecycle.stopSignal }),
    ...(facts.sandboxes[0] && volumeMountsOf(member)),
  };
}

/** What the node has granted, and what the runtime was told: they differ while a resize is under way. */
function resourcesOf(
  facts: PodFacts,
  member: MemberProgress,
  latest: ObservedContainer,
): Partial<ContainerStatus> {
  const granted = grantedOf(facts, member);
  const { limits: all, requests } = appliedOf(facts, latest) ?? granted;
  // What it has of the pod is shown with the pod.
  const own = Object.entries(all ?? {}).filter(([name]) => granted.limits?.[name] !== undefined);
  const limits = granted.limits && Object.fromEntries(own);
  return {
    ...(granted.requests && { allocatedResources: granted.requests }),
    resources: { ...(limits && { limits }), ...(requests && { requests }) },
  };
}

function volumeMountsOf({ container: { volumeMounts } }: MemberProgress): Partial<ContainerStatus> {
  if (!volumeMounts || volumeMounts.length === 0) return {};
  return {
    volumeMounts: volumeMounts.map(({ name, mountPath, readOnly }) => ({
      name,
      mountPath,
      ...(readOnly && { readOnly, recursiveReadOnly: 'Disabled' }),
    })),
  };
}

function writtenFor({ facts }: Context, { name, role }: MemberProgress) {
  return statusesFor(facts.pod, role).find((status) => status.name === name);
}

function restartsOf(context: Context, member: MemberProgress): number {
  const { latest } = member;
  if (latest) return latest.attempt;
  return writtenFor(context, member)?.restartCount ?? 0;
}

function stateOf(context: Context, member: MemberProgress): ContainerState {
  const { latest, running } = member;
  if (running && latest) return { running: { startedAt: formatTime(latest.startedAtMs) } };
  const waiting = context.ending ? undefined : waitingOf(context, member);
  if (waiting) return { waiting };
  if (latest) return { terminated: terminatedOf(latest) };
  const written = writtenFor(context, member)?.state;
  if (context.ending && written?.terminated) return written;
  return { waiting: { reason: notBegunReason(member, context.progress) } };
}

function notBegunReason({ role }: MemberProgress, { members }: Progress): string {
  const hasInits = members.some((one) => one.role === 'init' || one.role === 'sidecar');
  return role !== 'ephemeral' && hasInits ? 'PodInitializing' : 'ContainerCreating';
}

/** Why a container that should run does not; undefined when nothing is in the way. */
function waitingOf(
  { facts, progress, now }: Context,
  member: MemberProgress,
): { reason: string; message: string } | undefined {
  const { name, latest, restarts, role, container } = member;
  if (latest && !restarts) return undefined;
  if (role === 'main' && !progress.initialized && !latest) return undefined;
  if (latest && facts.busy.has(containerSubject(name))) return undefined;
  const backOff = restartBackOff(latest, templateHash(container), progress.sandbox?.id);
  if (backOff && isAhead(backOff.dueMs, now)) {
    const { metadata } = facts.pod;
    return {
      reason: 'CrashLoopBackOff',
      message: `back-off ${goSeconds(backOff.seconds)} restarting failed container=${name} pod=${metadata.name}_${metadata.namespace}(${metadata.uid})`,
    };
  }
  const image = facts.images.get(name);
  const failure = image?.ready ? undefined : image?.failure;
  if (failure) return now < failure.showBackOffAtMs ? wordsOf(failure) : failure.backOff;
  const problem = facts.problems.get(name);
  return problem && wordsOf(problem);
}

const wordsOf = ({ reason, message }: Problem): { reason: string; message: string } => ({
  reason,
  message,
});

/** Go's Duration text: `10s`, `1m20s`, `5m0s`. */
function goSeconds(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}

export function terminatedOf(container: ObservedContainer): ContainerStateTerminated {
  const { exitCode, reason, message, startedAtMs, finishedAtMs, id, state } = container;
  if (state === 'unknown') {
    return {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
    };
  }
  return {
    exitCode,
    reason: reason || (exitCode === 0 ? 'Completed' : 'Error'),
    ...(message && { message }),
    // A container that failed to start has no start; Kubernetes shows the epoch then.
    startedAt: formatTime(startedAtMs),
    finishedAt: formatTime(finishedAtMs),
    containerID: containerIdText(id),
  };
}

function isReady({ facts, progress }: Context, member: MemberProgress): boolean {
  const { role, latest, running, started, container } = member;
  if (role === 'init') return isComplete(member, progress.sandbox?.id ?? latest?.sandboxId);
  // Nobody sends requests to an ephemeral one.
  if (role === 'ephemeral' || !latest || !running || !started) return false;
  if (!container.readinessProbe) return true;
  return facts.probes.get(latest.id)?.ready ?? writtenStatus(facts.pod, latest)?.ready === true;
}
