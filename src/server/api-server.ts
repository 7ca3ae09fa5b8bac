/**
 * The API server from its parts: core, admission, authentication, authorization and the front. It
 * opens no socket until `listen`; in-process callers and the simulator use `verbsFor` alone.
 */
import type { Kind } from '#api/kind.ts';
import { componentStatuses } from '#api/kinds/index.ts';
import { type KindLookup, lookupOf } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type { Docs } from '#api/openapi/served-resource.ts';
import type {
  ClusterRole,
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  TokenReview,
} from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import type { Backend } from '#store/backend.ts';
import type { HttpRequest, HttpResponse } from '#wire/http/message.ts';
import { type HttpServer, listenHttps, type ServingKeys } from '#wire/http/server.ts';
import { apiServiceAddress, standardAdmission } from './admission/steps.ts';
import { Authenticator } from './authn/authenticator.ts';
import { reviewToken, reviewWhoAmI } from './authn/reviews.ts';
import { componentStatusReader } from './component-status.ts';
import { ServiceAccountTokens } from './authn/service-account-tokens.ts';
import { loadSigningKeys } from './authn/signing-keys.ts';
import { tokenRequestHandler } from './authn/token-request.ts';
import { aggregateRoles } from './authz/aggregation.ts';
import { Authorization } from './authz/authorization.ts';
import { certificateRequests } from './authz/certificate-requests.ts';
import { escalationCheck } from './authz/escalation.ts';
import type { Following } from './authz/follow.ts';
import { reviewLocalSubject, reviewRules, reviewSelf, reviewSubject } from './authz/reviews.ts';
import {
  type AdvertisedAddress,
  ensureApiService,
  ensureBootstrapObjects,
} from './bootstrap-objects.ts';
import type { Core, UserInfo } from './core/core.ts';
import { type ComposedCore, createCore } from './core/create-core.ts';
import { handlerKey, type VirtualHandler } from './core/handlers.ts';
import type { HealthCheck } from './health.ts';
import { Discovery } from './http/discovery/discovery.ts';
import { WatchBuffers } from './http/forms/watch-buffers.ts';
import { Front } from './http/front.ts';
import { OpenApiDocuments } from './http/openapi.ts';
import { RequestMetrics } from './http/request-metrics.ts';
import { type VersionInfo, versionInfo } from './http/version.ts';
import { inProcessVerbs } from './in-process.ts';
import { MetricsRegistry } from './metrics.ts';
import type { NodeConnector } from './node-connector.ts';
import { resourceMetrics } from './usage/resource-metrics.ts';

export interface ApiServerOptions {
  readonly backend: Backend;
  readonly kinds: readonly Kind[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Logger;
  /** CIDRs for Services, one per family, the first choice first. */
  readonly serviceRanges: readonly string[];
  readonly nodePorts?: { readonly first: number; readonly last: number } | undefined;
  /** Service addresses kept for `namespace/name` (`kube-system/kube-dns`). */
  readonly reservedAddresses?: Readonly<Record<string, string>> | undefined;
  /** PEM, PKCS #8; the first signs service-account tokens, all verify them. */
  readonly signingKeys: readonly string[];
  /** Also the default audience. */
  readonly issuer?: string | undefined;
  readonly staticTokens?: ReadonlyMap<string, UserInfo> | undefined;
  /** Default: true, as kube-apiserver with RBAC. */
  readonly anonymous?: boolean | undefined;
  /** Absent: no logs, exec or port-forward. */
  readonly connector?: NodeConnector | undefined;
  /** Descriptions for OpenAPI and `kubectl explain`. */
  readonly docs?: (() => Promise<Docs>) | undefined;
  readonly version?: Partial<VersionInfo> | undefined;
  readonly healthChecks?: readonly HealthCheck[] | undefined;
}

export interface ListenOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly keys: ServingKeys;
  /** Default: the listening address. It becomes the endpoint of Service `default/kubernetes`. */
  readonly advertise?: string | undefined;
}

