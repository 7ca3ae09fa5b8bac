/**
 * The front door: who asks, may they, what do they mean, and every failure as a Status. It knows
 * requests as values; how they travelled is the business of `wire`.
 */
import type { KindLookup } from '#api/lookup.ts';
import type { Clock } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import type { Logger } from '#base/log.ts';
import { StatusError } from '#base/status-error.ts';
import type { HttpRequest, HttpResponse } from '#wire/http/message.ts';
import type { Authenticator } from '../authn/authenticator.ts';
import { impersonate } from '../authn/impersonation.ts';
import { refusal } from '../authz/forbidden.ts';
import type { AuthorizationQuestion, Authorizer, Target, UserInfo } from '../core/core.ts';
import type { ResourceDeps } from './exchange.ts';
import { type PathDeps, servePath } from './paths.ts';
import type { RequestLabels, RequestMetrics } from './request-metrics.ts';
import { serveResource } from './resources.ts';
import {
  isTrue,
  parseRoute,
  type RequestVerb,
  type ResourceRoute,
  type Route,
  selectedName,
  verbOf,
} from './route.ts';
import { asStatusError, statusResponse } from './status.ts';

export interface FrontDeps {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly resources: ResourceDeps;
  readonly paths: PathDeps;
  readonly metrics: RequestMetrics;
  readonly kinds: () => KindLookup;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A request as far as it can be read without knowing which kinds there are. */
interface Asked {
  readonly route: Route;
  readonly verb: string;
  readonly longRunning: boolean;
  readonly labels: RequestLabels;
}

const masters = 'system:masters';

export class Front {
  readonly #deps: FrontDeps;

  constructor(deps: FrontDeps) {
    this.#deps = deps;
  }

  /** Never rejects. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
    const { clock, metrics, log } = this.#deps;
    const started = clock.monotonic();
    let asked: Asked | undefined;
    let response: HttpResponse;
    metrics.began();
    try {
      asked = readRequest(request);
      response = await this.#answer(request, asked);
    } catch (error) {
      response = statusResponse(
        asStatusError(error, log.with({ path: request.path, verb: request.method })),
      );
    } finally {
      metrics.ended();
    }
    return this.#measured(response, asked?.labels ?? unknownLabels, started);
  }

  async #answer(request: HttpRequest, asked: Asked): Promise<HttpResponse> {
    const actual = await this.#deps.authenticator.authenticate(request);
    this.#mustHaveRoom(asked, actual);
    const user = impersonate(actual, request, this.#deps.authorizer);
    const question = questionOf(user, asked, request);
    this.#mustBeAllowed(question);
    const { route } = asked;
    // A WebSocket can only begin with GET; reading rights alone must open no shell (KEP-4006).
    if (route.type === 'resource' && isPodStream(route) && asked.verb === 'get') {
      this.#mustBeAllowed({ ...question, verb: 'create' });
    }
    if (route.type === 'path') return servePath(this.#deps.paths, route.segments, request);
    const verb = verbOf(request.method, route, request.query);
    if (!verb) throw methodNotAllowed(route);
    const target = this.#target(route, verb);
    const warnings: string[] = [];
    const context = { user, warn: (sentence: string) => void warnings.push(sentence) };
    return serveResource(this.#deps.resources, { request, context, target, verb, warnings });
  }

  #mustBeAllowed(question: AuthorizationQuestion): void {
    const { allowed, reason } = this.#deps.authorizer.authorize(question);
    if (!allowed) throw refusal(question, reason);
  }

  /** Watches and streams cost little while they last; a flood of the rest must not starve the store. */
  #mustHaveRoom({ longRunning, route }: Asked, user: UserInfo): void {
    if (this.#deps.metrics.inFlight <= limits.requestsInFlight) return;
    if (longRunning || route.type === 'path' || user.groups.includes(masters)) return;
    throw new StatusError('TooManyRequests', 'too many requests, please try again later.', {
      retryAfterSeconds: 1,
    });
  }

