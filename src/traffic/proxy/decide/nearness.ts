/**
 * Who is near: what a node's proxy makes of the hints that endpoints carry. Source: discovery.k8s.io/v1
 * EndpointHints, KEP-2433, KEP-3015, kube-proxy's `topologyModeFromHints`.
 */
import type { Endpoint } from '#api/types.ts';

/** Where the proxy itself is. */
export interface Place {
  readonly nodeName: string;
  /** The node's label `topology.kubernetes.io/zone`. */
  readonly zone: string | undefined;
}

/**
 * Those meant for the node if any are, else those meant for its zone. Hints that not all of them carry
 * (a change is under way), or that leave this place to nobody, count for nothing: far is better than
 * nowhere.
 */
export function nearest<T extends { readonly endpoint: Endpoint }>(
  all: readonly T[],
  { nodeName, zone }: Place,
): readonly T[] {
  for (const [hint, here] of [
    ['forNodes', nodeName],
    ['forZones', zone],
  ] as const) {
    if (!all.every(({ endpoint }) => endpoint.hints?.[hint]?.length)) continue;
    const near = all.filter(({ endpoint: { hints } }) =>
      hints?.[hint]?.some(({ name }) => name === here),
    );
    if (near.length > 0) return near;
  }
  return all;
}
