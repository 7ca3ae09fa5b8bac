/** Source: Kubernetes API reference, networking/v1 Ingress; pkg/apis/networking/validation. */
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import { parseIP } from '../../ip.ts';
import {
  isDNS1035Label,
  isDNS1123Subdomain,
  isPathSegmentName,
  isValidPortName,
  isWildcardDNS1123Subdomain,
} from '../../names.ts';
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
  IngressSpec,
} from '../../types.ts';
import { checkHostname, checkIp } from '../common/addresses.ts';
import { checkFormat, type Errors } from '../common/checks.ts';
import { checkPortNumber } from '../common/ports.ts';

const classAnnotation = 'kubernetes.io/ingress.class';
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
/** What a proxy might read as a way out of the path, in plain or encoded. */
const refusedSequences = ['//', '/./', '/../', '%2f', '%2F'];
const refusedEndings = ['/..', '/.'];

export function validateIngress({ spec = {} }: Ingress): FieldError[] {
  const errors: Errors = [];
  const rules = spec.rules ?? [];
  if (rules.length === 0 && !spec.defaultBackend) {
    const detail = 'either `defaultBackend` or `rules` must be specified';
    errors.push(invalid('spec', rules, detail));
  }
  if (spec.defaultBackend) checkBackend(errors, 'spec.defaultBackend', spec.defaultBackend);
  for (const [index, rule] of rules.entries()) checkRule(errors, `spec.rules[${index}]`, rule);
  checkTls(errors, spec);
  const name = spec.ingressClassName;
  if (name !== undefined) {
    checkFormat(errors, 'spec.ingressClassName', name, isDNS1123Subdomain(name));
  }
  return errors;
}

/** Two ways to name the class must agree; on update the old annotation may be left behind. */
export function validateIngressCreate(ingress: Ingress): FieldError[] {
  const annotation = ingress.metadata.annotations?.[classAnnotation];
  const name = ingress.spec?.ingressClassName;
  if (annotation === undefined || name === undefined || annotation === name) return [];
  const detail = 'must match `ingressClassName` when both are specified';
  return [invalid(`annotations.${classAnnotation}`, annotation, detail)];
}

function checkRule(errors: Errors, path: string, { host = '', http }: IngressRule): void {
  if (host !== '') checkHost(errors, `${path}.host`, host);
  if (!http) return;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${path}.http.paths`));
  for (const [index, each] of paths.entries()) {
    checkPath(errors, `${path}.http.paths[${index}]`, each);
  }
}

function checkHost(errors: Errors, path: string, host: string): void {
  if (parseIP(host)) errors.push(invalid(path, host, 'must be a DNS name, not an IP address'));
  checkFormat(errors, path, host, errorsOfHost(host));
}

function errorsOfHost(host: string): string[] {
  return host.includes('*') ? isWildcardDNS1123Subdomain(host) : isDNS1123Subdomain(host);
}

function checkPath(errors: Errors, path: string, rule: HTTPIngressPath): void {
  const { pathType, path: url = '', backend } = rule;
  if (!pathType) {
    errors.push(required(`${path}.pathType`, 'pathType must be specified'));
    return;
  }
  if (!pathTypes.includes(pathType)) {
    errors.push(notSupported(`${path}.pathType`, pathType, pathTypes));
  } else checkFormat(errors, `${path}.path`, url, errorsOfUrlPath(url, pathType));
  checkBackend(errors, `${path}.backend`, backend ?? {});
}

function errorsOfUrlPath(url: string, pathType: string): string[] {
  const absolute = url.startsWith('/') ? [] : ['must be an absolute path'];
  if (pathType === 'ImplementationSpecific') return url === '' ? [] : absolute;
  return [
    ...absolute,
    ...refusedSequences
      .filter((sequence) => url.includes(sequence))
      .map((sequence) => `must not contain '${sequence}'`),
    ...refusedEndings
      .filter((ending) => url.endsWith(ending))
      .map((ending) => `cannot end with '${ending}'`),
  ];
}

function checkBackend(errors: Errors, path: string, { resource, service }: IngressBackend): void {
  if (resource && service) {
    errors.push(invalid(path, '', 'cannot set both resource and service backends'));
  } else if (resource) {
    checkReference(errors, `${path}.resource`, resource);
  } else if (service) {
    checkService(errors, path, service);
  } else {
    errors.push(invalid(path, '', 'resource or service backend is required'));
  }
}

function checkService(
  errors: Errors,
  path: string,
  { name, port = {} }: IngressServiceBackend,
): void {
  const at = `${path}.service`;
  if (!name) errors.push(required(`${at}.name`));
  else checkFormat(errors, `${at}.name`, name, isDNS1035Label(name));
  if (port.name && port.number) {
    errors.push(invalid(path, '', 'cannot set both port name & port number'));
  } else if (port.name) {
    checkFormat(errors, `${at}.port.name`, port.name, isValidPortName(port.name));
  } else if (port.number) {
    checkPortNumber(errors, `${at}.port.number`, port.number);
  } else {
    errors.push(required(path, 'port name or number is required'));
  }
}

/** An object named by group, kind and name, as parts of a path. */
export function checkReference(
  errors: Errors,
  path: string,
  reference: { apiGroup?: string | undefined; kind?: string; name?: string },
): void {
  const { apiGroup, kind, name } = reference;
  if (apiGroup !== undefined) {
    checkFormat(errors, `${path}.apiGroup`, apiGroup, isDNS1123Subdomain(apiGroup));
  }
  if (!kind) errors.push(required(`${path}.kind`));
  else checkFormat(errors, `${path}.kind`, kind, isPathSegmentName(kind));
  if (!name) errors.push(required(`${path}.name`));
  else checkFormat(errors, `${path}.name`, name, isPathSegmentName(name));
}

function checkTls(errors: Errors, { tls = [] }: IngressSpec): void {
  for (const [index, { hosts = [], secretName }] of tls.entries()) {
    const path = `spec.tls[${index}]`;
    for (const [hostIndex, host] of hosts.entries()) {
      checkFormat(errors, `${path}.hosts[${hostIndex}]`, host, errorsOfHost(host));
    }
    if (secretName) {
      checkFormat(errors, `${path}.secretName`, secretName, isDNS1123Subdomain(secretName));
    }
  }
}

export function validateIngressStatus(next: Ingress): FieldError[] {
  const errors: Errors = [];
  for (const [index, { ip, hostname }] of (next.status?.loadBalancer?.ingress ?? []).entries()) {
    const path = `status.loadBalancer.ingress[${index}]`;
    if (ip) checkIp(errors, `${path}.ip`, ip);
    if (hostname) checkHostname(errors, `${path}.hostname`, hostname);
  }
  return errors;
}