export interface ApiServer {
  readonly core: Core;
  readonly metrics: MetricsRegistry;
  /** Resolves when the bootstrap objects exist and authorization knows them. */
  readonly ready: Promise<void>;
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** The same door without bytes, for loops in this process. */
  verbsFor(user: UserInfo): Verbs;
  listen(options: ListenOptions): Promise<HttpServer>;
  /** For custom resources: from now on these kinds are served. */
  replaceKinds(kinds: readonly Kind[]): void;
  /** Not ready any more, then closes listeners and watches. The backend stays open: it is the caller's. */
  close(graceMs?: number): Promise<void>;
}

export const defaultIssuer = 'https://kubernetes.default.svc.cluster.local';

export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const server = new ComposedServer(options, await loadSigningKeys(options.signingKeys));
  server.start();
  return server;
}

type SigningKeys = Awaited<ReturnType<typeof loadSigningKeys>>;

class ComposedServer implements ApiServer {
  readonly core: ComposedCore;
  readonly metrics = new MetricsRegistry();
  readonly #options: ApiServerOptions;
  readonly #authorization = new Authorization();
  readonly #authenticator: Authenticator;
  readonly #front: Front;
  readonly #ready = Promise.withResolvers<void>();
  readonly #listeners = new Set<HttpServer>();
  #followings: readonly Following[] = [];
  #kinds: KindLookup;
  #state: 'starting' | 'ready' | 'closing' = 'starting';
  #address = '';

