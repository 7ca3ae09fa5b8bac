/** Why requests to a Service do not arrive. */
import { gatewayBalancerClass } from '../gateway-class.ts';
import { selectorOfLabels } from '../selector.ts';
import type { EndpointSlice, Pod, Service, ServicePort } from '../types.ts';
import { containersOf } from './containers-of.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf, under } from './finding.ts';
import { isReady, podFindings } from './pods.ts';
import { nearestPod, textOf } from './near-pods.ts';
import { containerPort } from './probes.ts';
import { bare, listOf } from './words.ts';

/** How many pods of one owner are looked into; replicas fail alike. */
const podsMax = 10;

export function serviceFindings(service: Service, facts: Facts): Finding[] {
  const { spec, metadata } = service;
  if (spec?.type === 'ExternalName') return [];
  const balancer = balancerFindings(service);
  const { selector } = spec ?? {};
  if (selector === undefined || Object.keys(selector).length === 0) {
    // The program itself answers these.
    if (metadata.namespace === 'kube-system' && metadata.name === 'kube-dns') return balancer;
    return [...withoutSelector(service, facts), ...balancer];
  }
  const all = facts.objects('pod', metadata.namespace);
  const wanted = selectorOfLabels(selector);
  const chosen = all.filter(
    ({ metadata: pod, status }) =>
      wanted.matches(pod.labels ?? {}) &&
      status?.phase !== 'Succeeded' &&
      status?.phase !== 'Failed',
  );
  if (chosen.length === 0) return [selectsNothing(service, selector, all), ...balancer];
  const ready = chosen.filter(isReady);
  if (ready.length === 0) return [...notReady(service, chosen, facts), ...balancer];
  return [...portFindings(service, ready, facts), ...balancer];
}

function withoutSelector(service: Service, facts: Facts): Finding[] {
  const { namespace, name = '' } = service.metadata;
  const slices = facts.objects('endpointslice', namespace).filter((each) => isOf(each, name));
  if (slices.some(({ endpoints }) => (endpoints ?? []).length > 0)) return [];
  return [finding('service-without-selector', nameOf(service), { name })];
}

const isOf = ({ metadata }: EndpointSlice, service: string): boolean =>
  metadata.labels?.['kubernetes.io/service-name'] === service;

function selectsNothing(
  service: Service,
  selector: Readonly<Record<string, string>>,
  all: readonly Pod[],
): Finding {
  const { name = '' } = service.metadata;
  const words = { name, selector: textOf(selector), closest: '', suggested: 'KEY=VALUE' };
  const near = nearestPod(selector, all);
  if (!near) return finding('service-selects-nothing', nameOf(service), words);
  const { pod, closest, suggested } = near;
  return finding(
    'service-selects-nothing',
    nameOf(service),
    { ...words, closest, suggested: suggested || 'KEY=VALUE' },
    { because: [nameOf(pod)] },
  );
}

function notReady(service: Service, chosen: readonly Pod[], facts: Facts): Finding[] {
  const causes = chosen.slice(0, podsMax).flatMap((pod) => podFindings(pod, facts));
  const words = { count: String(chosen.length) };
  const because = chosen.slice(0, podsMax).map(nameOf);
  return [
    ...under(nameOf(service), causes),
    finding('service-pods-not-ready', nameOf(service), words, { because }),
  ];
}

function portFindings(service: Service, ready: readonly Pod[], facts: Facts): Finding[] {
  const [pod] = ready;
  if (!pod) return [];
  return (service.spec?.ports ?? []).flatMap((port) => portFinding(service, port, pod, facts));
}

function portFinding(service: Service, port: ServicePort, pod: Pod, facts: Facts): Finding[] {
  const target = String(port.targetPort ?? port.port);
  const number = containerPort(pod, target);
  const words = { port: String(port.port), target };
  const because = [nameOf(pod)];
  if (number === undefined) {
    const names = containersOf(pod).flatMap(({ container }) =>
      (container.ports ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])),
    );
    const there = listOf(names);
    return [
      finding('service-target-port-unknown', nameOf(service), { ...words, there }, { because }),
    ];
  }
  if ((port.protocol ?? 'TCP') !== 'TCP') return [];
  const listening = facts.listening(pod);
  if (!listening || listening.open.includes(number)) return [];
  const loopback = listening.loopbackOnly.includes(number) ? ` (${number} only for itself)` : '';
  const said = `${listOf(listening.open)}${loopback}`;
  return [
    finding(
      'service-target-port-closed',
      nameOf(service),
      { ...words, target: String(number), listening: said },
      { because },
    ),
  ];
}

export function balancerFindings(service: Service): Finding[] {
  const { spec, status } = service;
  if (spec?.type !== 'LoadBalancer') return [];
  const { loadBalancerClass } = spec;
  if (loadBalancerClass !== undefined && loadBalancerClass !== gatewayBalancerClass) {
    const words = { class: loadBalancerClass };
    return [finding('load-balancer-class-unknown', nameOf(service), words)];
  }
  const problem = status?.conditions?.find(
    ({ type, status: is }) => type === 'LoadBalancerPortsError' && is === 'True',
  );
  if (problem) {
    const words = { message: bare(problem.message) };
    return [finding('load-balancer-port-taken', nameOf(service), words)];
  }
  if ((status?.loadBalancer?.ingress ?? []).length > 0) return [];
  const words = { what: 'The Service', message: 'the gateway has not given it its address yet' };
  return [finding('still-starting', nameOf(service), words)];
}
