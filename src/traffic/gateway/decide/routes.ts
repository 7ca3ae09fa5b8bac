/**
 * From Ingresses to what the gateway does with a request: which backend for which host and path,
 * which certificate for which name. Source: networking.k8s.io/v1 Ingress.
 */
import type {
  EndpointSlice,
  Ingress,
  IngressBackend,
  IngressClass,
  Secret,
  Service,
} from '#api/types.ts';
import { type Backend, backendsOf } from '../../proxy/decide/frontend.ts';
import { isOurs } from './ingress-class.ts';

export interface Route {
  /** Lower case; `*.example.com` for any one label; empty: any host. */
  readonly host: string;
  readonly path: string;
  readonly exact: boolean;
  readonly backend: string;
}

export interface Certificate {
  /** `namespace/name` of the Secret. */
  readonly key: string;
  readonly hosts: readonly string[];
  /** Certificate chain and key, PEM. */
  readonly pem: string;
}

export interface GatewayTable {
  readonly routes: readonly Route[];
  /** Name → where its requests go; empty: nobody is there. */
  readonly backends: ReadonlyMap<string, readonly Backend[]>;
  /** For requests that no route takes. */
  readonly defaultBackend?: string | undefined;
  readonly certificates: readonly Certificate[];
}

export interface GatewayFacts {
  readonly ingresses: readonly Ingress[];
  readonly classes: readonly IngressClass[];
  readonly service: (namespace: string, name: string) => Service | undefined;
  readonly slices: (namespace: string, service: string) => readonly EndpointSlice[];
  readonly secret: (namespace: string, name: string) => Secret | undefined;
  /** Certificate chain and key, PEM; undefined for what cannot be served. */
  readonly pemOf: (secret: Secret) => string | undefined;
}

/** What a request can ask for. The server takes more; a line break would be a line of its own in a map. */
const requestPath = /^[\x21-\x7e]+$/;

/** Older Ingresses first: of two rules for the same host and path the older one holds. */
function inOrder(facts: GatewayFacts): Ingress[] {
  const age = ({ metadata }: Ingress): string =>
    `${metadata.creationTimestamp} ${metadata.namespace}/${metadata.name}`;
  return facts.ingresses
    .filter((each) => isOurs(each, facts.classes))
    .sort((a, b) => (age(a) < age(b) ? -1 : 1));
}

export function gatewayTable(facts: GatewayFacts): GatewayTable {
  const routes = new Map<string, Route>();
  const backends = new Map<string, readonly Backend[]>();
  let defaultBackend: string | undefined;
  const ordered = inOrder(facts);
  for (const ingress of ordered) {
    const use = (backend: IngressBackend): string | undefined =>
      useBackend(facts, ingress, backend, backends);
    if (ingress.spec.defaultBackend) defaultBackend ??= use(ingress.spec.defaultBackend);
    for (const { host = '', http } of ingress.spec.rules ?? []) {
      for (const { path = '/', pathType, backend } of http?.paths ?? []) {
        const name = use(backend);
        if (name === undefined || !requestPath.test(path)) continue;
        const exact = pathType === 'Exact';
        const key = `${host.toLowerCase()} ${exact} ${exact ? path : path.replace(/\/+$/, '')}`;
        if (!routes.has(key))
          routes.set(key, { host: host.toLowerCase(), path, exact, backend: name });
      }
    }
  }
  return {
    routes: [...routes.values()],
    backends,
    defaultBackend,
    certificates: certificatesOf(facts, ordered),
  };
}

function useBackend(
  { service: find, slices }: GatewayFacts,
  ingress: Ingress,
  { service: wanted }: IngressBackend,
  backends: Map<string, readonly Backend[]>,
): string | undefined {
  if (!wanted) return undefined;
  const namespace = ingress.metadata.namespace ?? '';
  const port = wanted.port?.name ?? wanted.port?.number ?? 0;
  const name = `${namespace}_${wanted.name}_${port}`;
  if (backends.has(name)) return name;
  const found = find(namespace, wanted.name);
  const servicePort = found?.spec?.ports?.find((each) =>
    typeof port === 'string' ? each.name === port : each.port === port,
  );
  backends.set(name, servicePort ? backendsOf(servicePort, slices(namespace, wanted.name)) : []);
  return name;
}

function certificatesOf(
  { secret: find, pemOf }: GatewayFacts,
  ordered: readonly Ingress[],
): Certificate[] {
  const found = new Map<string, Certificate>();
  for (const { metadata, spec } of ordered) {
    for (const { secretName, hosts = [] } of spec.tls ?? []) {
      if (secretName === undefined) continue;
      const key = `${metadata.namespace}/${secretName}`;
      const secret = find(metadata.namespace ?? '', secretName);
      const pem = secret && pemOf(secret);
      if (pem === undefined) continue;
      found.set(key, {
        key,
        hosts: [...new Set([...(found.get(key)?.hosts ?? []), ...hosts])],
        pem,
      });
    }
  }
  return [...found.values()];
}
