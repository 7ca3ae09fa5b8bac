/** Source: Kubernetes API reference, core/v1 Service; pkg/apis/core/validation, ValidateService. */
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName } from '../../names.ts';
import type { Service, ServicePort, ServiceSpec } from '../../types.ts';
import { checkCidr, checkHostname, checkIp, checkPublicIp } from '../common/addresses.ts';
import { checkFormat, checkOneOf, checkOneOfIfSet, type Errors } from '../common/checks.ts';
import { checkLabels } from '../common/label-selectors.ts';
import { checkPortNumber, checkPortReference, protocols } from '../common/ports.ts';
import {
  isExternallyAccessible,
  isHeadless,
  needsClusterIp,
  needsHealthCheckPort,
  specOf,
} from './access.ts';
import { checkClusterIps } from './cluster-ips.ts';

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';
/** A day. */
const affinityTimeoutSecondsMax = 86_400;

export function validateService(service: Service): FieldError[] {
  const errors: Errors = [];
  const spec = specOf(service);
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') {
    errors.push(required('spec.ports'));
  }
  checkByType(errors, spec);
  checkPorts(errors, ports);
  checkLabels(errors, 'spec.selector', spec.selector);
  checkAffinity(errors, spec);
  checkClusterIps(errors, spec);
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const path = `spec.externalIPs[${index}]`;
    if (checkIp(errors, path, ip)) checkPublicIp(errors, path, ip);
  }
  checkOneOf(errors, 'spec.type', spec.type, serviceTypes);
  checkNodePorts(errors, spec);
  checkRepeatedPorts(errors, ports);
  checkSourceRanges(errors, service, spec);
  checkLoadBalancer(errors, spec);
  checkTrafficPolicies(errors, spec);
  return errors;
}

function checkByType(errors: Errors, spec: ServiceSpec): void {
  const { type } = spec;
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const detail = `may not be set to 'None' for ${type} services`;
    errors.push(invalid('spec.clusterIPs[0]', 'None', detail));
  }
  if (type !== 'ExternalName') return;
  const detail = 'may not be set for ExternalName services';
  if (spec.clusterIPs?.length) errors.push(forbidden('spec.clusterIPs', detail));
  if (spec.ipFamilies?.length) errors.push(forbidden('spec.ipFamilies', detail));
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', detail));
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else checkFormat(errors, 'spec.externalName', name, isDNS1123Subdomain(name));
}

function checkPorts(errors: Errors, ports: readonly ServicePort[]): void {
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    if (port.name) {
      checkFormat(errors, `${path}.name`, port.name, isDNS1123Label(port.name));
      if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
      names.add(port.name);
    } else if (ports.length > 1) errors.push(required(`${path}.name`));
    checkPortNumber(errors, `${path}.port`, port.port);
    checkOneOf(errors, `${path}.protocol`, port.protocol, protocols);
    checkPortReference(errors, `${path}.targetPort`, port.targetPort);
    if (port.appProtocol !== undefined) {
      const messages = isQualifiedName(port.appProtocol);
      checkFormat(errors, `${path}.appProtocol`, port.appProtocol, messages);
    }
  }
}

function checkAffinity(errors: Errors, spec: ServiceSpec): void {
  checkOneOf(errors, 'spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']);
  const path = 'spec.sessionAffinityConfig';
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'None' && config !== undefined) {
    errors.push(forbidden(path, 'must not be set when session affinity is None'));
  }
  if (spec.sessionAffinity !== 'ClientIP') return;
  const detail = 'when session affinity type is ClientIP';
  const seconds = config?.clientIP?.timeoutSeconds;
  if (!config) errors.push(required(path, detail));
  else if (!config.clientIP) errors.push(required(`${path}.clientIP`, detail));
  else if (seconds === undefined) errors.push(required(`${path}.clientIP.timeoutSeconds`, detail));
  else if (seconds <= 0 || seconds > affinityTimeoutSecondsMax) {
    const range = `must be greater than 0 and less than ${affinityTimeoutSecondsMax}`;
    errors.push(invalid(`${path}.clientIP.timeoutSeconds`, seconds, range));
  }
}

