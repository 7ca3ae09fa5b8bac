/**
 * Spreads endpoints over slices with few writes: an endpoint stays in the slice where it is, what is
 * new fills slices that are written anyway, then the fullest one with room, then new ones. Slices are
 * not evened out afterwards: a write goes to every node, an empty place costs nothing.
 */
import type { Endpoint, EndpointPort, EndpointSlice } from '#api/types.ts';
import { isSame } from './same.ts';

export interface Group {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface Distribution {
  readonly updates: readonly EndpointSlice[];
  /** The endpoints of each slice to be made. */
  readonly creations: readonly (readonly Endpoint[])[];
  readonly deletions: readonly EndpointSlice[];
}

interface Draft {
  readonly slice: EndpointSlice;
  endpoints: Endpoint[];
  changed: boolean;
}

/** `existing` are the slices with the group's ports. */
export function distribute(
  group: Group,
  existing: readonly EndpointSlice[],
  perSlice: number,
): Distribution {
  const wanted = new Map(group.endpoints.map((endpoint) => [identityOf(endpoint), endpoint]));
  const drafts = existing.map((slice) => draftOf(slice, wanted, perSlice));
  const fresh = [...wanted.values()];
  for (const draft of drafts)
    if (draft.changed && draft.endpoints.length > 0) fill(draft, fresh, perSlice);
  if (fresh.length > 0) {
    const fits = drafts.filter((draft) => draft.endpoints.length + fresh.length <= perSlice);
    fits.sort((a, b) => b.endpoints.length - a.endpoints.length);
    if (fits[0] !== undefined) fill(fits[0], fresh, perSlice);
  }
  const creations: Endpoint[][] = [];
  while (fresh.length > 0) creations.push(fresh.splice(0, perSlice));
  return {
    updates: drafts
      .filter(({ changed, endpoints }) => changed && endpoints.length > 0)
      .map(({ slice, endpoints }) => ({ ...slice, endpoints })),
    creations,
    deletions: drafts.filter(({ endpoints }) => endpoints.length === 0).map(({ slice }) => slice),
  };
}

/** The slice with what it may keep; what it keeps is taken out of `wanted`. */
function draftOf(slice: EndpointSlice, wanted: Map<string, Endpoint>, perSlice: number): Draft {
  const kept: Endpoint[] = [];
  let changed = false;
  for (const endpoint of slice.endpoints ?? []) {
    const identity = identityOf(endpoint);
    const next = wanted.get(identity);
    if (next === undefined || kept.length >= perSlice) {
      changed = true;
      continue;
    }
    wanted.delete(identity);
    changed ||= !isSame(endpoint, next);
    kept.push(next);
  }
  return { slice, endpoints: kept, changed };
}

function fill(draft: Draft, fresh: Endpoint[], perSlice: number): void {
  const room = perSlice - draft.endpoints.length;
  if (room <= 0 || fresh.length === 0) return;
  draft.endpoints.push(...fresh.splice(0, room));
  draft.changed = true;
}

/** The same pod at the same address is the same endpoint, however its state changes. */
function identityOf({ addresses, targetRef }: Endpoint): string {
  const { kind = '', namespace = '', name = '', uid = '' } = targetRef ?? {};
  return `${addresses.join()} ${kind}/${namespace}/${name}/${uid}`;
}
