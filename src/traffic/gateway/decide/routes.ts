/**
 * From Ingresses to what the gateway does with a request: which backend for which host and path, what
 * the backend does beside, which certificate for which name, and what could not be done. Source:
 * networking.k8s.io/v1 Ingress.
 */
import { isServedClass, isServedIngress } from '#api/gateway-class.ts';
import { type IngressOptions, readIngressOptions } from '#api/kinds/ingresses/annotations.ts';
import { readUsers, type User, usersSecretOf } from '#api/kinds/ingresses/users.ts';
import { keyOfWay, type PathMatch, type Way, waysOf } from '#api/kinds/ingresses/ways.ts';
import type {
  EndpointSlice,
  Ingress,
  IngressBackend,
  IngressClass,
  Secret,
  Service,
} from '#api/types.ts';
import { type Backend, backendsOf } from '../../proxy/decide/frontend.ts';
import { certificatesOf, isServedWithTls } from './certificates.ts';
import { healthChecksOf } from './health-checks.ts';
import { patternsWin } from './paths.ts';

export interface Route {
  /** Lower case; `*.example.com` for any one label; empty: any host. */
  readonly host: string;
  readonly path: string;
  readonly match: PathMatch;
  readonly backend: string;
}

export interface Certificate {
  /** `namespace/name` of the Secret. */
  readonly key: string;
  readonly hosts: readonly string[];
  /** Certificate chain and key, PEM. */
  readonly pem: string;
}

export interface GatewayBackend {
  /** Where its requests go; empty: nobody is there. */
  readonly servers: readonly Backend[];
  readonly options: IngressOptions;
  /** Of plain HTTP: told to come back with TLS. */
  readonly toHttps?: boolean;
  /** For a rewrite: what leads here. */
  readonly route?: { readonly path: string; readonly match: PathMatch };
  /** Who may come in; absent: everybody. */
  readonly users?: readonly User[];
}

/** Some requests of one backend go to another. */
export interface Canary {
  readonly from: string;
  readonly to: string;
  readonly options: IngressOptions;
}

/** What an Ingress asks for and does not get, for a person. */
export interface Problem {
  readonly ingress: Ingress;
  readonly reason:
    | 'AnnotationIgnored'
    | 'CertificateNotUsable'
    | 'BackendNotFound'
    | 'PathNotUsable';
  readonly message: string;
}

/** Where balancers outside ask whether this node has endpoints: Service.spec.healthCheckNodePort. */
export interface HealthCheck {
  readonly port: number;
  readonly namespace: string;
  readonly service: string;
  /** Holds the node's endpoints: as many are told. */
  readonly backend: string;
}

export interface GatewayTable {
  readonly routes: readonly Route[];
  readonly backends: ReadonlyMap<string, GatewayBackend>;
  readonly canaries: readonly Canary[];
  /** For requests that no route takes. */
  readonly defaultBackend?: string | undefined;
  readonly certificates: readonly Certificate[];
  readonly healthChecks: readonly HealthCheck[];
  /** Addresses whose `X-Forwarded-…` headers are believed. */
  readonly forwardedFrom: readonly string[];
  /** Addresses that begin each connection with a PROXY header. */
  readonly proxiedFrom: readonly string[];
  readonly problems: readonly Problem[];
}

export interface GatewayFacts {
  readonly ingresses: readonly Ingress[];
  readonly classes: readonly IngressClass[];
  readonly services: readonly Service[];
  /** As endpoints name this node. */
  readonly nodeName: string;
  readonly service: (namespace: string, name: string) => Service | undefined;
  readonly slices: (namespace: string, service: string) => readonly EndpointSlice[];
  readonly secret: (namespace: string, name: string) => Secret | undefined;
  /** Certificate chain and key in PEM, or why they cannot be served. */
  readonly pemOf: (secret: Secret) => { readonly pem: string } | { readonly problem: string };
}

/** Older Ingresses first: of two rules for the same host and path the older one holds. */
function inOrder(facts: GatewayFacts): Ingress[] {
  const age = ({ metadata }: Ingress): string =>
    `${metadata.creationTimestamp} ${metadata.namespace}/${metadata.name}`;
  return facts.ingresses
    .filter((each) => isServedIngress(each, facts.classes))
    .sort((a, b) => (age(a) < age(b) ? -1 : 1));
}

