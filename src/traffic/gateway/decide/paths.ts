/**
 * Paths of Ingresses as the gateway looks for them. `Prefix` and `ImplementationSpecific` match by
 * whole elements, the longest first; with the annotations `use-regex` or `rewrite-target` a path may
 * be a regular expression, and then all paths of its host are tried as such, the longest first, as
 * ingress-nginx does.
 */
export type PathMatch = 'exact' | 'prefix' | 'regex';

/** Signs that mean something else than themselves; a dot is in too many names of files. */
export function isPattern(path: string): boolean {
  return /[()[\]*+?|^$\\{}]/.test(path);
}

/** HAProxy would refuse its whole configuration for one that is none. */
export function isRegex(path: string): boolean {
  if (/["'#\s]/.test(path) || /\(\?[^:=!]/.test(path)) return false;
  try {
    return new RegExp(path) instanceof RegExp;
  } catch {
    return false;
  }
}

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