function checkNodePorts(errors: Errors, spec: ServiceSpec): void {
  const taken = new Set<string>();
  for (const [index, { nodePort, protocol }] of (spec.ports ?? []).entries()) {
    if (!nodePort) continue;
    const path = `spec.ports[${index}].nodePort`;
    if (spec.type === 'ClusterIP') {
      errors.push(forbidden(path, "may not be used when `type` is 'ClusterIP'"));
    }
    const key = `${protocol}/${nodePort}`;
    if (taken.has(key)) errors.push(duplicate(path, nodePort));
    taken.add(key);
  }
}

function checkRepeatedPorts(errors: Errors, ports: readonly ServicePort[]): void {
  const taken = new Set<string>();
  for (const [index, { port, protocol }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (taken.has(key)) errors.push(duplicate(`spec.ports[${index}]`, { protocol, port }));
    taken.add(key);
  }
}

function checkSourceRanges(errors: Errors, service: Service, spec: ServiceSpec): void {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = service.metadata.annotations?.[sourceRangesAnnotation];
  if (ranges.length === 0 && annotation === undefined) return;
  const fromSpec = ranges.length > 0;
  const path = fromSpec
    ? 'spec.LoadBalancerSourceRanges'
    : `metadata.annotations[${sourceRangesAnnotation}]`;
  if (spec.type !== 'LoadBalancer') {
    errors.push(forbidden(path, "may only be used when `type` is 'LoadBalancer'"));
  }
  const texts = fromSpec ? ranges : (annotation ?? '').split(',').filter((each) => each.trim());
  for (const [index, text] of texts.entries()) {
    checkCidr(errors, fromSpec ? `${path}[${index}]` : path, text.trim());
  }
}

function checkLoadBalancer(errors: Errors, spec: ServiceSpec): void {
  const detail = "may only be used when `type` is 'LoadBalancer'";
  if (spec.type === 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === undefined) {
      errors.push(required('allocateLoadBalancerNodePorts'));
    }
    if (spec.loadBalancerClass !== undefined) {
      const messages = isQualifiedName(spec.loadBalancerClass);
      checkFormat(errors, 'spec.loadBalancerClass', spec.loadBalancerClass, messages);
    }
    return;
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', detail));
  }
  if (spec.loadBalancerClass !== undefined)
    errors.push(forbidden('spec.loadBalancerClass', detail));
}

function checkTrafficPolicies(errors: Errors, spec: ServiceSpec): void {
  const external = 'spec.externalTrafficPolicy';
  if (isExternallyAccessible(spec)) {
    checkOneOf(errors, external, spec.externalTrafficPolicy, ['Cluster', 'Local']);
  } else if (spec.externalTrafficPolicy) {
    const detail = 'may only be set for externally-accessible services';
    errors.push(invalid(external, spec.externalTrafficPolicy, detail));
  }
  const port = spec.healthCheckNodePort ?? 0;
  if (!needsHealthCheckPort(spec)) {
    if (port !== 0) {
      const detail =
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
      errors.push(invalid('spec.healthCheckNodePort', port, detail));
    }
  } else if (port !== 0) checkPortNumber(errors, 'spec.healthCheckNodePort', port);
  const internal = spec.internalTrafficPolicy;
  if (internal === undefined && needsClusterIp(spec)) {
    errors.push(required('spec.internalTrafficPolicy'));
  }
  checkOneOfIfSet(errors, 'spec.internalTrafficPolicy', internal, ['Cluster', 'Local']);
  checkOneOfIfSet(errors, 'spec.trafficDistribution', spec.trafficDistribution, [
    'PreferClose',
    'PreferSameNode',
    'PreferSameZone',
  ]);
}

export function validateServiceStatus(next: Service): FieldError[] {
  const errors: Errors = [];
  for (const [index, ingress] of (next.status?.loadBalancer?.ingress ?? []).entries()) {
    const path = `status.loadBalancer.ingress[${index}]`;
    const { ip = '', ipMode, hostname } = ingress;
    if (ip !== '') checkIp(errors, `${path}.ip`, ip);
    if (ipMode === undefined) {
      if (ip !== '') errors.push(required(`${path}.ipMode`, 'must be specified when `ip` is set'));
    } else if (ip === '') {
      errors.push(forbidden(`${path}.ipMode`, 'may not be specified when `ip` is not set'));
    } else if (ipMode !== 'VIP' && ipMode !== 'Proxy') {
      errors.push(notSupported(`${path}.ipMode`, ipMode, ['Proxy', 'VIP']));
    }
    if (hostname) checkHostname(errors, `${path}.hostname`, hostname);
  }
  return errors;
}
