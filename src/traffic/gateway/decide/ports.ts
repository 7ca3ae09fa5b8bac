/**
 * Who owns which port of the gateway. A port goes to one owner, who keeps it; who comes second stays
 * pending, with a condition and an event that name the owner, and gets the port when it is free.
 * What was given stands in status (`ports` of the load balancer's entry), so that it outlives gantry
 * and a Service that asks for one port more does not lose those that it has.
 */
import type { Action, Decision, View } from '#api/decision.ts';
import { gatewayBalancerClass, isServedIngress } from '#api/gateway-class.ts';
import { ingressClasses, ingresses, services } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type {
  Condition,
  Ingress,
  IngressLoadBalancerIngress,
  LoadBalancerIngress,
  PortStatus,
  Service,
} from '#api/types.ts';
import { type Claim, type Grant, portName, settle } from './port-claims.ts';

export interface PortFacts {
  /** The gateway's address, given to its users. */
  readonly address: string;
  /** Of HTTP and HTTPS for Ingress. */
  readonly ingressPorts: readonly number[];
  /** Ports that are never given, `tcp 6443` → for a person who has them. */
  readonly reserved: ReadonlyMap<string, string>;
  /** Ports of other programs on the gateway: not given to anybody new. */
  readonly taken: ReadonlyMap<string, string>;
}

const conditionType = 'LoadBalancerPortsError';
/** Of a port's entry in the status of an Ingress, which has no conditions. */
const portError = 'gantry.dev/PortTaken';
const ingressOwner = 'Ingress';
/** Programs that listen come and go without a word. */
const lookAgainMs = 30_000;

export function decidePorts(view: View, facts: PortFacts, now: number): Decision {
  const ours = view.list(services).filter(isLoadBalancer);
  const foreign = view
    .list(services)
    .filter((service) => !isLoadBalancer(service) && hasAddress(service, facts.address));
  const classes = view.list(ingressClasses);
  const ourIngresses = view.list(ingresses).filter((ingress) => isServedIngress(ingress, classes));
  const grants = settle(
    [...ours.map((each) => serviceClaim(each, facts)), ...ingressClaim(ourIngresses, facts)],
    facts,
  );
  return {
    actions: [
      ...ours.flatMap((service) => serviceActions(service, facts, grants.get(keyOf(service)), now)),
      ...foreign.map((service) => patchService(service, [], service.status?.conditions)),
      ...ourIngresses.flatMap((ingress) =>
        ingressActions(ingress, facts, grants.get(ingressOwner)),
      ),
      ...view
        .list(ingresses)
        .filter(
          (ingress) => !ourIngresses.includes(ingress) && hasIngressAddress(ingress, facts.address),
        )
        .map((ingress) => patchIngress(ingress, [])),
    ],
    again: [...grants.values()].some(({ lost }) => lost) ? now + lookAgainMs : undefined,
  };
}

function isLoadBalancer({ spec, metadata }: Service): boolean {
  return (
    spec?.type === 'LoadBalancer' &&
    metadata.deletionTimestamp === undefined &&
    (spec.loadBalancerClass === undefined || spec.loadBalancerClass === gatewayBalancerClass)
  );
}

function hasAddress(service: Service, address: string): boolean {
  return (service.status?.loadBalancer?.ingress ?? []).some(({ ip }) => ip === address);
}

function hasIngressAddress(ingress: Ingress, address: string): boolean {
  return (ingress.status?.loadBalancer?.ingress ?? []).some(({ ip }) => ip === address);
}

function serviceClaim(service: Service, { address }: PortFacts): Claim {
  const given = (service.status?.loadBalancer?.ingress ?? []).find(({ ip }) => ip === address);
  return {
    owner: `the Service ${keyOf(service)}`,
    ports: (service.spec?.ports ?? []).map(portName),
    held: new Set((given?.ports ?? []).map(portName)),
    since: service.metadata.creationTimestamp ?? '',
    key: keyOf(service),
  };
}

