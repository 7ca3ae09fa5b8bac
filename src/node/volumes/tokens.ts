/**
 * Service account tokens for pods (TokenRequest, authentication.k8s.io/v1), bound to the pod, made
 * anew when four fifths of their life are over.
 */
import { parseTime } from '#api/time.ts';
import type { Pod, ServiceAccountTokenProjection, TokenRequest } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock } from '#base/clock.ts';

const defaultSeconds = 3600;

interface Token {
  readonly text: string;
  readonly renewAtMs: number;
}

export class Tokens {
  readonly #verbs: Verbs;
  readonly #clock: Clock;
  /** Pod uid → what was asked for → token. */
  readonly #known = new Map<string, Map<string, Token>>();

  constructor(verbs: Verbs, clock: Clock) {
    this.#verbs = verbs;
    this.#clock = clock;
  }

  async get(pod: Pod, projection: ServiceAccountTokenProjection): Promise<string> {
    const uid = pod.metadata.uid ?? '';
    const { audience = '', expirationSeconds = defaultSeconds } = projection;
    const key = `${audience} ${expirationSeconds}`;
    const known = this.#known.get(uid)?.get(key);
    if (known && known.renewAtMs > this.#clock.now()) return known.text;
    const asked = this.#clock.now();
    const answer = await this.#request(pod, audience, expirationSeconds);
    const expires = parseTime(answer.status?.expirationTimestamp);
    const token = {
      text: answer.status?.token ?? '',
      renewAtMs: asked + (expires - asked) * 0.8,
    };
    const ofPod = this.#known.get(uid) ?? new Map<string, Token>();
    this.#known.set(uid, ofPod.set(key, token));
    return token.text;
  }

  /** When the first token of the pod wants renewal; undefined when it has none. */
  renewalOf(uid: string): number | undefined {
    const times = [...(this.#known.get(uid)?.values() ?? [])].map(({ renewAtMs }) => renewAtMs);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  forget(uid: string): void {
    this.#known.delete(uid);
  }

  async #request(pod: Pod, audience: string, expirationSeconds: number): Promise<TokenRequest> {
    const { name, namespace, uid } = pod.metadata;
    const request: TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: { name: pod.spec?.serviceAccountName ?? 'default' },
      spec: {
        audiences: audience ? [audience] : [],
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const answer = await this.#verbs.create(
      {
        group: '',
        version: 'v1',
        resource: 'serviceaccounts',
        namespace,
        name: pod.spec?.serviceAccountName ?? 'default',
        subresource: 'token',
      },
      request,
    );
    return answer as TokenRequest;
  }
}
