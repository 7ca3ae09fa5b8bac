/**
 * Keeps what an update left unsaid. A client that PUTs the manifest it once wrote does not know the
 * addresses and ports that the server gave since; they stay. A client that only changes the type does
 * not know which fields belonged to the old type; they go.
 * Source: pkg/registry/core/service, patchAllocatedValues, normalizeClusterIPs, dropTypeDependentFields.
 */
import type { Service, ServiceSpec } from '../../types.ts';
import { sameValue } from '../common/checks.ts';
import {
  isExternallyAccessible,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  specOf,
} from './access.ts';

export function prepareServiceForCreate(service: Service): void {
  service.status = { loadBalancer: {} };
  const { spec } = service;
  if (spec?.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

export function prepareServiceForUpdate(next: Service, previous: Service): void {
  const [spec, old] = [specOf(next), specOf(previous)];
  keepGiven(spec, old);
  alignClusterIps(spec, old);
  dropOfOldType(spec, old);
  next.spec = spec;
}

function keepGiven(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if (!spec.clusterIPs?.length && spec.clusterIP === old.clusterIP && old.clusterIPs) {
      spec.clusterIPs = [...old.clusterIPs];
    }
  }
  if (needsNodePort(old) && needsNodePort(spec)) keepNodePorts(spec, old);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && old.healthCheckNodePort) {
    spec.healthCheckNodePort ||= old.healthCheckNodePort;
  }
}

/** By the port's name, which is its identity; a number that another port took meanwhile is gone. */
function keepNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const given = new Map((old.ports ?? []).map((port) => [port.name ?? '', port.nodePort]));
  const used = new Set((spec.ports ?? []).map((port) => port.nodePort));
  for (const port of spec.ports ?? []) {
    const before = given.get(port.name ?? '');
    if (port.nodePort || !before || used.has(before)) continue;
    port.nodePort = before;
    used.add(before);
  }
}

/** `clusterIP` is the first of `clusterIPs`; who changed only one of them meant both. */
function alignClusterIps(spec: ServiceSpec, old: ServiceSpec): void {
  const sameOne = (spec.clusterIP ?? '') === (old.clusterIP ?? '');
  const sameAll = sameValue(spec.clusterIPs, old.clusterIPs);
  if (!sameOne && sameAll) {
    if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
    else delete spec.clusterIPs;
  } else if (sameOne && !sameAll) {
    const first = spec.clusterIPs?.[0];
    if (first === undefined) delete spec.clusterIP;
    else spec.clusterIP = first;
  }
}

function dropOfOldType(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    dropUnchanged(spec, old, ['clusterIP', 'clusterIPs']);
    dropUnchanged(spec, old, ['ipFamilies', 'ipFamilyPolicy']);
  }
  if (needsNodePort(old) && !needsNodePort(spec)) dropNodePorts(spec, old);
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec)) {
    dropUnchanged(spec, old, ['healthCheckNodePort']);
  }
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    dropUnchanged(spec, old, ['allocateLoadBalancerNodePorts']);
    dropUnchanged(spec, old, ['loadBalancerClass']);
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(spec)) {
    dropUnchanged(spec, old, ['externalTrafficPolicy']);
  }
}

/** Together or not at all: a client that changed one of them meant something by it. */
function dropUnchanged(
  spec: ServiceSpec,
  old: ServiceSpec,
  fields: readonly (keyof ServiceSpec)[],
): void {
  if (!fields.every((field) => sameValue(spec[field], old[field]))) return;
  for (const field of fields) delete spec[field];
}

function dropNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const had = new Set((old.ports ?? []).map((port) => port.nodePort ?? 0));
  const ports = spec.ports ?? [];
  if (!ports.every((port) => had.has(port.nodePort ?? 0))) return;
  for (const port of ports) delete port.nodePort;
}
