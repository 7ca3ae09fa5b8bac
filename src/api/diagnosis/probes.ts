/** Why a probe fails, with the ports that the pod really listens on. */
import type { ReasonCode } from '../reasons.ts';
import { parseTime } from '../time.ts';
import type { Container, Pod, Probe } from '../types.ts';
import { type ContainerOfPod, logsCommand } from './containers-of.ts';
import { eventsOf, timeOf } from './events.ts';
import type { Facts, Listening } from './facts.ts';
import { finding, type Finding, nameOf } from './finding.ts';
import { bare, listOf } from './words.ts';

type ProbeName = 'readiness' | 'liveness' | 'startup';
const probeNames: readonly ProbeName[] = ['startup', 'liveness', 'readiness'];

/** A failure that was told so long ago is over, unless the container is still not ready. */
const recentMs = 5 * 60_000;

export function probeFindings(of: ContainerOfPod, facts: Facts): Finding[] {
  const { pod, container, status, fieldPath } = of;
  if (status?.ready && status.restartCount === 0) return [];
  const unhealthy = eventsOf(pod, facts).filter(
    ({ reason, involvedObject }) =>
      reason === 'Unhealthy' && involvedObject.fieldPath === fieldPath,
  );
  for (const name of probeNames) {
    const probe = container[`${name}Probe`];
    if (!probe) continue;
    const form = new RegExp(`^${name} probe (failed|errored)[^:]*:? ?`, 'i');
    const event = unhealthy.find(({ message = '' }) => form.test(message));
    if (!event || !isOn(name, of, timeOf(event), facts.now)) continue;
    const message = (event.message ?? '').replace(form, '');
    return [oneFinding(of, name, probe, message, facts)];
  }
  return [];
}

/** Readiness: as long as it is not ready. The others end the container: a while after that. */
function isOn(name: ProbeName, { status }: ContainerOfPod, at: number, now: number): boolean {
  if (name === 'readiness') return status?.ready === false && status.state?.running !== undefined;
  const ended = parseTime(status?.lastState?.terminated?.finishedAt);
  const restarted = (status?.restartCount ?? 0) > 0 || status?.started === false;
  return restarted && (now - at < recentMs || now - ended < recentMs);
}

function oneFinding(
  { pod, container }: ContainerOfPod,
  name: ProbeName,
  probe: Probe,
  message: string,
  facts: Facts,
): Finding {
  const port = portOf(probe);
  const listening = port === undefined ? undefined : facts.listening(pod);
  const words = {
    probe: name,
    container: container.name,
    port: port ?? '',
    message: bare(message),
    logs: logsCommand(pod, container.name),
    timeout: String(probe.timeoutSeconds ?? 1),
    status: /statuscode: (\d+)/.exec(message)?.[1] ?? '',
    path: probe.httpGet ? ` at ${probe.httpGet.path ?? '/'}` : '',
    listening: listOf(listening?.open ?? []),
  };
  const code = codeOf(container, probe, message, listening);
  return finding(code, nameOf(pod), words, { details: detailsOf(message, listening) });
}

function codeOf(
  container: Container,
  probe: Probe,
  message: string,
  listening: Listening | undefined,
): ReasonCode {
  const port = portOf(probe);
  if (port !== undefined && portNumber(container, port) === undefined) return 'probe-port-unknown';
  if (/statuscode: \d+/.test(message)) return 'probe-status';
  if (/deadline exceeded|timed out|i\/o timeout/i.test(message)) return 'probe-timeout';
  if (probe.exec) return 'probe-command-fails';
  if (!/connection refused/i.test(message)) return 'probe-fails';
  const number = portNumber(container, port ?? '') ?? 0;
  if (listening?.loopbackOnly.includes(number)) return 'probe-loopback-only';
  return (listening?.open.length ?? 0) > 0 ? 'probe-wrong-port' : 'probe-refused';
}

function portOf({ httpGet, tcpSocket, grpc }: Probe): string | undefined {
  const port = httpGet?.port ?? tcpSocket?.port ?? grpc?.port;
  return port === undefined ? undefined : String(port);
}

function portNumber({ ports = [] }: Container, port: string): number | undefined {
  if (/^\d+$/.test(port)) return Number(port);
  return ports.find(({ name }) => name === port)?.containerPort;
}

function detailsOf(message: string, listening: Listening | undefined): string[] {
  const ports =
    listening === undefined
      ? []
      : [
          `The pod listens on: ${listOf(listening.open)}` +
            (listening.loopbackOnly.length > 0
              ? `; only for itself: ${listOf(listening.loopbackOnly)}`
              : ''),
        ];
  return [bare(message), ...ports];
}

/** For who asks about a container port by number or name. */
export function containerPort({ spec }: Pod, port: string): number | undefined {
  for (const container of spec?.containers ?? []) {
    const number = portNumber(container, port);
    if (number !== undefined) return number;
  }
  return undefined;
}
