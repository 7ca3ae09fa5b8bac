/**
 * Bound service-account tokens (KEP-1205): JWTs that hold only while the account, and the object
 * they are bound to, exist under the same uid. Whoever can verify a token elsewhere by its key still
 * has to ask TokenReview about that.
 */
import type { KindLookup } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { isStatusError } from '#base/status-error.ts';
import { serverContext } from '../authz/follow.ts';
import type { Core, UserInfo } from '../core/core.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface BoundReference {
  readonly name: string;
  readonly uid: string;
}

/** The claim `kubernetes.io`. */
export interface KubernetesClaims {
  readonly namespace: string;
  readonly serviceaccount: BoundReference;
  readonly pod?: BoundReference | undefined;
  readonly secret?: BoundReference | undefined;
  readonly node?: BoundReference | undefined;
}

interface Claims {
  readonly iss: string;
  readonly aud: readonly string[] | string;
  readonly sub: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti?: string;
  readonly 'kubernetes.io': KubernetesClaims;
}

export interface ServiceAccountTokensDeps {
  readonly keys: SigningKeys;
  readonly issuer: string;
  /** What a token must be for to open our own door; also the default of a TokenRequest. */
  readonly audiences: readonly string[];
  readonly core: Pick<Core, 'get'>;
  readonly kinds: () => KindLookup;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Verified {
  readonly user: UserInfo;
  /** Those asked for that the token is for. */
  readonly audiences: readonly string[];
}

/** Why a token does not hold, for the log and TokenReview. Never shown to its bearer. */
export class TokenRefusedError extends Error {
  override readonly name = 'TokenRefusedError';
}

/** Signatures that were checked lately; what may change is looked at every time. */
const rememberedTokens = 4096;
/** Clocks of other machines may be ahead. */
const leewaySeconds = 10;

export class ServiceAccountTokens {
  readonly #deps: ServiceAccountTokensDeps;
  readonly #remembered = new Map<string, Claims>();

  constructor(deps: ServiceAccountTokensDeps) {
    this.#deps = deps;
  }

  get audiences(): readonly string[] {
    return this.#deps.audiences;
  }

  async issue(
    bound: KubernetesClaims,
    audiences: readonly string[],
    lifeSeconds: number,
  ): Promise<{ token: string; expiresAtSeconds: number }> {
    const now = Math.floor(this.#deps.clock.now() / 1000);
    const claims: Claims = {
      aud: audiences,
      exp: now + lifeSeconds,
      iat: now,
      iss: this.#deps.issuer,
      jti: this.#deps.random.uuid(),
      'kubernetes.io': bound,
      nbf: now,
      sub: `system:serviceaccount:${bound.namespace}:${bound.serviceaccount.name}`,
    };
    return { token: await this.#deps.keys.sign(claims), expiresAtSeconds: claims.exp };
  }

  /** Rejects with `TokenRefusedError`. */
  async verify(token: string, wanted: readonly string[] = this.#deps.audiences): Promise<Verified> {
    const claims = await this.#claimsOf(token);
    const now = Math.floor(this.#deps.clock.now() / 1000);
    if (claims.iss !== this.#deps.issuer) refuse('the token has another issuer');
    if (now > claims.exp + leewaySeconds) refuse('service account token has expired');
    if (now + leewaySeconds < claims.nbf) refuse('service account token is not valid yet');
    const own = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
    const audiences = wanted.filter((audience) => own.includes(audience));
    if (audiences.length === 0) {
      refuse(
        `token audiences ${JSON.stringify(own)} is invalid for the target audiences ${JSON.stringify(wanted)}`,
      );
    }
    await this.#mustExist(claims['kubernetes.io']);
    return { user: userOf(claims), audiences };
  }

  async #claimsOf(token: string): Promise<Claims> {
    const known = this.#remembered.get(token);
    if (known) return known;
    let payload: unknown;
    try {
      payload = await this.#deps.keys.verify(token);
    } catch (cause) {
      throw new TokenRefusedError('invalid bearer token', { cause });
    }
    if (!isClaims(payload)) throw new TokenRefusedError('the token lacks claims');
    if (this.#remembered.size >= rememberedTokens) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#remembered.set(token, payload);
    return payload;
  }

  async #mustExist(claims: KubernetesClaims): Promise<void> {
    const { namespace, serviceaccount, pod, secret, node } = claims;
    await this.#same('ServiceAccount', namespace, serviceaccount);
    if (pod) await this.#same('Pod', namespace, pod);
    if (secret) await this.#same('Secret', namespace, secret);
    // Beside a pod the node is only information: a pod outlives its Node object for a while.
    if (node && !pod) await this.#same('Node', undefined, node);
  }

  async #same(
    kindName: string,
    namespace: string | undefined,
    wanted: BoundReference,
  ): Promise<void> {
    const kind = this.#deps.kinds().byKind('', 'v1', kindName);
    if (!kind) return refuse(`the kind ${kindName} is not served`);
    let object: KubeObject;
    try {
      ({ object } = await this.#deps.core.get(serverContext, {
        kind,
        namespace,
        name: wanted.name,
      }));
    } catch (error) {
      if (!isStatusError(error, 'NotFound')) throw error;
      return refuse(`${kind.resource} "${wanted.name}" not found`);
    }
    if (object.metadata.uid !== wanted.uid)
      refuse(
        `the ${kindName} UID (${object.metadata.uid}) does not match the claim (${wanted.uid})`,
      );
    if (kindName === 'ServiceAccount' && object.metadata.deletionTimestamp) {
      refuse('service account has been deleted');
    }
  }
}

function refuse(why: string): void {
  throw new TokenRefusedError(why);
}

function isClaims(value: unknown): value is Claims {
  if (typeof value !== 'object' || value === null) return false;
  const claims = value as Partial<Claims>;
  const bound = claims['kubernetes.io'];
  return (
    typeof claims.iss === 'string' &&
    typeof claims.exp === 'number' &&
    typeof claims.nbf === 'number' &&
    (typeof claims.aud === 'string' || Array.isArray(claims.aud)) &&
    typeof bound?.namespace === 'string' &&
    typeof bound.serviceaccount?.name === 'string' &&
    typeof bound.serviceaccount.uid === 'string'
  );
}

export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

function userOf(claims: Claims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
  const extra: Record<string, readonly string[]> = {};
  const add = (name: string, value: string | undefined) => {
    if (value) extra[`authentication.kubernetes.io/${name}`] = [value];
  };
  add('credential-id', claims.jti && `JTI=${claims.jti}`);
  add('node-name', node?.name);
  add('node-uid', node?.uid);
  add('pod-name', pod?.name);
  add('pod-uid', pod?.uid);
  return {
    name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
    uid: serviceaccount.uid,
    groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
    extra,
  };
}
