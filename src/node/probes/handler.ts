/** One run of a probe or hook handler inside or against a container. */
import type { Container, HTTPGetAction, IntOrString, LifecycleHandler, Probe } from '#api/types.ts';
import { wordsOf } from '#base/words.ts';
import type { NetworkProbes } from '#wire/probe/network-probes.ts';
import { isRuntimeError } from '../runtime/runtime-error.ts';
import type { Runtime } from '../runtime/runtime.ts';

export interface HandlerTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

export interface HandlerResult {
  /** `unknown`: nothing was learned, since what was to be asked could not be asked. Source: kubelet, `probe.Result`. */
  readonly state: 'success' | 'failure' | 'unknown';
  /** What came out, for the event of a failure. */
  readonly output: string;
}

export interface HandlerTools {
  readonly runtime: Pick<Runtime, 'execSync'>;
  readonly network: NetworkProbes;
}

const outputMaxCharacters = 10_000;

/** What was to be run or asked is not there: no word about the container's health. */
class NotAsked extends Error {}

/** Never rejects: whatever goes wrong is told in words. */
export async function runHandler(
  handler: Probe | LifecycleHandler,
  target: HandlerTarget,
  timeoutMs: number,
  tools: HandlerTools,
): Promise<HandlerResult> {
  try {
    return await run(handler, target, timeoutMs, tools);
  } catch (error) {
    if (isRuntimeError(error, 'DeadlineExceeded')) {
      const command = (handler.exec?.command ?? []).join(' ');
      return result(
        'failure',
        `command timed out: ${JSON.stringify(command)} timed out after ${timeoutMs / 1000}s`,
      );
    }
    const isUnknown = isRuntimeError(error) || error instanceof NotAsked;
    return result(isUnknown ? 'unknown' : 'failure', wordsOf(error));
  }
}

const result = (state: HandlerResult['state'], output: string): HandlerResult => ({
  state,
  output: output.slice(0, outputMaxCharacters),
});

const verdict = (passed: boolean, output: string): HandlerResult =>
  result(passed ? 'success' : 'failure', output);

async function run(
  handler: Probe | LifecycleHandler,
  target: HandlerTarget,
  timeoutMs: number,
  { runtime, network }: HandlerTools,
): Promise<HandlerResult> {
  const { container, containerId, podIP } = target;
  const { exec, httpGet, tcpSocket } = handler;
  if (exec) {
    const { exitCode, stdout, stderr } = await runtime.execSync(
      containerId,
      exec.command ?? [],
      timeoutMs,
    );
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return verdict(exitCode === 0, output);
  }
  if (httpGet) return askHttp(httpGet, target, timeoutMs, network);
  if (tcpSocket) {
    await network.tcp(tcpSocket.host || podIP, portOf(tcpSocket.port, container), timeoutMs);
    return verdict(true, '');
  }
  const { grpc } = handler as Probe;
  if (grpc) {
    const status = await network.grpc(podIP, grpc.port, grpc.service ?? '', timeoutMs);
    return verdict(status === 'SERVING', `service unhealthy (responded with "${status}")`);
  }
  return verdict(true, '');
}

async function askHttp(
  { path = '/', port, host, scheme, httpHeaders = [] }: HTTPGetAction,
  { container, podIP }: HandlerTarget,
  timeoutMs: number,
  network: NetworkProbes,
): Promise<HandlerResult> {
  const { status, body } = await network.http({
    scheme: scheme === 'HTTPS' ? 'HTTPS' : 'HTTP',
    host: host || podIP,
    port: portOf(port, container),
    path: path.startsWith('/') ? path : `/${path}`,
    headers: httpHeaders,
    timeoutMs,
  });
  const passed = status >= 200 && status < 400;
  return verdict(passed, passed ? body : `HTTP probe failed with statuscode: ${status}`);
}

/** A name stands for the container's port of that name. */
function portOf(port: IntOrString, { ports = [] }: Container): number {
  const named = ports.find(({ name }) => name === port)?.containerPort;
  const number = named ?? Number(port);
  if (!(number > 0 && number < 65_536)) throw new NotAsked(`couldn't find port: ${port}`);
  return number;
}
