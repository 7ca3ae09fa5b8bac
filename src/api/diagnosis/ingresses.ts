/** Why requests through an Ingress do not arrive. */
import { classNameOf, isServedClass } from '../gateway-class.ts';
import { readIngressOptions } from '../kinds/ingresses/annotations.ts';
import type { Ingress, IngressBackend } from '../types.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf, under } from './finding.ts';
import { serviceFindings } from './services.ts';
import { closestWords, listOf } from './words.ts';

interface Led {
  readonly backend: IngressBackend;
  /** For a person: `shop.example/cart`. */
  readonly route: string;
}

export function ingressFindings(ingress: Ingress, facts: Facts): Finding[] {
  const classes = classFindings(ingress, classNameOf(ingress), facts);
  if (classes.length > 0) return classes;
  const led = backendsOf(ingress);
  if (led.length === 0) return [finding('ingress-without-rules', nameOf(ingress))];
  return [
    ...portFindings(ingress),
    ...annotationFindings(ingress, facts),
    ...distinct(led).flatMap((each) => backendFindings(ingress, each, facts)),
    ...secretFindings(ingress, facts),
  ];
}

function classFindings(ingress: Ingress, name: string | undefined, facts: Facts): Finding[] {
  if (name === undefined) return [];
  const classes = facts.objects('ingressclass');
  const found = classes.find((each) => each.metadata.name === name);
  if (found && isServedClass(found)) return [];
  const ours = classes.filter(isServedClass).map((each) => `"${each.metadata.name}"`);
  const problem = found ? 'another controller must serve' : 'does not exist';
  const words = { class: name, problem, there: listOf(ours) };
  return [finding('ingress-class-unknown', nameOf(ingress), words)];
}

function backendsOf({ spec }: Ingress): Led[] {
  const led: Led[] = [];
  for (const { host = '*', http } of spec.rules ?? []) {
    for (const { path = '/', backend } of http?.paths ?? [])
      led.push({ backend, route: `${host}${path}` });
  }
  if (spec.defaultBackend) led.push({ backend: spec.defaultBackend, route: 'everything else' });
  return led;
}

/** One finding for all routes to the same place. */
function distinct(led: readonly Led[]): Led[] {
  const places = new Map<string, Led>();
  for (const each of led) {
    const key = JSON.stringify(each.backend);
    if (!places.has(key)) places.set(key, each);
  }
  return [...places.values()];
}

function backendFindings(ingress: Ingress, { backend, route }: Led, facts: Facts): Finding[] {
  const { namespace } = ingress.metadata;
  const { name, port } = backend.service ?? {};
  if (name === undefined) return [];
  if (facts.missing('service', namespace, name)) {
    const there = facts.objects('service', namespace).map((each) => each.metadata.name ?? '');
    const words = { route, name, closest: closestWords(name, there) };
    return [finding('ingress-backend-missing', nameOf(ingress), words)];
  }
  const service = facts.object('service', namespace, name);
  if (!service) return [];
  if (service.spec?.type === 'ExternalName') {
    const because = [nameOf(service)];
    return [finding('ingress-backend-external', nameOf(ingress), { route, name }, { because })];
  }
  const ports = service.spec?.ports ?? [];
  const has = ports.some((each) =>
    port?.name === undefined ? each.port === port?.number : each.name === port.name,
  );
  if (!has) {
    const there = listOf(
      ports.map((each) => (each.name ? `${each.port} (${each.name})` : each.port)),
    );
    const words = { route, name, port: String(port?.name ?? port?.number ?? ''), there };
    const because = [nameOf(service)];
    return [finding('ingress-backend-port-unknown', nameOf(ingress), words, { because })];
  }
  return under(nameOf(ingress), serviceFindings(service, facts));
}

/** What the gateway leaves undone of what the Ingress asks for beside its rules. */
function annotationFindings(ingress: Ingress, facts: Facts): Finding[] {
  const self = nameOf(ingress);
  const { options, problems } = readIngressOptions(ingress.metadata.annotations);
  const ignored = problems.map(({ annotation, message }) =>
    finding('ingress-annotation-ignored', self, { message, annotation, name: self.name }),
  );
  return options.authType === undefined
    ? ignored
    : [...usersFindings(ingress, options.authSecret ?? '', facts), ...ignored];
}

/** `NAME` or `NAMESPACE/NAME`, as ingress-nginx reads it. */
function usersFindings(ingress: Ingress, authSecret: string, facts: Facts): Finding[] {
  const self = nameOf(ingress);
  const [name = '', namespace = self.namespace ?? ''] = authSecret.split('/').reverse();
  const found = (problem: string, closest = ''): Finding[] => [
    finding('ingress-users-missing', self, { secret: name, namespace, problem, closest }),
  ];
  if (facts.missing('secret', namespace, name)) {
    const there = facts.objects('secret', namespace).map((each) => each.metadata.name ?? '');
    return found('does not exist', closestWords(name, there));
  }
  const secret = facts.object('secret', namespace, name);
  return secret === undefined || secret.data?.['auth'] !== undefined
    ? []
    : found('has no key "auth"');
}

function secretFindings(ingress: Ingress, facts: Facts): Finding[] {
  const { namespace } = ingress.metadata;
  return (ingress.spec.tls ?? []).flatMap(({ secretName: name, hosts = [] }) => {
    if (name === undefined) return [];
    const words = { name, hosts: listOf(hosts), closest: '' };
    if (facts.missing('secret', namespace, name)) {
      const there = facts
        .objects('secret', namespace)
        .filter(({ type }) => type === 'kubernetes.io/tls')
        .map((each) => each.metadata.name ?? '');
      const more = { problem: 'does not exist', closest: closestWords(name, there) };
      return [finding('ingress-secret-missing', nameOf(ingress), { ...words, ...more })];
    }
    const data = facts.object('secret', namespace, name)?.data;
    if (!data || (data['tls.crt'] && data['tls.key'])) return [];
    const problem = 'has no tls.crt and tls.key';
    return [finding('ingress-secret-missing', nameOf(ingress), { ...words, problem })];
  });
}

function portFindings(ingress: Ingress): Finding[] {
  const errors = (ingress.status?.loadBalancer?.ingress ?? []).flatMap(({ ports = [] }) =>
    ports.filter(({ error }) => error !== undefined),
  );
  if (errors.length === 0) return [];
  const message = `another owner has port ${listOf(errors.map(({ port }) => port))} of the gateway`;
  return [finding('load-balancer-port-taken', nameOf(ingress), { message })];
}
