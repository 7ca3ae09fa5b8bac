/**
 * The ways that an Ingress opens: a host and a path, and how they are looked for. `Prefix` and
 * `ImplementationSpecific` match by whole elements; with the annotations `use-regex` or
 * `rewrite-target` a path may be a regular expression, as ingress-nginx has it. Source:
 * networking.k8s.io/v1 Ingress, spec.rules.
 */
import type { Ingress, IngressBackend } from '../../types.ts';
import type { IngressOptions } from './annotations.ts';

export type PathMatch = 'exact' | 'prefix' | 'regex';

export interface Way {
  /** Lower case; `*.example.com` for any one label; empty: any host. */
  readonly host: string;
  readonly path: string;
  readonly match: PathMatch;
  readonly backend: IngressBackend;
}

export interface Ways {
  readonly ways: readonly Way[];
  /** Paths that nobody can ask for, or that are no regular expression. */
  readonly unusable: readonly string[];
}

/** What a request can ask for. The server takes more; a line break would be a line of its own in a map. */
const requestPath = /^[\x21-\x7e]+$/;

export function waysOf({ spec }: Ingress, options: IngressOptions): Ways {
  const wantsPattern = options.useRegex === true || options.rewriteTarget !== undefined;
  const ways: Way[] = [];
  const unusable: string[] = [];
  for (const { host = '', http } of spec.rules ?? []) {
    for (const { path = '/', pathType, backend } of http?.paths ?? []) {
      const pattern = pathType !== 'Exact' && wantsPattern && isPattern(path);
      if (!requestPath.test(path) || (pattern && !isRegex(path))) {
        unusable.push(path);
        continue;
      }
      const match = pattern ? 'regex' : pathType === 'Exact' ? 'exact' : 'prefix';
      for (const each of [host, ...(options.aliases ?? [])])
        ways.push({ host: each.toLowerCase(), path, match, backend });
    }
  }
  return { ways, unusable };
}

/** One place for a request: of several rules for it only one can hold. */
export function keyOfWay({ host, path, match }: Way): string {
  return `${host} ${match} ${match === 'prefix' ? path.replace(/\/+$/, '') : path}`;
}

/** Signs that mean something else than themselves; a dot is in too many names of files. */
export function isPattern(path: string): boolean {
  return /[()[\]*+?|^$\\{}]/.test(path);
}

/** HAProxy would refuse its whole configuration for one that is none. */
function isRegex(path: string): boolean {
  if (/["'#\s]/.test(path) || /\(\?[^:=!]/.test(path)) return false;
  try {
    return new RegExp(path) instanceof RegExp;
  } catch {
    return false;
  }
}