  #target(route: ResourceRoute, verb: RequestVerb): Target {
    const { group, version, resource, name, subresource } = route;
    mustBeSegment('Name', name);
    mustBeSegment('Namespace', route.namespace);
    const kind = this.#deps.kinds().byResource(group, version, resource);
    if (!kind) throw notServed();
    const namespace = kind.namespaced ? route.namespace : undefined;
    const misplaced =
      !kind.namespaced && route.namespace !== undefined && resource !== 'namespaces';
    if (misplaced) throw notServed();
    if (kind.namespaced && namespace === undefined) {
      if (name !== undefined) throw notServed();
      if (verb !== 'list' && verb !== 'watch') throw methodNotAllowed(route);
    }
    if (name !== undefined && verb === 'create' && subresource === undefined)
      throw methodNotAllowed(route);
    if (name === undefined && (verb === 'update' || verb === 'patch'))
      throw methodNotAllowed(route);
    return { kind, namespace, name, subresource };
  }

  #measured(response: HttpResponse, labels: RequestLabels, started: number): HttpResponse {
    const { metrics, clock } = this.#deps;
    if (response.type === 'bytes') {
      metrics.answered(labels, response.status, (clock.monotonic() - started) / 1000);
      return response;
    }
    if (response.type === 'tunnel') {
      metrics.answered(labels, 101, undefined);
      return response;
    }
    if (response.type === 'forward') {
      return { ...response, answered: (status) => metrics.answered(labels, status, undefined) };
    }
    metrics.answered(labels, response.status, undefined);
    return {
      ...response,
      open: (stream) => {
        stream.onClose(metrics.opened(labels));
        response.open(stream);
      },
    };
  }
}

function readRequest(request: HttpRequest): Asked {
  const route = parseRoute(request.path);
  if (route.type === 'path') {
    return {
      route,
      verb: request.method.toLowerCase(),
      longRunning: false,
      labels: { ...unknownLabels, verb: request.method, subresource: route.segments[0] ?? '' },
    };
  }
  const verb = verbOf(request.method, route, request.query) ?? request.method.toLowerCase();
  const { group, version, resource, subresource = '' } = route;
  const longRunning =
    verb === 'watch' ||
    isPodStream(route) ||
    subresource === 'proxy' ||
    (subresource === 'log' && isTrue(request.query.get('follow')));
  const labels = { verb: verb.toUpperCase(), group, version, resource, subresource };
  return { route, verb, longRunning, labels };
}

/** A decoded slash would reach into somebody else's keys. */
function mustBeSegment(what: string, text: string | undefined): void {
  const problem =
    text === '.' || text === '..'
      ? `may not be '${text}'`
      : text?.includes('/')
        ? "may not contain '/'"
        : text?.includes('%')
          ? "may not contain '%'"
          : undefined;
  if (problem === undefined) return;
  throw new StatusError(
    'BadRequest',
    `${what} parameter invalid: ${JSON.stringify(text)}: ${problem}`,
  );
}

const podStreams: readonly (string | undefined)[] = ['exec', 'attach', 'portforward'];

function isPodStream({ group, resource, subresource }: ResourceRoute): boolean {
  return group === '' && resource === 'pods' && podStreams.includes(subresource);
}

const unknownLabels: RequestLabels = {
  verb: '',
  group: '',
  version: '',
  resource: '',
  subresource: '',
};

function questionOf(
  user: UserInfo,
  { route, verb }: Asked,
  request: HttpRequest,
): AuthorizationQuestion {
  if (route.type === 'path') return { user, verb, path: request.path };
  const { group, resource, subresource, namespace } = route;
  const selects = verb === 'list' || verb === 'watch';
  return {
    user,
    verb,
    resource: {
      group,
      resource,
      subresource,
      namespace,
      name: route.name ?? (selects ? selectedName(request.query) : undefined),
      fieldSelector: selects ? (request.query.get('fieldSelector') ?? undefined) : undefined,
    },
  };
}

function notServed(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource', {});
}

function methodNotAllowed({ group, resource }: ResourceRoute): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError('MethodNotAllowed', message, { group, kind: resource });
}