export function gatewayTable(facts: GatewayFacts): GatewayTable {
  const ordered = inOrder(facts);
  const build = new Build(facts);
  const read = ordered.map((ingress) => ({
    ingress,
    ...readIngressOptions(ingress.metadata.annotations),
  }));
  for (const { ingress, options, problems } of read) {
    for (const { message } of problems) build.tell(ingress, 'AnnotationIgnored', message);
    if (!options.canary) build.add(ingress, options);
  }
  for (const { ingress, options } of read) if (options.canary) build.addCanary(ingress, options);
  const certificates = certificatesOf(facts, ordered, (ingress, message) =>
    build.tell(ingress, 'CertificateNotUsable', message),
  );
  const health = healthChecksOf(facts);
  const { backends, ...rest } = build.table();
  return {
    ...rest,
    backends: new Map([...backends, ...health.backends]),
    healthChecks: health.checks,
    certificates,
    forwardedFrom: sourcesOf(facts.classes, 'gantry.dev/forwarded-headers-from'),
    proxiedFrom: sourcesOf(facts.classes, 'gantry.dev/proxy-protocol-from'),
  };
}

/** Of the gateway's classes, together: it has one door. */
function sourcesOf(classes: readonly IngressClass[], annotation: string): string[] {
  const all = classes
    .filter(isServedClass)
    .flatMap(({ metadata }) => (metadata.annotations?.[annotation] ?? '').split(/[,\s]+/));
  return [...new Set(all.filter((each) => /^[\d.]+(\/\d+)?$/.test(each)))].sort();
}

class Build {
  readonly #facts: GatewayFacts;
  readonly #routes = new Map<string, Route>();
  readonly #backends = new Map<string, GatewayBackend>();
  readonly #canaries: Canary[] = [];
  readonly #problems: Problem[] = [];
  #defaultBackend: string | undefined;

  constructor(facts: GatewayFacts) {
    this.#facts = facts;
  }

  tell(ingress: Ingress, reason: Problem['reason'], message: string): void {
    this.#problems.push({ ingress, reason, message });
  }

