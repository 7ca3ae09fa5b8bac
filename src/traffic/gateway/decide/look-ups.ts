/**
 * By what a route is found. A host of which all paths go one way is found by its name alone: the most
 * usual Ingress, and the cheapest look.
 */
import type { PathMatch } from '#api/kinds/ingresses/ways.ts';
import type { Route } from './routes.ts';

export type LookUp = 'host' | PathMatch;

export const hostKinds = ['named', 'wild', 'any'] as const;
export type HostKind = (typeof hostKinds)[number];

/** In the order in which they are tried for one host. */
export const lookUps: readonly LookUp[] = ['host', 'exact', 'regex', 'prefix'];

export function kindOf({ host }: Route): HostKind {
  if (host === '') return 'any';
  return host.startsWith('*.') ? 'wild' : 'named';
}

export function byLookUp(routes: readonly Route[]): ReadonlyMap<LookUp, readonly Route[]> {
  const count = new Map<string, number>();
  for (const { host } of routes) count.set(host, (count.get(host) ?? 0) + 1);
  const isWhole = (route: Route): boolean =>
    kindOf(route) === 'named' &&
    count.get(route.host) === 1 &&
    route.match === 'prefix' &&
    /^\/+$/.test(route.path);
  const found = new Map<LookUp, Route[]>();
  for (const route of routes) {
    const how = isWhole(route) ? 'host' : route.match;
    found.set(how, [...(found.get(how) ?? []), route]);
  }
  return found;
}
