/**
 * Who owns which port of the gateway. A port goes to one owner; who comes second stays pending, with a
 * condition and an event that name the owner, and gets the port when it is free.
 */
import type { Action, Decision, View } from '#api/decision.ts';
import { ingressClasses, ingresses, services } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import { formatTime } from '#api/time.ts';
import type { Condition, Ingress, Service } from '#api/types.ts';
import { isOurs } from './ingress-class.ts';

export interface PortFacts {
  /** The gateway's address, given to its users. */
  readonly address: string;
  /** Of HTTP and HTTPS for Ingress. */
  readonly ingressPorts: readonly number[];
  /** Ports of other programs on the gateway, `tcp 22` → for a person who it is. */
  readonly taken: ReadonlyMap<string, string>;
}

/** Service.spec.loadBalancerClass of Services that are ours beside those without one. */
export const loadBalancerClass = 'gantry.dev/gateway';
const conditionType = 'LoadBalancerPortsError';
const ingressOwner = 'Ingress';

interface Claim {
  /** For a person. */
  readonly owner: string;
  readonly ports: readonly string[];
  readonly has: boolean;
  readonly since: string;
  readonly key: string;
}

export function decidePorts(view: View, facts: PortFacts, now: number): Decision {
  const ours = view.list(services).filter(isLoadBalancer);
  const foreign = view
    .list(services)
    .filter((service) => !isLoadBalancer(service) && hasAddress(service, facts.address));
  const ourIngresses = view
    .list(ingresses)
    .filter((ingress) => isOurs(ingress, view.list(ingressClasses)));
  const { owners, losers } = settle(
    [...ours.map((each) => serviceClaim(each, facts)), ...ingressClaim(ourIngresses, facts)],
    facts,
  );
  return {
    actions: [
      ...ours.flatMap((service) => serviceActions(service, facts, losers.get(keyOf(service)), now)),
      ...foreign.map((service) => patchService(service, {}, service.status?.conditions)),
      ...ourIngresses.flatMap((ingress) =>
        ingressActions(ingress, facts, losers.get(ingressOwner)),
      ),
      ...view
        .list(ingresses)
        .filter(
          (ingress) => !ourIngresses.includes(ingress) && hasIngressAddress(ingress, facts.address),
        )
        .map((ingress) => patchIngress(ingress, {})),
    ],
    again: owners.size > 0 && losers.size > 0 ? now + 30_000 : undefined,
  };
}

function isLoadBalancer({ spec, metadata }: Service): boolean {
  return (
    spec?.type === 'LoadBalancer' &&
    metadata.deletionTimestamp === undefined &&
    (spec.loadBalancerClass === undefined || spec.loadBalancerClass === loadBalancerClass)
  );
}

function hasAddress(service: Service, address: string): boolean {
  return (service.status?.loadBalancer?.ingress ?? []).some(({ ip }) => ip === address);
}

function hasIngressAddress(ingress: Ingress, address: string): boolean {
  return (ingress.status?.loadBalancer?.ingress ?? []).some(({ ip }) => ip === address);
}

function serviceClaim(service: Service, { address }: PortFacts): Claim {
  return {
    owner: `the Service ${keyOf(service)}`,
    ports: (service.spec?.ports ?? []).map(
      ({ protocol, port }) => `${(protocol ?? 'TCP').toLowerCase()} ${port}`,
    ),
    has: hasAddress(service, address),
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
  return [
    {
      owner: `the Ingresses (the first is ${keyOf(first)})`,
      ports: ingressPorts.map((port) => `tcp ${port}`),
      has: all.some((ingress) => hasIngressAddress(ingress, address)),
      since: first.metadata.creationTimestamp ?? '',
      key: ingressOwner,
    },
  ];
}

/** Who has a port keeps it; else the older claim wins, then the name. */
function settle(
  claims: readonly Claim[],
  { taken }: PortFacts,
): { owners: Map<string, string>; losers: Map<string, string> } {
  const order = [...claims].sort((a, b) => {
    if (a.has !== b.has) return a.has ? -1 : 1;
    if (a.since !== b.since) return a.since < b.since ? -1 : 1;
    return a.key < b.key ? -1 : 1;
  });
  const owners = new Map(taken);
  const losers = new Map<string, string>();
  for (const { owner, ports, key } of order) {
    const lost = ports.find((port) => owners.has(port));
    if (lost === undefined) for (const port of ports) owners.set(port, owner);
    else losers.set(key, sentence(lost, owners.get(lost) ?? ''));
  }
  return { owners, losers };
}

function sentence(port: string, owner: string): string {
  const [protocol = '', number] = port.split(' ');
  return `port ${number}/${protocol.toUpperCase()} of the gateway belongs to ${owner}: choose another port, or free that one`;
}

function serviceActions(
  service: Service,
  facts: PortFacts,
  lost: string | undefined,
  now: number,
): Action[] {
  const conditions = service.status?.conditions ?? [];
  const known = conditions.find(({ type }) => type === conditionType);
  if (lost === undefined) {
    if (hasAddress(service, facts.address) && known?.status !== 'True') return [];
    const rest = conditions.filter(({ type }) => type !== conditionType);
    return [
      patchService(service, { ingress: [{ ip: facts.address, ipMode: 'VIP' }] }, rest),
      event(
        service,
        'Normal',
        'EnsuredLoadBalancer',
        `The gateway ${facts.address} leads to this Service`,
      ),
    ];
  }
  if (known?.status === 'True' && known.message === lost) return [];
  const condition: Condition = {
    type: conditionType,
    status: 'True',
    reason: 'PortTaken',
    message: lost,
    lastTransitionTime: known?.status === 'True' ? known.lastTransitionTime : formatTime(now),
    observedGeneration: service.metadata.generation,
  };
  return [
    patchService(service, {}, [
      ...conditions.filter(({ type }) => type !== conditionType),
      condition,
    ]),
    event(service, 'Warning', 'PortTaken', `Pending: ${lost}`),
  ];
}

function ingressActions(ingress: Ingress, facts: PortFacts, lost: string | undefined): Action[] {
  const has = hasIngressAddress(ingress, facts.address);
  if (lost === undefined)
    return has ? [] : [patchIngress(ingress, { ingress: [{ ip: facts.address }] })];
  const told = event(ingress, 'Warning', 'PortTaken', `Pending: ${lost}`);
  return has ? [patchIngress(ingress, {}), told] : [told];
}

function patchService(
  service: Service,
  loadBalancer: unknown,
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
        loadBalancer: { ingress: null, ...(loadBalancer as object) },
        conditions: conditions?.length ? conditions : null,
      },
    },
  };
}

function patchIngress(ingress: Ingress, loadBalancer: object): Action {
  const { namespace, name = '', uid } = ingress.metadata;
  return {
    type: 'patch',
    kind: ingresses,
    namespace,
    name,
    subresource: 'status',
    patch: { metadata: { uid }, status: { loadBalancer: { ingress: null, ...loadBalancer } } },
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
