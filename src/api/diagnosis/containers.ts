/** Why a container does not run, or does not go on running. */
import type { ReasonCode } from '../reasons.ts';
import { parseTime } from '../time.ts';
import type {
  Container,
  ContainerStateTerminated,
  ContainerStateWaiting,
  ContainerStatus,
  Pod,
} from '../types.ts';
import { type ContainerOfPod, logsCommand } from './containers-of.ts';
import { eventsOf, timeOf } from './events.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf } from './finding.ts';
import { imageFindings, imageWaits } from './images.ts';
import { probeFindings } from './probes.ts';
import { bare } from './words.ts';

/** An ending so long ago says nothing of now. */
const recentMs = 10 * 60_000;
const signals: Readonly<Record<number, string>> = {
  1: '1 (SIGHUP)',
  2: '2 (SIGINT)',
  4: '4 (SIGILL)',
  6: '6 (SIGABRT)',
  7: '7 (SIGBUS)',
  8: '8 (SIGFPE)',
  9: '9 (SIGKILL)',
  11: '11 (SIGSEGV)',
  13: '13 (SIGPIPE)',
  15: '15 (SIGTERM)',
};

export function containerFindings(of: ContainerOfPod, facts: Facts): Finding[] {
  const { pod, container, status } = of;
  const { waiting, terminated, running } = status?.state ?? {};
  const waits = waiting ? waitingFindings(of, waiting, facts) : [];
  if (waits.length > 0) return waits;
  const ending = terminated ?? status?.lastState?.terminated;
  const ended = ending && !isExpected(of, ending) && isRecent(ending, facts.now);
  const probes = running || waiting ? probeFindings(of, facts) : [];
  if (!ended || (running && status?.ready && status.restartCount === 0)) return probes;
  // Ended by its own probe: that is the cause, whatever the exit code.
  const probed = probes.some(({ words }) => words['probe'] !== 'readiness');
  if (probed && wasEndedByProbe(of, ending, facts)) return probes;
  const hooks = hookFindings(of, facts);
  if (hooks.length > 0) return hooks;
  return [endingFinding(pod, container, status, ending, facts), ...(running ? probes : [])];
}

/** A program that ends by itself fails its probes, too, while it is not there: the agent says when it ended one. */
function wasEndedByProbe(
  { pod, fieldPath }: ContainerOfPod,
  { startedAt }: ContainerStateTerminated,
  facts: Facts,
): boolean {
  const began = parseTime(startedAt);
  return eventsOf(pod, facts).some(
    (event) =>
      event.reason === 'Killing' &&
      event.involvedObject.fieldPath === fieldPath &&
      / failed (startup|liveness) probe/.test(event.message ?? '') &&
      !(timeOf(event) < began),
  );
}

/** A container that may end, and did so well. */
function isExpected({ pod, fieldPath }: ContainerOfPod, { exitCode }: ContainerStateTerminated) {
  if (exitCode !== 0) return false;
  return pod.spec?.restartPolicy !== 'Always' || fieldPath.startsWith('spec.init');
}

function isRecent({ finishedAt }: ContainerStateTerminated, now: number): boolean {
  const at = parseTime(finishedAt);
  return Number.isNaN(at) || now - at < recentMs;
}

function waitingFindings(
  of: ContainerOfPod,
  { reason = '', message = '' }: ContainerStateWaiting,
  facts: Facts,
): Finding[] {
  const { pod, container, fieldPath } = of;
  if (imageWaits.has(reason)) {
    const problem = {
      image: container.image ?? '',
      field: `the image of container "${container.name}" (${fieldPath.replace(/\{.*/, '')})`,
      reason,
      message,
      pullPolicy: container.imagePullPolicy,
    };
    return imageFindings(pod, problem, facts);
  }
  if (/runAsNonRoot/.test(message)) return [told('runs-as-root', of, message)];
  if (reason === 'RunContainerError' || reason === 'StartError') return [startFailed(of, message)];
  if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError') {
    return isMissingReference(message) ? [] : [startFailed(of, message)];
  }
  return [];
}

/** Told from the objects themselves, with more to say (`references.ts`). */
function isMissingReference(message: string): boolean {
  return /^(configmap|secret) ".*" not found|couldn't find key /.test(message);
}

function told(
  code: ReasonCode,
  { pod, container }: ContainerOfPod,
  message: string,
  words: Readonly<Record<string, string>> = {},
): Finding {
  const all = { container: container.name, message: bare(message), ...words };
  return finding(code, nameOf(pod), all, { details: message === '' ? [] : [bare(message)] });
}

function startFailed(of: ContainerOfPod, message: string): Finding {
  const missing =
    /executable file [`"']?(\S*?)[`"']? not found|exec: "([^"]+)"[^"]*(?:not found|no such file)|stat (\S+): no such file|exec (?:container process )?[`"']?([^`"':]+)[`"']?: (?:No such file|no such file)/i.exec(
      message,
    );
  const command = missing?.slice(1).find((word) => word !== undefined && word !== '');
  if (command === undefined) return told('container-cannot-start', of, message);
  return told('command-not-found', of, message, { command });
}

function hookFindings(of: ContainerOfPod, facts: Facts): Finding[] {
  const event = eventsOf(of.pod, facts).find(
    ({ reason, involvedObject }) =>
      reason === 'FailedPostStartHook' && involvedObject.fieldPath === of.fieldPath,
  );
  if (!event || facts.now - timeOf(event) > recentMs) return [];
  return [told('hook-fails', of, event.message ?? '', { hook: 'postStart' })];
}

function endingFinding(
  pod: Pod,
  container: Container,
  status: ContainerStatus | undefined,
  ending: ContainerStateTerminated,
  facts: Facts,
): Finding {
  const { exitCode, reason, message = '' } = ending;
  const restartCount = status?.restartCount ?? 0;
  const { name } = container;
  // While it runs or waits with nothing newer, the log of the ending is the run before.
  const previous = status?.state?.running !== undefined;
  const words = {
    container: name,
    exitCode: String(exitCode),
    restarts:
      restartCount === 0
        ? ''
        : ` (${restartCount} ${restartCount === 1 ? 'restart' : 'restarts'} so far)`,
    logs: logsCommand(pod, name, previous),
    limit: container.resources?.limits?.['memory'] ?? 'the node',
    signal: signalOf(ending) ?? '',
  };
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return startFailed({ pod, container, status, fieldPath: '' }, message);
  }
  const details = [...facts.log(pod, name, previous)];
  if (details.length === 0 && message !== '') details.push(...message.trim().split('\n').slice(-5));
  return finding(endingCode(ending), nameOf(pod), words, { details });
}

function endingCode(ending: ContainerStateTerminated): ReasonCode {
  if (ending.reason === 'OOMKilled') return 'out-of-memory';
  if (ending.exitCode === 0) return 'container-completes';
  return signalOf(ending) === undefined ? 'container-fails' : 'container-killed';
}

/** An exit code above 128 is how a shell and the runtime tell a signal. */
function signalOf({ exitCode, signal }: ContainerStateTerminated): string | undefined {
  const number = signal ?? (exitCode > 128 ? exitCode - 128 : 0);
  return signals[number] ?? (signal ? String(signal) : undefined);
}
