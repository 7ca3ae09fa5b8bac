/** Probes and lifecycle hooks: one action each, and numbers that make sense. */
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isHTTPHeaderName } from '../../names.ts';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../../types.ts';
import { checkFormat, checkNonNegative, type Errors } from '../common/checks.ts';
import { checkPortNumber, checkPortReference } from '../common/ports.ts';

/** What may stand in a handler, in the order in which the first is taken and the others refused. */
const actions = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

/** The pod's grace period, which a sleep must fit in; absent when it is wrong itself. */
type GracePeriod = number | undefined;

/** A liveness or startup probe: all that either can do is restart. */
export function checkRestartingProbe(errors: Errors, path: string, probe: Probe | undefined): void {
  if (!probe) return;
  checkProbe(errors, path, probe);
  const threshold = probe.successThreshold ?? 0;
  if (threshold !== 1) errors.push(invalid(`${path}.successThreshold`, threshold, 'must be 1'));
}

export function checkReadinessProbe(errors: Errors, path: string, probe: Probe | undefined): void {
  if (!probe) return;
  checkProbe(errors, path, probe);
  const seconds = probe.terminationGracePeriodSeconds;
  if (seconds !== undefined) {
    const detail = 'must not be set for readinessProbes';
    errors.push(invalid(`${path}.terminationGracePeriodSeconds`, seconds, detail));
  }
}

function checkProbe(errors: Errors, path: string, probe: Probe): void {
  checkHandler(errors, path, probe, undefined);
  checkNonNegative(errors, `${path}.initialDelaySeconds`, probe.initialDelaySeconds);
  checkNonNegative(errors, `${path}.timeoutSeconds`, probe.timeoutSeconds);
  checkNonNegative(errors, `${path}.periodSeconds`, probe.periodSeconds);
  checkNonNegative(errors, `${path}.successThreshold`, probe.successThreshold);
  checkNonNegative(errors, `${path}.failureThreshold`, probe.failureThreshold);
  const seconds = probe.terminationGracePeriodSeconds;
  if (seconds !== undefined && seconds <= 0) {
    errors.push(
      invalid(`${path}.terminationGracePeriodSeconds`, seconds, 'must be greater than 0'),
    );
  }
}

export function checkLifecycle(
  errors: Errors,
  path: string,
  lifecycle: Lifecycle | undefined,
  gracePeriod: GracePeriod,
): void {
  if (lifecycle?.postStart) {
    checkHandler(errors, `${path}.postStart`, lifecycle.postStart, gracePeriod);
  }
  if (lifecycle?.preStop) checkHandler(errors, `${path}.preStop`, lifecycle.preStop, gracePeriod);
}

function checkHandler(
  errors: Errors,
  path: string,
  handler: Handler,
  gracePeriod: GracePeriod,
): void {
  const [first, ...others] = actions.filter((action) => handler[action] !== undefined);
  if (first === undefined) return void errors.push(required(path, 'must specify a handler type'));
  for (const other of others) {
    errors.push(forbidden(`${path}.${other}`, 'may not specify more than 1 handler type'));
  }
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (first === 'exec' && !exec?.command?.length) errors.push(required(`${path}.exec.command`));
  if (first === 'httpGet' && httpGet) checkHttpGet(errors, `${path}.httpGet`, httpGet);
  if (first === 'tcpSocket' && tcpSocket) {
    checkPortReference(errors, `${path}.tcpSocket.port`, tcpSocket.port);
  }
  if (first === 'grpc' && grpc) checkPortNumber(errors, `${path}.grpc.port`, grpc.port);
  if (first === 'sleep' && sleep) checkSleep(errors, `${path}.sleep`, sleep.seconds, gracePeriod);
}

function checkHttpGet(errors: Errors, path: string, get: HTTPGetAction): void {
  if (!get.path) errors.push(required(`${path}.path`));
  checkPortReference(errors, `${path}.port`, get.port);
  if (get.scheme !== 'HTTP' && get.scheme !== 'HTTPS') {
    errors.push(notSupported(`${path}.scheme`, get.scheme ?? '', ['HTTP', 'HTTPS']));
  }
  for (const { name } of get.httpHeaders ?? []) {
    checkFormat(errors, `${path}.httpHeaders`, name, isHTTPHeaderName(name ?? ''));
  }
}

function checkSleep(
  errors: Errors,
  path: string,
  seconds: number | undefined,
  gracePeriod: GracePeriod,
): void {
  const length = seconds ?? 0;
  if (gracePeriod === undefined || (length >= 0 && length <= gracePeriod)) return;
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`;
  errors.push(invalid(path, length, detail));
}