/** All Ingresses share the gateway's HTTP ports. */
function ingressClaim(all: readonly Ingress[], { address, ingressPorts }: PortFacts): Claim[] {
  const [first] = [...all].sort((a, b) =>
    (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1,
  );
  if (!first) return [];
  const ports = ingressPorts.map((port) => portName({ port }));
  return [
    {
      owner: `the Ingresses (the first is ${keyOf(first)})`,
      ports,
      held: new Set(all.some((ingress) => hasIngressAddress(ingress, address)) ? ports : []),
      since: first.metadata.creationTimestamp ?? '',
      key: ingressOwner,
    },
  ];
}

function serviceActions(
  service: Service,
  { address }: PortFacts,
  grant: Grant | undefined,
  now: number,
): Action[] {
  const granted = new Set(grant?.ports);
  const ports: PortStatus[] = (service.spec?.ports ?? [])
    .filter((port) => granted.has(portName(port)))
    .map(({ port, protocol = 'TCP' }) => ({ port, protocol }));
  const wanted = ports.length > 0 ? [{ ip: address, ipMode: 'VIP', ports }] : [];
  const given = service.status?.loadBalancer?.ingress ?? [];
  const isGiven =
    given.length === wanted.length &&
    given.every(({ ip, ports: has }) => ip === address && sameJson(has, ports));
  const conditions = service.status?.conditions ?? [];
  const known = conditions.find(({ type, status }) => type === conditionType && status === 'True');
  const lost = grant?.lost?.message;
  if (isGiven && known?.message === lost) return [];
  const rest = conditions.filter(({ type }) => type !== conditionType);
  if (lost === undefined) {
    const message = `The gateway ${address} leads to this Service`;
    return [
      patchService(service, wanted, rest),
      event(service, 'Normal', 'EnsuredLoadBalancer', message),
    ];
  }
  const condition: Condition = {
    type: conditionType,
    status: 'True',
    reason: 'PortTaken',
    message: lost,
    lastTransitionTime: known?.lastTransitionTime ?? formatTime(now),
    observedGeneration: service.metadata.generation,
  };
  const patch = patchService(service, wanted, [...rest, condition]);
  if (known?.message === lost) return [patch];
  return [patch, event(service, 'Warning', 'PortTaken', `Pending: ${lost}`)];
}

function ingressActions(
  ingress: Ingress,
  { address }: PortFacts,
  grant: Grant | undefined,
): Action[] {
  const lost = grant?.lost;
  if (!lost) {
    return hasIngressAddress(ingress, address) ? [] : [patchIngress(ingress, [{ ip: address }])];
  }
  const { port, protocol, message } = lost;
  const refused = [{ ports: [{ port, protocol, error: portError }] }];
  if (sameJson(ingress.status?.loadBalancer?.ingress, refused)) return [];
  return [
    patchIngress(ingress, refused),
    event(ingress, 'Warning', 'PortTaken', `Pending: ${message}`),
  ];
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function patchService(
  service: Service,
  given: readonly LoadBalancerIngress[],
  conditions: readonly Condition[] | undefined,
): Action {
  const { namespace, name = '', uid } = service.metadata;
  return {
    type: 'patch',
    kind: services,
    namespace,
    name,
    subresource: 'status',
    patch: {
      metadata: { uid },
      status: {
        loadBalancer: { ingress: given.length > 0 ? given : null },
        conditions: conditions?.length ? conditions : null,
      },
    },
  };
}

function patchIngress(ingress: Ingress, given: readonly IngressLoadBalancerIngress[]): Action {
  const { namespace, name = '', uid } = ingress.metadata;
  return {
    type: 'patch',
    kind: ingresses,
    namespace,
    name,
    subresource: 'status',
    patch: {
      metadata: { uid },
      status: { loadBalancer: { ingress: given.length > 0 ? given : null } },
    },
  };
}

function event(
  regarding: Service | Ingress,
  level: 'Normal' | 'Warning',
  reason: string,
  message: string,
): Action {
  return { type: 'event', regarding, level, reason, message };
}
