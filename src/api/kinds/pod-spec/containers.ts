/** Containers of every sort, as far as their fields stand alone or refer to each other. */
import { duplicate, forbidden, invalid, notFound, required } from '../../field-error.ts';
import { isDNS1123Label, isValidPortName } from '../../names.ts';
import type { Container, ContainerPort, EphemeralContainer, PodSpec } from '../../types.ts';
import { checkFormat, checkOneOf, checkRequired, type Errors } from '../common/checks.ts';
import { checkPortNumber, protocols } from '../common/ports.ts';
import { checkEnv, checkEnvFrom } from './env.ts';
import { checkDevices, checkMounts } from './mounts.ts';
import { checkLifecycle, checkReadinessProbe, checkRestartingProbe } from './probes.ts';
import { checkContainerResources } from './resources.ts';
import { checkRestartRules } from './restart-rules.ts';
import { checkSecurityContext } from './security.ts';
import type { KnownVolumes } from './volumes.ts';

export interface ContainerContext {
  readonly spec: PodSpec;
  readonly volumes: KnownVolumes;
  readonly claimNames: ReadonlySet<string>;
}

export function checkContainers(errors: Errors, path: string, context: ContainerContext): void {
  const containers = context.spec.containers ?? [];
  if (containers.length === 0) return void errors.push(required(path));
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    checkCommon(errors, at, container, context);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    checkHooks(errors, at, container, context);
  }
  checkHostPorts(errors, path, containers);
}

export function checkInitContainers(errors: Errors, path: string, context: ContainerContext): void {
  const names = new Set((context.spec.containers ?? []).map((each) => each.name));
  for (const [index, container] of (context.spec.initContainers ?? []).entries()) {
    const at = `${path}[${index}]`;
    checkCommon(errors, at, container, context);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    if (container.name) names.add(container.name);
    checkHostPorts(errors, path, [container]);
    if (container.restartPolicy === 'Always') checkHooks(errors, at, container, context);
    else forbidHooks(errors, at, container);
  }
}

function forbidHooks(errors: Errors, path: string, container: Container): void {
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[field] === undefined) continue;
    const detail = 'may not be set for init containers without restartPolicy=Always';
    errors.push(forbidden(`${path}.${field}`, detail));
  }
}

function checkHooks(
  errors: Errors,
  path: string,
  container: Container,
  { spec }: ContainerContext,
): void {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  checkLifecycle(errors, `${path}.lifecycle`, lifecycle, spec.terminationGracePeriodSeconds);
  checkRestartingProbe(errors, `${path}.livenessProbe`, livenessProbe);
  checkReadinessProbe(errors, `${path}.readinessProbe`, readinessProbe);
  checkRestartingProbe(errors, `${path}.startupProbe`, startupProbe);
}

function checkCommon(
  errors: Errors,
  path: string,
  container: Container,
  { spec, volumes, claimNames }: ContainerContext,
): void {
  if (checkRequired(errors, `${path}.name`, container.name)) {
    checkFormat(errors, `${path}.name`, container.name, isDNS1123Label(container.name));
  }
  checkRequired(errors, `${path}.image`, container.image);
  checkOneOf(errors, `${path}.terminationMessagePolicy`, container.terminationMessagePolicy, [
    'File',
    'FallbackToLogsOnError',
  ]);
  checkPorts(errors, `${path}.ports`, container.ports ?? []);
  checkEnv(errors, `${path}.env`, container.env ?? []);
  checkEnvFrom(errors, `${path}.envFrom`, container.envFrom ?? []);
  checkMounts(errors, `${path}.volumeMounts`, container, volumes);
  checkDevices(errors, `${path}.volumeDevices`, container, volumes);
  const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
  checkOneOf(errors, `${path}.imagePullPolicy`, container.imagePullPolicy, pullPolicies);
  checkContainerResources(errors, `${path}.resources`, container.resources, claimNames);
  checkResizePolicy(errors, `${path}.resizePolicy`, container, spec);
  checkSecurityContext(errors, `${path}.securityContext`, container.securityContext, spec);
  checkRestartRules(errors, path, container);
}

function checkPorts(errors: Errors, path: string, ports: readonly ContainerPort[]): void {
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${path}[${index}]`;
    if (port.name) {
      const messages = isValidPortName(port.name);
      checkFormat(errors, `${at}.name`, port.name, messages);
      if (messages.length === 0) {
        if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
        names.add(port.name);
      }
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else checkPortNumber(errors, `${at}.containerPort`, port.containerPort);
    if (port.hostPort) checkPortNumber(errors, `${at}.hostPort`, port.hostPort);
    checkOneOf(errors, `${at}.protocol`, port.protocol, protocols);
  }
}

/** Containers that run together cannot have one port of the host twice. */
function checkHostPorts(errors: Errors, path: string, containers: readonly Container[]): void {
  const taken = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [portIndex, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(key)) {
        errors.push(duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key));
      }
      taken.add(key);
    }
  }
}

function checkResizePolicy(
  errors: Errors,
  path: string,
  { resizePolicy = [] }: Container,
  spec: PodSpec,
): void {
  const seen = new Set<string>();
  for (const [index, policy] of resizePolicy.entries()) {
    if (seen.has(policy.resourceName)) {
      errors.push(duplicate(`${path}[${index}]`, policy.resourceName));
    }
    seen.add(policy.resourceName);
    checkOneOf(errors, path, policy.resourceName, ['cpu', 'memory']);
    checkOneOf(errors, path, policy.restartPolicy, ['NotRequired', 'RestartContainer']);
    if (spec.restartPolicy === 'Never' && policy.restartPolicy !== 'NotRequired') {
      const detail = "must be 'NotRequired' when `restartPolicy` is 'Never'";
      errors.push(invalid(path, policy.restartPolicy, detail));
    }
  }
}

/** What a container for debugging cannot have: it must not be relied on by the pod's work. */
const refusedFields = [
  'ports',
  'resources',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
] as const;

export function checkEphemeralContainers(
  errors: Errors,
  path: string,
  context: ContainerContext,
): void {
  const { spec } = context;
  const others = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const targets = new Set(others.map((each) => each.name));
  const names = new Set(targets);
  for (const [index, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = `${path}[${index}]`;
    checkCommon(errors, at, container, context);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    checkEphemeral(errors, at, container, targets);
  }
}

function checkEphemeral(
  errors: Errors,
  path: string,
  container: EphemeralContainer,
  targets: ReadonlySet<string>,
): void {
  const target = container.targetContainerName;
  if (target && !targets.has(target)) {
    errors.push(notFound(`${path}.targetContainerName`, target));
  }
  for (const field of refusedFields) {
    const value = container[field];
    const isSet = typeof value === 'object' ? Object.keys(value).length > 0 : value !== undefined;
    if (isSet) {
      errors.push(forbidden(`${path}.${field}`, 'cannot be set for an Ephemeral Container'));
    }
  }
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    for (const field of ['subPath', 'subPathExpr'] as const) {
      if (!mount[field]) continue;
      const at = `${path}.volumeMounts[${index}].${field}`;
      errors.push(forbidden(at, 'cannot be set for an Ephemeral Container'));
    }
  }
}
