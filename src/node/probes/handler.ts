/** One run of a probe or hook handler inside or against a container. */
import type { Container, HTTPGetAction, IntOrString, LifecycleHandler, Probe } from '#api/types.ts';
import type { NetworkProbes } from '#wire/probe/network-probes.ts';
import { isRuntimeError } from '../runtime/runtime-error.ts';
import type { Runtime } from '../runtime/runtime.ts';

export interface HandlerTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

export interface HandlerResult {
  readonly passed: boolean;
  /** What came out, for the event of a failure. */
  readonly output: string;
}

export interface HandlerTools {
  readonly runtime: Pick<Runtime, 'execSync'>;
  readonly network: NetworkProbes;
}

const outputMaxCharacters = 10_000;

/** Never rejects: whatever goes wrong is a failure with words. */
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
      return failed(`command timed out after ${timeoutMs / 1000}s`);
    }
    return failed(error instanceof Error ? error.message : String(error));
  }
}

const failed = (output: string): HandlerResult => ({
  passed: false,
  output: output.slice(0, outputMaxCharacters),
});

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
    return { passed: exitCode === 0, output: output.slice(0, outputMaxCharacters) };
  }
  if (httpGet) return askHttp(httpGet, target, timeoutMs, network);
  if (tcpSocket) {
    await network.tcp(tcpSocket.host || podIP, portOf(tcpSocket.port, container), timeoutMs);
    return { passed: true, output: '' };
  }
  const { grpc } = handler as Probe;
  if (grpc) {
    const status = await network.grpc(podIP, grpc.port, grpc.service ?? '', timeoutMs);
    return {
      passed: status === 'SERVING',
      output: `service unhealthy (responded with "${status}")`,
    };
  }
  return { passed: true, output: '' };
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
  return { passed, output: passed ? body : `HTTP probe failed with statuscode: ${status}` };
}

/** A name stands for the container's port of that name. */
function portOf(port: IntOrString, { ports = [] }: Container): number {
  const named = ports.find(({ name }) => name === port)?.containerPort;
  const number = named ?? Number(port);
  if (!(number > 0 && number < 65_536)) throw new Error(`couldn't find port: ${port}`);
  return number;
}
