/** Which pods stand behind a Service, and how: what Endpoints and EndpointSlices have in common. */
import type { View } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import type { Container, ObjectReference, Pod, Service, ServicePort } from '#api/types.ts';
import { isReady, isTerminal, isTerminating } from './pods.ts';

export interface Backend {
  readonly pod: Pod;
  readonly address: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** For DNS: only pods that ask for a name under this very service have one. */
  readonly hostname: string | undefined;
  readonly targetRef: ObjectReference;
  readonly nodeName: string | undefined;
}

export interface BackendPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol: string | undefined;
}

/** Absent: the service has no backends of ours (no selector, or only a name elsewhere). */
export function selectorOf(service: Service): Readonly<Record<string, string>> | undefined {
  if (service.spec.type === 'ExternalName') return undefined;
  const { selector } = service.spec;
  return selector !== undefined && Object.keys(selector).length > 0 ? selector : undefined;
}

/** Pods with an address that have not finished, in order of name. */
export function backendsOf(view: View, service: Service): readonly Backend[] {
  const matchLabels = selectorOf(service);
  const { namespace = '' } = service.metadata;
  if (matchLabels === undefined) return [];
  const found = view.select(pods, namespace, { matchLabels: { ...matchLabels } });
  return found
    .filter((pod) => !isTerminal(pod) && isIPv4(pod.status?.podIP))
    .map((pod) => backendOf(service, pod))
    .sort((a, b) => (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1));
}

function backendOf(service: Service, pod: Pod): Backend {
  const { name, namespace, uid } = pod.metadata;
  const { hostname, subdomain, nodeName } = pod.spec;
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  return {
    pod,
    address: pod.status?.podIP ?? '',
    ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating),
    serving,
    terminating,
    hostname: subdomain === service.metadata.name ? hostname : undefined,
    targetRef: { kind: 'Pod', namespace, name, uid },
    nodeName,
  };
}

/** The service's ports as numbers on this pod; a name that none of its containers has is left out. */
export function portsOn(service: Service, pod: Pod): readonly BackendPort[] {
  const ports: BackendPort[] = [];
  for (const each of service.spec.ports ?? []) {
    const port = targetPort(each, pod);
    if (port === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = each;
    ports.push({ name, port, protocol, appProtocol });
  }
  return ports;
}

function targetPort(servicePort: ServicePort, pod: Pod): number | undefined {
  const { targetPort: target, port, protocol = 'TCP' } = servicePort;
  if (target === undefined || target === 0 || target === '') return port;
  if (typeof target === 'number') return target;
  const sidecars = pod.spec.initContainers?.filter(
    ({ restartPolicy }) => restartPolicy === 'Always',
  );
  const containers: readonly Container[] = [...pod.spec.containers, ...(sidecars ?? [])];
  const candidates = containers.flatMap(({ ports = [] }) => ports);
  return candidates.find((each) => each.name === target && (each.protocol ?? 'TCP') === protocol)
    ?.containerPort;
}

export function isHeadless(service: Service): boolean {
  return service.spec.clusterIP === 'None';
}

function isIPv4(address: string | undefined): boolean {
  return address !== undefined && address !== '' && !address.includes(':');
}
