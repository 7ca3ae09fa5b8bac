/**
 * Paths of Ingresses as the gateway looks for them, the longest first. With a regular expression on a
 * host all its paths are tried as such, as ingress-nginx does.
 */
import { isPattern, type PathMatch } from '#api/kinds/ingresses/ways.ts';

interface Place {
  readonly host: string;
  readonly path: string;
  readonly match: PathMatch;
}

/** On a host with a regular expression prefixes are tried among them, the longest path first. */
export function patternsWin<T extends Place>(routes: readonly T[]): T[] {
  const hosts = new Set(routes.flatMap(({ host, match }) => (match === 'regex' ? [host] : [])));
  const isTried = ({ host, match }: T): boolean => hosts.has(host) && match !== 'exact';
  const tried = routes.filter(isTried).map((route) => ({ ...route, match: 'regex' as const }));
  const order = new Map(routes.map((route, index) => [route.path, index]));
  tried.sort(
    (a, b) => b.path.length - a.path.length || (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0),
  );
  return [...routes.filter((route) => !isTried(route)), ...tried];
}

/** For a path of a route that is tried as a regular expression: anchored at its beginning only. */
export function pathRegex(path: string): string {
  if (isPattern(path)) return path;
  const plain = escaped(path.replace(/\/+$/, ''));
  return `${plain}(?:/|$)`;
}

export function escaped(text: string): string {
  return text.replaceAll(/[.*+?^$|()[\]{}\\]/g, '\\$&');
}
