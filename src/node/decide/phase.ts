/** The phase of a pod, and why one that never comes up is given up. Source: core/v1 PodPhase. */
import { isFinal, type Phase } from '#api/pod-phase.ts';
import { safeSysctls } from '#api/safe-sysctls.ts';
import { parseTime } from '#api/time.ts';
import type { Pod, SecurityContext } from '#api/types.ts';
import type { PodFacts } from './facts.ts';
import type { Progress } from './progress.ts';

export interface Verdict {
  readonly reason: string;
  readonly message: string;
}

/** What this node cannot honour: said at once instead of ignored. */
export function refusalOf(pod: Pod, { appArmor }: PodFacts['machine']): Verdict | undefined {
  const { hostUsers, os, resourceClaims = [], securityContext = {} } = pod.spec ?? {};
  const sysctl = forbiddenSysctl(pod);
  if (sysctl !== undefined) {
    return { reason: 'SysctlForbidden', message: `forbidden sysctl: "${sysctl}" not allowlisted` };
  }
  if (securityContext.supplementalGroupsPolicy === 'Strict') {
    return {
      reason: 'SupplementalGroupsPolicyNotSupported',
      message: 'SupplementalGroupsPolicy=Strict is not supported in this node',
    };
  }
  if (!appArmor && wantsAppArmor(pod)) {
    return {
      reason: 'AppArmor',
      message: 'Cannot enforce AppArmor: AppArmor is not enabled on the host',
    };
  }
  if (hostUsers === false) {
    return refusal('spec.hostUsers: false needs user namespaces, which this runtime lacks');
  }
  if (os?.name !== undefined && os.name !== 'linux') {
    return {
      reason: 'PodOSNotSupported',
      message: `Failed to admit pod as the OS field doesn't match node OS: ${os.name}`,
    };
  }
  if (resourceClaims.length > 0) {
    return refusal('spec.resourceClaims need device drivers, of which this node has none');
  }
  return undefined;
}

function forbiddenSysctl({ spec }: Pod): string | undefined {
  const names = (spec?.securityContext?.sysctls ?? []).map(({ name }) => name);
  return names.find((name) => !safeSysctls.has(name.replaceAll('/', '.')));
}

function wantsAppArmor({ spec }: Pod): boolean {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {};
  const asks = ({ securityContext }: Asking): boolean =>
    (securityContext?.appArmorProfile?.type ?? 'Unconfined') !== 'Unconfined';
  if (spec && asks(spec)) return true;
  return containers.some(asks) || initContainers.some(asks) || ephemeralContainers.some(asks);
}

interface Asking {
  readonly securityContext?: Pick<SecurityContext, 'appArmorProfile'> | undefined;
}

const refusal = (message: string): Verdict => ({ reason: 'UnexpectedAdmissionError', message });

/** When the pod's time is over; undefined without a deadline. */
export function deadlineOf(facts: PodFacts): number | undefined {
  const seconds = facts.pod.spec?.activeDeadlineSeconds;
  return seconds === undefined ? undefined : startedMs(facts) + seconds * 1000;
}

export function startedMs({ pod, acceptedAtMs }: PodFacts): number {
  const written = pod.status?.startTime;
  return written ? millisOf(written) : acceptedAtMs;
}

/** Why the pod as a whole failed, if it did: as written before, or as it is now. */
export function verdictOf(facts: PodFacts, now: number): Verdict | undefined {
  const { phase, reason, message } = facts.pod.status ?? {};
  if (phase === 'Failed' && reason) return { reason, message: message ?? '' };
  if (isFinal(phase)) return undefined;
  const deadline = deadlineOf(facts);
  if (deadline !== undefined && now >= deadline) {
    return {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    };
  }
  return facts.verdict ?? refusalOf(facts.pod, facts.machine);
}

/** Nothing runs any more and nothing will. */
export function isFinished(facts: PodFacts, progress: Progress): boolean {
  const written = facts.pod.status?.phase;
  if (isFinal(written)) return true;
  if (progress.initFailed) return true;
  const mains = progress.members.filter(({ role }) => role === 'main');
  return mains.length > 0 && mains.every(({ ended, restarts }) => ended && !restarts);
}

/**
 * A final phase is only said when nothing runs any more: who reads it may replace the pod. A pod that
 * is deleted before anything of it ran has failed, too: whoever holds it waits for that word.
 */
export function phaseOf(facts: PodFacts, progress: Progress, now: number): Phase {
  const written = facts.pod.status?.phase;
  if (isFinal(written)) return written;
  const { members } = progress;
  const mains = members.filter(({ role }) => role === 'main');
  const begun = mains.every(({ latest }) => latest !== undefined);
  const meanwhile = progress.initialized && begun ? 'Running' : 'Pending';
  const ending = facts.pod.metadata.deletionTimestamp !== undefined || facts.gone;
  const givenUp = ending || verdictOf(facts, now) !== undefined;
  const final = isFinished(facts, progress) || (givenUp && !isStarting(facts));
  if (!final || members.some(({ running }) => running)) return meanwhile;
  if (verdictOf(facts, now) || progress.initFailed) return 'Failed';
  return mains.every(({ ended, latest }) => ended && latest?.exitCode === 0)
    ? 'Succeeded'
    : 'Failed';
}

/** What becomes of a container on its way is seen when that step is done. */
function isStarting({ busy }: PodFacts): boolean {
  return [...busy].some((subject) => subject.startsWith('container '));
}

/** Of RFC 3339 text in UTC, `2026-01-02T03:04:05Z`, fractions allowed. */
export function millisOf(timestamp: string): number {
  return parseTime(timestamp);
}
