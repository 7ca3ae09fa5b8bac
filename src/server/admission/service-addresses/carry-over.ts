/**
 * An update that leaves out what was allocated keeps it, as long as the type still has it; one that
 * changes the type and merely repeats what the old type had lets it go. So `kubectl replace` with
 * the manifest from the repository works, and so does a change of type with `kubectl edit`.
 */
import type { Service } from '#api/types.ts';
import { equal } from '../../core/plain.ts';
import {
  mayHaveNodePorts,
  needsClusterIP,
  needsHealthCheckPort,
  nodePortsOf,
  typeOf,
} from './needs.ts';

export function carryOver(next: Service, previous: Service): void {
  keepAddresses(next, previous);
  keepNodePorts(next, previous);
  if (needsHealthCheckPort(next) && needsHealthCheckPort(previous)) {
    next.spec.healthCheckNodePort ||= previous.spec.healthCheckNodePort;
  }
  dropWhatTypeHasNot(next, previous);
}

function keepAddresses(next: Service, previous: Service): void {
  if (!needsClusterIP(next) || !needsClusterIP(previous)) return;
  next.spec.clusterIP ||= previous.spec.clusterIP;
  if (!next.spec.clusterIPs?.length && next.spec.clusterIP === previous.spec.clusterIP) {
    next.spec.clusterIPs = previous.spec.clusterIPs && [...previous.spec.clusterIPs];
  }
  next.spec.ipFamilyPolicy ??= previous.spec.ipFamilyPolicy;
  if (!next.spec.ipFamilies?.length && next.spec.ipFamilyPolicy === previous.spec.ipFamilyPolicy) {
    next.spec.ipFamilies = previous.spec.ipFamilies && [...previous.spec.ipFamilies];
  }
}

/** Ports are known again by name. A number that another port of the new form asks for is not given twice. */
function keepNodePorts(next: Service, previous: Service): void {
  if (!mayHaveNodePorts(next) || !mayHaveNodePorts(previous)) return;
  const asked = new Set(nodePortsOf(next));
  const byName = new Map(
    (previous.spec.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]),
  );
  for (const port of next.spec.ports ?? []) {
    const known = byName.get(port.name ?? '');
    if (!port.nodePort && known && !asked.has(known)) port.nodePort = known;
  }
}

function dropWhatTypeHasNot(next: Service, previous: Service): void {
  const { spec } = next;
  const { spec: old } = previous;
  if (!needsClusterIP(next) && needsClusterIP(previous) && sameAddresses(next, previous)) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
    delete spec.ipFamilies;
    delete spec.ipFamilyPolicy;
  }
  if (!mayHaveNodePorts(next) && mayHaveNodePorts(previous)) {
    if (equal(nodePortsOf(next), nodePortsOf(previous))) {
      for (const port of spec.ports ?? []) delete port.nodePort;
    }
    if (spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  }
  if (!needsHealthCheckPort(next) && spec.healthCheckNodePort === old.healthCheckNodePort) {
    delete spec.healthCheckNodePort;
  }
  if (typeOf(next) !== 'LoadBalancer' && typeOf(previous) === 'LoadBalancer') {
    const { allocateLoadBalancerNodePorts: allocated, loadBalancerClass } = old;
    if (spec.allocateLoadBalancerNodePorts === allocated) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === loadBalancerClass) delete spec.loadBalancerClass;
  }
}

function sameAddresses(next: Service, previous: Service): boolean {
  return (
    next.spec.clusterIP === previous.spec.clusterIP &&
    equal(next.spec.clusterIPs ?? [], previous.spec.clusterIPs ?? [])
  );
}
