/** Who asks: a verified client certificate, a bearer token, or nobody in particular. */
import { StatusError } from '#base/status-error.ts';
import type { HttpRequest } from '#wire/http/message.ts';
import type { UserInfo } from '../core/core.ts';
import { type ServiceAccountTokens, TokenRefusedError } from './service-account-tokens.ts';

export interface AuthenticatorDeps {
  readonly tokens: ServiceAccountTokens;
  /** Bearer tokens that composition gives to parts it starts and to joining nodes. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo> | undefined;
  /** Whether those without credentials are let in as `system:anonymous`. */
  readonly anonymous: boolean;
}

const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const webSocketPrefix = 'base64url.bearer.authorization.k8s.io.';

export class Authenticator {
  readonly #deps: AuthenticatorDeps;

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
  }

  /** Rejects with `Unauthorized` when credentials were shown and none of them holds. */
  async authenticate(request: HttpRequest): Promise<UserInfo> {
    const { certificate, certificateError } = request.peer;
    if (certificate) {
      return {
        name: certificate.commonName,
        groups: withAuthenticated(certificate.organizations),
        extra: {
          'authentication.kubernetes.io/credential-id': [`X509SN=${certificate.serialNumber}`],
        },
      };
    }
    const token = bearerOf(request);
    if (token !== undefined) return this.#byToken(token);
    if (certificateError !== undefined || !this.#deps.anonymous)
      throw unauthorized(certificateError);
    return anonymous;
  }

  /** The user of a token, for TokenReview too. Rejects with `TokenRefusedError`. */
  async authenticateToken(
    token: string,
    audiences: readonly string[] = this.#deps.tokens.audiences,
  ) {
    const known = this.#deps.staticTokens?.get(token);
    if (!known) return this.#deps.tokens.verify(token, audiences);
    const user = { ...known, groups: withAuthenticated(known.groups) };
    return {
      user,
      audiences: audiences.filter((each) => this.#deps.tokens.audiences.includes(each)),
    };
  }

  async #byToken(token: string): Promise<UserInfo> {
    try {
      return (await this.authenticateToken(token)).user;
    } catch (error) {
      if (error instanceof TokenRefusedError) throw unauthorized(error);
      throw error;
    }
  }
}

/** The reason goes to the log at most: a stranger learns nothing from it. */
function unauthorized(cause: unknown): StatusError {
  return new StatusError('Unauthorized', 'Unauthorized', undefined, { cause });
}

function withAuthenticated(groups: readonly string[]): readonly string[] {
  return groups.includes('system:authenticated') ? groups : [...groups, 'system:authenticated'];
}

function bearerOf(request: HttpRequest): string | undefined {
  const header = request.header('authorization')?.trim() ?? '';
  const match = /^bearer\s+(\S+)$/i.exec(header);
  if (match) return match[1];
  // Browsers cannot set headers on a WebSocket: the token travels among the sub-protocols.
  if (request.upgrade?.toLowerCase() !== 'websocket') return undefined;
  const protocols = request
    .headerValues('sec-websocket-protocol')
    .flatMap((each) => each.split(','));
  const carried = protocols
    .map((each) => each.trim())
    .find((each) => each.startsWith(webSocketPrefix));
  return carried === undefined ? undefined : decodeBase64Url(carried.slice(webSocketPrefix.length));
}

function decodeBase64Url(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw unauthorized('the WebSocket bearer token is not base64url');
  }
}
