/** Brings the EndpointSlices that one manager keeps for one owner to the wanted groups of endpoints. */
import type { Action, View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { endpointSlices } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import { serviceNameLabel } from '#api/service-of-slice.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '#api/types.ts';
import { distribute, type Group } from './distribute-endpoints.ts';
import { controllerReference } from './owners.ts';
import { isSame } from './same.ts';

export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const headlessLabel = 'service.kubernetes.io/headless';

/** Slices of one service by one manager: `namespace/name manager`. */
export const sliceIndexes = {
  managed: (slice: EndpointSlice): readonly string[] => {
    const { namespace = '', labels = {} } = slice.metadata;
    const service = labels[serviceNameLabel];
    return service ? [managedId(namespace, service, labels[managedByLabel] ?? '')] : [];
  },
};

function managedId(namespace: string, service: string, manager: string): string {
  return `${namespace}/${service} ${manager}`;
}

export interface SlicePlan {
  readonly ownerKind: Kind;
  readonly owner: KubeObject;
  /** Value of the managed-by label. */
  readonly manager: string;
  readonly addressType: 'IPv4' | 'IPv6';
  /** Groups have different ports. */
  readonly groups: readonly Group[];
  readonly perSlice: number;
  /** Beside the two that mark the slice. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Keep one slice even without endpoints: it says that the service is known and empty. */
  readonly keepsEmpty: boolean;
}

export function slicesManagedFor(
  view: View,
  owner: KubeObject,
  manager: string,
): readonly EndpointSlice[] {
  const { namespace = '', name } = owner.metadata;
  const slices = view.byIndex(endpointSlices, 'managed', managedId(namespace, name, manager));
  const alive = slices.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return alive.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Creations and updates before deletions: no endpoint is missing in between. */
export function slicing(view: View, plan: SlicePlan): readonly Action[] {
  const slices = slicesManagedFor(view, plan.owner, plan.manager);
  const byPorts = new Map<string, EndpointSlice[]>();
  const others: EndpointSlice[] = [];
  for (const slice of slices) {
    if (slice.addressType !== plan.addressType) others.push(slice);
    else pushTo(byPorts, portsId(slice.ports ?? []), slice);
  }
  const updates: EndpointSlice[] = [];
  const creations: EndpointSlice[] = [];
  const deletions: EndpointSlice[] = [...others];
  for (const group of plan.groups) {
    const id = portsId(group.ports);
    const change = distribute(group, byPorts.get(id) ?? [], plan.perSlice);
    updates.push(...change.updates);
    deletions.push(...change.deletions);
    creations.push(...change.creations.map((endpoints) => newSlice(plan, group.ports, endpoints)));
    byPorts.delete(id);
  }
  for (const stale of byPorts.values()) deletions.push(...stale);
  keepOne(plan, slices, { updates, creations, deletions });
  return [
    ...creations.map((object): Action => ({ type: 'create', kind: endpointSlices, object })),
    ...relabelled(plan, slices, updates, deletions).map(updating),
    ...deletions.map(deleting),
  ];
}

interface Changes {
  readonly updates: EndpointSlice[];
  readonly creations: EndpointSlice[];
  readonly deletions: EndpointSlice[];
}

function keepOne(plan: SlicePlan, slices: readonly EndpointSlice[], changes: Changes): void {
  const { updates, creations, deletions } = changes;
  if (!plan.keepsEmpty || slices.length + creations.length > deletions.length) return;
  const at = deletions.findIndex(({ addressType }) => addressType === plan.addressType);
  const [kept] = at < 0 ? [] : deletions.splice(at, 1);
  if (kept === undefined) creations.push(newSlice(plan, [], []));
  else if (!isSame(kept.endpoints, []) || !isSame(kept.ports, [])) {
    updates.push({ ...kept, endpoints: [], ports: [] });
  }
}

/** Adds slices whose content is right but whose labels are not. */
function relabelled(
  plan: SlicePlan,
  slices: readonly EndpointSlice[],
  updates: readonly EndpointSlice[],
  deletions: readonly EndpointSlice[],
): readonly EndpointSlice[] {
  const labels = labelsOf(plan);
  const updated = new Map(updates.map((slice) => [slice.metadata.name, slice]));
  const result: EndpointSlice[] = [];
  for (const slice of slices) {
    if (deletions.includes(slice)) continue;
    const next = updated.get(slice.metadata.name);
    if (next === undefined && isSame(slice.metadata.labels, labels)) continue;
    const { metadata } = slice;
    result.push({ ...(next ?? slice), metadata: { ...metadata, labels } });
  }
  return result;
}

function newSlice(
  plan: SlicePlan,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
): EndpointSlice {
  const { namespace, name } = plan.owner.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: labelsOf(plan),
      annotations: plan.annotations,
      ownerReferences: [controllerReference(plan.ownerKind, plan.owner)],
    },
    addressType: plan.addressType,
    endpoints: [...endpoints],
    ports: [...ports],
  };
}

function labelsOf({ labels, owner, manager }: SlicePlan): Record<string, string> {
  return { ...labels, [serviceNameLabel]: owner.metadata.name, [managedByLabel]: manager };
}

function updating(object: EndpointSlice): Action {
  return { type: 'update', kind: endpointSlices, object };
}

function deleting({ metadata }: EndpointSlice): Action {
  const { namespace, name, uid } = metadata;
  return { type: 'delete', kind: endpointSlices, namespace, name, uid };
}

/** Equal for the same ports in any order. */
export function portsId(ports: readonly EndpointPort[]): string {
  const words = ports.map(({ name = '', protocol = 'TCP', port = '', appProtocol = '' }) =>
    [name, protocol, port, appProtocol].join(' '),
  );
  return words.sort().join('\n');
}

export function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