  add(ingress: Ingress, options: IngressOptions): void {
    const { defaultBackend } = ingress.spec;
    if (defaultBackend) this.#defaultBackend ??= this.#use(ingress, options, defaultBackend);
    for (const way of this.#waysOf(ingress, options)) {
      const key = keyOfWay(way);
      if (this.#routes.has(key)) continue;
      const backend = this.#use(ingress, options, way.backend, way);
      if (backend === undefined) continue;
      const { host, path, match } = way;
      this.#routes.set(key, { host, path, match, backend });
    }
  }

  /** It takes a part of what another Ingress leads to; a way that no other has it does not open. */
  addCanary(ingress: Ingress, options: IngressOptions): void {
    for (const way of this.#waysOf(ingress, options)) {
      const key = keyOfWay(way);
      const route = this.#routes.get(key);
      const main = route && this.#backends.get(route.backend);
      const wanted = this.#target(ingress, way.backend);
      if (!route || !main) {
        const message = `no other Ingress leads to ${way.host}${way.path}: a canary takes a part of another's`;
        this.tell(ingress, 'PathNotUsable', message);
      }
      if (!route || !main || !wanted) continue;
      // Of its own, since other ways to the same Service are not shared.
      const from = `${route.backend}_shared_${this.#canaries.length}`;
      const to = `${from}_canary`;
      this.#backends.set(from, main);
      this.#backends.set(to, { ...main, servers: wanted.servers });
      this.#routes.set(key, { ...route, backend: from });
      this.#canaries.push({ from, to, options });
    }
  }

  table(): Omit<GatewayTable, 'certificates' | 'healthChecks' | 'forwardedFrom' | 'proxiedFrom'> {
    const routes = patternsWin([...this.#routes.values()]);
    const used = new Set([
      ...routes.map(({ backend }) => backend),
      ...this.#canaries.map(({ to }) => to),
      this.#defaultBackend,
    ]);
    return {
      routes,
      backends: new Map([...this.#backends].filter(([name]) => used.has(name))),
      canaries: this.#canaries,
      defaultBackend: this.#defaultBackend,
      problems: this.#problems,
    };
  }

  #waysOf(ingress: Ingress, options: IngressOptions): readonly Way[] {
    const { ways, unusable } = waysOf(ingress, options);
    for (const path of unusable) {
      const message = `path ${JSON.stringify(path)} is not served: no request can have it, or it is no regular expression`;
      this.tell(ingress, 'PathNotUsable', message);
    }
    return ways;
  }

  #target(
    ingress: Ingress,
    { service: wanted }: IngressBackend,
  ): { name: string; servers: readonly Backend[] } | undefined {
    if (!wanted) {
      this.tell(ingress, 'BackendNotFound', 'a backend by resource is not served: name a Service');
      return undefined;
    }
    const namespace = ingress.metadata.namespace ?? '';
    const port = wanted.port?.name ?? wanted.port?.number ?? 0;
    const found = this.#facts.service(namespace, wanted.name);
    const servicePort = found?.spec?.ports?.find((each) =>
      typeof port === 'string' ? each.name === port : each.port === port,
    );
    if (!servicePort || found?.spec?.type === 'ExternalName') {
      const what = whyNobody(found, port);
      this.tell(ingress, 'BackendNotFound', `the Service ${namespace}/${wanted.name} ${what}`);
    }
    const slices = servicePort ? this.#facts.slices(namespace, wanted.name) : [];
    return {
      name: `${namespace}_${wanted.name}_${port}`,
      servers: servicePort ? backendsOf(servicePort, slices) : [],
    };
  }

  /** Ingresses that ask for nothing beside share the backend of a Service's port. */
  #use(
    ingress: Ingress,
    options: IngressOptions,
    backend: IngressBackend,
    way?: Way,
  ): string | undefined {
    const target = this.#target(ingress, backend);
    if (!target) return undefined;
    const made: GatewayBackend = {
      servers: target.servers,
      options,
      ...(sendsToHttps(ingress, options, way?.host) && { toHttps: true }),
      ...(options.rewriteTarget !== undefined &&
        way && { route: { path: way.path, match: way.match } }),
      ...this.#usersOf(ingress, options),
    };
    const { servers: _servers, ...beside } = made;
    if (Object.keys(beside).length === 1 && Object.keys(options).length === 0) {
      this.#backends.set(target.name, made);
      return target.name;
    }
    const text = JSON.stringify(beside);
    const own = `${target.name}_${ingress.metadata.name}`;
    for (let number = 0; ; number += 1) {
      const name = `${own}_${number}`;
      const { servers: _others, ...known } = this.#backends.get(name) ?? made;
      if (JSON.stringify(known) !== text) continue;
      this.#backends.set(name, made);
      return name;
    }
  }

  #usersOf(
    ingress: Ingress,
    { authType, authSecret }: IngressOptions,
  ): { users?: readonly User[] } {
    if (authType === undefined) return {};
    const { namespace, name } = usersSecretOf(ingress, authSecret);
    const secret = this.#facts.secret(namespace, name);
    const { users, refused, problem } = readUsers(secret);
    const problems = [
      ...(problem === undefined ? [] : [`${problem}: nobody may come in`]),
      ...refused.map(
        (user) =>
          `has a user ${JSON.stringify(user)} that cannot come in: make the line with htpasswd -B`,
      ),
    ];
    for (const each of problems)
      this.tell(ingress, 'AnnotationIgnored', `the Secret ${namespace}/${name} ${each}`);
    return { users };
  }
}

function whyNobody(service: Service | undefined, port: string | number): string {
  if (!service) return 'does not exist';
  if (service.spec?.type !== 'ExternalName') return `has no port ${port}`;
  return 'is an ExternalName, and the gateway leads to addresses alone: make it a Service without a selector, with an EndpointSlice that lists them';
}

/** As ingress-nginx: where the Ingress has a certificate for the host, unless it says no. */
function sendsToHttps(
  ingress: Ingress,
  { sslRedirect = true, forceSslRedirect = false }: IngressOptions,
  host: string | undefined,
): boolean {
  return forceSslRedirect || (sslRedirect && isServedWithTls(ingress, host));
}