  constructor(options: ApiServerOptions, keys: SigningKeys) {
    const { backend, clock, timers, random, issuer = defaultIssuer } = options;
    this.#options = options;
    this.#kinds = lookupOf(options.kinds);
    const kinds = () => this.#kinds;
    const admission = standardAdmission({
      ...options,
      servedKinds: () => this.#kinds.kinds,
      checks: [
        escalationCheck(this.#authorization),
        certificateRequests(this.#authorization, clock),
      ],
    });
    this.core = createCore({ backend, kinds: this.#kinds, clock, timers, random, admission });
    const audiences = [issuer];
    const tokens = new ServiceAccountTokens({
      keys,
      issuer,
      audiences,
      core: this.core,
      kinds,
      clock,
      random,
    });
    const { staticTokens, anonymous = true } = options;
    this.#authenticator = new Authenticator({ tokens, staticTokens, anonymous });
    this.core.addSubresource(
      handlerKey({ group: '', resource: 'serviceaccounts' }, 'token'),
      tokenRequestHandler(tokens, this.core, kinds),
    );
    for (const [name, handler] of reviews(this.#authorization, this.#authenticator)) {
      this.core.addVirtual(name, handler);
    }
    this.core.addReader(componentStatuses, componentStatusReader(this.core));
    const { connector } = options;
    for (const { kind, reader } of connector ? resourceMetrics(this.core, connector) : []) {
      this.core.addReader(kind, reader);
    }
    this.#front = this.#createFront(keys, issuer, kinds);
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** The indexes of authorization are fed before the first object is made, so they miss nothing. */
  start(): void {
    const { timers, log } = this.#options;
    const feed = this.#authorization.feed(this.core, timers, this.#kinds);
    this.#followings = [feed];
    const run = async () => {
      await feed.synced;
      await ensureBootstrapObjects(this.core, this.#kinds);
      const kind = this.#kinds.byKind('rbac.authorization.k8s.io', 'v1', 'ClusterRole');
      if (this.#state === 'closing') return;
      if (kind) {
        const aggregation = aggregateRoles(
          this.core,
          timers,
          log,
          kind as unknown as Kind<ClusterRole>,
        );
        this.#followings = [feed, aggregation];
        await aggregation.synced;
      }
      this.#state = 'ready';
    };
    run().then(this.#ready.resolve, this.#ready.reject);
    // Whoever waits for `ready` hears of a failure; nobody has to.
    this.#ready.promise.catch((error: unknown) =>
      log.error('start failed', { error: String(error) }),
    );
  }

  handle(request: HttpRequest): Promise<HttpResponse> {
    return this.#front.handle(request);
  }

  verbsFor(user: UserInfo): Verbs {
    const { log } = this.#options;
    return inProcessVerbs(
      {
        core: this.core,
        kinds: () => this.#kinds,
        authorizer: this.#authorization,
        warn: (sentence) =>
          log.debug('warning to an in-process client', { user: user.name, sentence }),
      },
      user,
    );
  }

  async listen({ host, port, keys, advertise }: ListenOptions): Promise<HttpServer> {
    const { timers, log } = this.#options;
    const handle = (request: HttpRequest) => this.handle(request);
    const listener = await listenHttps({ host, port, keys, handle, timers, log });
    this.#listeners.add(listener);
    const address: AdvertisedAddress = { address: advertise ?? listener.host, port: listener.port };
    this.#address = `${address.address}:${address.port}`;
    await this.ready;
    const [range = ''] = this.#options.serviceRanges;
    await ensureApiService(this.core, this.#kinds, apiServiceAddress(range), address);
    return listener;
  }

  replaceKinds(kinds: readonly Kind[]): void {
    this.#kinds = lookupOf(kinds);
  }

  async close(graceMs = 0): Promise<void> {
    this.#state = 'closing';
    await Promise.all([...this.#listeners].map((listener) => listener.close(graceMs)));
    for (const following of this.#followings) following.close();
  }

  #createFront(keys: SigningKeys, issuer: string, kinds: () => KindLookup): Front {
    const { clock, random, log, connector, docs } = this.#options;
    const version = versionInfo(this.#options.version);
    const release = version.gitVersion;
    this.metrics.gauge(
      'gantry_store_revision',
      'Last durable revision of the store.',
      () => this.#options.backend.revision,
    );
    return new Front({
      authenticator: this.#authenticator,
      authorizer: this.#authorization,
      resources: {
        core: this.core,
        kinds,
        connector,
        buffers: new WatchBuffers(),
        clock,
        random,
        log,
      },
      paths: {
        discovery: new Discovery(kinds, () => this.#address),
        openApi: new OpenApiDocuments({ kinds, release, docs }),
        health: this.#healthChecks(),
        metrics: this.metrics,
        version,
        issuer,
        keys,
      },
      metrics: new RequestMetrics(this.metrics),
      kinds,
      clock,
      log,
    });
  }

  #healthChecks(): readonly HealthCheck[] {
    return [
      { name: 'ping', tells: 'both', check: () => undefined },
      {
        name: 'poststarthook/rbac/bootstrap-roles',
        tells: 'ready',
        check: () => (this.#state === 'starting' ? 'not finished' : undefined),
      },
      {
        name: 'shutdown',
        tells: 'ready',
        check: () => (this.#state === 'closing' ? 'process is shutting down' : undefined),
      },
      ...(this.#options.healthChecks ?? []),
    ];
  }
}

function reviews(
  authorization: Authorization,
  authenticator: Authenticator,
): [string, VirtualHandler][] {
  const access = 'authorization.k8s.io';
  const identity = 'authentication.k8s.io';
  const answer =
    (review: (object: KubeObject, user: UserInfo) => unknown): VirtualHandler =>
    async ({ user }, object) =>
      (await review(object, user)) as KubeObject;
  return [
    [
      `${access}/subjectaccessreviews`,
      answer((object) => reviewSubject(authorization, object as SubjectAccessReview)),
    ],
    [
      `${access}/localsubjectaccessreviews`,
      answer((object) =>
        reviewLocalSubject(
          authorization,
          object as LocalSubjectAccessReview,
          object.metadata.namespace ?? '',
        ),
      ),
    ],
    [
      `${access}/selfsubjectaccessreviews`,
      answer((object, user) => reviewSelf(authorization, user, object as SelfSubjectAccessReview)),
    ],
    [
      `${access}/selfsubjectrulesreviews`,
      answer((object, user) => reviewRules(authorization, user, object as SelfSubjectRulesReview)),
    ],
    [
      `${identity}/tokenreviews`,
      answer((object) => reviewToken(authenticator, object as TokenReview)),
    ],
    [
      `${identity}/selfsubjectreviews`,
      answer((object, user) => reviewWhoAmI(user, object as SelfSubjectReview)),
    ],
  ];
}
