/** Why requests through an Ingress do not arrive. */
import { classNameOf, isServedClass } from '../gateway-class.ts';
import { readIngressOptions, type ReadOptions } from '../kinds/ingresses/annotations.ts';
import type { Ingress, IngressBackend } from '../types.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf, under } from './finding.ts';
import { pathFindings } from './ingress-paths.ts';
import { certificateFindings, usersFindings } from './ingress-secrets.ts';
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
  const read = readIngressOptions(ingress.metadata.annotations);
  return [
    ...portFindings(ingress),
    ...pathFindings(ingress, read.options, facts),
    ...usersFindings(ingress, read.options, facts),
    ...annotationFindings(ingress, read),
    ...distinct(led).flatMap((each) => backendFindings(ingress, each, facts)),
    ...certificateFindings(ingress, facts),
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
function annotationFindings(ingress: Ingress, { problems }: ReadOptions): Finding[] {
  const self = nameOf(ingress);
  return problems.map(({ annotation, message }) =>
    finding('ingress-annotation-ignored', self, { message, annotation, name: self.name }),
  );
}

function portFindings(ingress: Ingress): Finding[] {
  const errors = (ingress.status?.loadBalancer?.ingress ?? []).flatMap(({ ports = [] }) =>
    ports.filter(({ error }) => error !== undefined),
  );
  if (errors.length === 0) return [];
  const message = `another owner has port ${listOf(errors.map(({ port }) => port))} of the gateway`;
  return [finding('load-balancer-port-taken', nameOf(ingress), { message })];
}
