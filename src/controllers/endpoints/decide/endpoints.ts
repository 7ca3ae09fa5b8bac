/**
 * The Endpoints object of a Service with a selector. Deprecated since 1.33 in favour of
 * EndpointSlices, and still what many tools read.
 */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { endpoints, services } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import type { Endpoints, Service } from '#api/types.ts';
import { isSame } from '../../decide/same.ts';
import { backendsOf, isHeadless, selectorOf } from '../../decide/service-pods.ts';
import { headlessLabel } from '../../decide/slices.ts';
import { subsetsOf } from './subsets.ts';

/** Marks Endpoints that this controller wrote, which mirroring leaves alone. */
export const endpointsManagedByLabel = 'endpoints.kubernetes.io/managed-by';
export const endpointsManager = 'endpoint-controller';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';

export function decideEndpoints(view: View, key: string): Decision {
  const { namespace, name } = splitKey(key);
  const known = view.get(endpoints, namespace, name);
  const service = view.get(services, namespace, name);
  if (service === undefined) return known === undefined ? nothingToDo : leftover(known);
  if (service.metadata.deletionTimestamp !== undefined || selectorOf(service) === undefined) {
    return nothingToDo;
  }
  const wanted = wantedOf(view, service, known);
  if (known === undefined)
    return { actions: [{ type: 'create', kind: endpoints, object: wanted }] };
  const fits =
    isSame(known.subsets, wanted.subsets) &&
    isSame(known.metadata.labels, wanted.metadata.labels) &&
    isSame(known.metadata.annotations, wanted.metadata.annotations);
  if (fits) return nothingToDo;
  return { actions: [{ type: 'update', kind: endpoints, object: wanted }] };
}

/** Only what this controller wrote: people make Endpoints before their Service, too. */
function leftover({ metadata }: Endpoints): Decision {
  if (metadata.labels?.[endpointsManagedByLabel] !== endpointsManager) return nothingToDo;
  const { namespace, name, uid } = metadata;
  const deletion: Action = { type: 'delete', kind: endpoints, namespace, name, uid };
  return { actions: [deletion] };
}

function wantedOf(view: View, service: Service, known: Endpoints | undefined): Endpoints {
  const backends = backendsOf(view, service);
  const publishes = service.spec.publishNotReadyAddresses === true;
  const staying = backends.filter(({ terminating }) => publishes || !terminating);
  const { subsets, truncated } = subsetsOf(service, staying);
  const { [overCapacity]: _, ...others } = known?.metadata.annotations ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...known?.metadata,
      name: service.metadata.name,
      namespace: service.metadata.namespace,
      labels: {
        ...service.metadata.labels,
        ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
        [endpointsManagedByLabel]: endpointsManager,
      },
      annotations: truncated ? { ...others, [overCapacity]: 'truncated' } : others,
    },
    subsets: [...subsets],
  };
}
