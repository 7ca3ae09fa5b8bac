/**
 * What a path of the API means. Pure text: whether such a resource exists is asked later.
 * Source: kube-apiserver's RequestInfo; Kubernetes API concepts, "Resource URIs".
 */
import { StatusError } from '#base/status-error.ts';

export interface ResourceRoute {
  readonly type: 'resource';
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  /** The old `/watch/` form. */
  readonly watchPrefix: boolean;
}

export interface PathRoute {
  readonly type: 'path';
  readonly segments: readonly string[];
}

export type Route = ResourceRoute | PathRoute;

/** `namespaces/x/status` is a subresource of the Namespace, `namespaces/x/pods` a resource in it. */
const namespaceSubresources = new Set(['status', 'finalize']);

export function parseRoute(path: string): Route {
  const segments = path
    .split('/')
    .filter((each) => each !== '')
    .map(decoded);
  const [root] = segments;
  if (root === 'api' && segments.length > 2) return resourceRoute('', segments.slice(1));
  if (root === 'apis' && segments.length > 3)
    return resourceRoute(segments[1] ?? '', segments.slice(2));
  return { type: 'path', segments };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new StatusError('BadRequest', 'the path is not percent-encoded UTF-8', undefined, {
      cause,
    });
  }
}

/** `rest` begins with the version. */
function resourceRoute(group: string, rest: readonly string[]): Route {
  const version = rest[0] ?? '';
  const watchPrefix = rest[1] === 'watch' && rest.length > 2;
  const parts = rest.slice(watchPrefix ? 2 : 1);
  const base = { type: 'resource', group, version, watchPrefix } as const;
  if (parts[0] === 'namespaces' && parts.length > 1) {
    const namespace = parts[1];
    const third = parts[2];
    if (third === undefined || (parts.length === 3 && namespaceSubresources.has(third))) {
      return { ...base, resource: 'namespaces', namespace, name: namespace, subresource: third };
    }
    return { ...base, namespace, resource: third, name: parts[3], subresource: parts[4] };
  }
  return { ...base, resource: parts[0] ?? '', name: parts[1], subresource: parts[2] };
}

export type RequestVerb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection';

/** Undefined for a method that no resource answers. */
export function verbOf(
  method: string,
  route: ResourceRoute,
  query: URLSearchParams,
): RequestVerb | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (route.watchPrefix) return 'watch';
      if (route.name !== undefined) return 'get';
      return isTrue(query.get('watch')) ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return route.name === undefined ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}

/** Query booleans as Go's conversion reads them: present and not false. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

/** The one name that a list or watch is restricted to: authorization may depend on it. */
export function selectedName(query: URLSearchParams): string | undefined {
  const terms = (query.get('fieldSelector') ?? '').split(',');
  for (const term of terms) {
    const match = /^metadata\.name==?([^=!]+)$/.exec(term.trim());
    if (match) return match[1];
  }
  return undefined;
}
