/**
 * What a registry says of a repository, asked without credentials: its tags, or why it does not tell
 * them. Source: the OCI distribution specification, "Listing Tags"; token authentication as Docker
 * Hub asks for it.
 */
import { HttpClient } from '../http/client.ts';

export type RepositoryAnswer =
  | { readonly type: 'tags'; readonly tags: readonly string[] }
  | { readonly type: 'unknown' }
  | { readonly type: 'denied' }
  | { readonly type: 'unreachable' };

export interface RepositoryQuestion {
  /** `docker.io`, `localhost:5000`. */
  readonly registry: string;
  readonly repository: string;
  /** It speaks plain HTTP. */
  readonly plain: boolean;
}

const timeoutMs = 4_000;
const tagsMax = 100;

export async function askRepository(question: RepositoryQuestion): Promise<RepositoryAnswer> {
  const host = question.registry === 'docker.io' ? 'registry-1.docker.io' : question.registry;
  const baseUrl = `${question.plain ? 'http' : 'https'}://${host}`;
  const path = `/v2/${question.repository}/tags/list?n=${tagsMax}`;
  try {
    const first = await get(baseUrl, path);
    const token =
      first.status === 401 ? await anonymousToken(first.header('www-authenticate')) : undefined;
    const answer = token === undefined ? first : await get(baseUrl, path, token);
    if (answer.status === 404) return { type: 'unknown' };
    if (answer.status === 401 || answer.status === 403) return { type: 'denied' };
    if (answer.status !== 200) return { type: 'unreachable' };
    const { tags } = answer.json() as { tags?: readonly string[] | null };
    return { type: 'tags', tags: tags ?? [] };
  } catch {
    return { type: 'unreachable' };
  }
}

async function get(baseUrl: string, path: string, token?: string) {
  const http = new HttpClient({ baseUrl, timeoutMs, token: () => token });
  try {
    return await http.request({ method: 'GET', path });
  } finally {
    http.close();
  }
}

/** For anybody, where the registry gives such: `Bearer realm="…",service="…",scope="…"`. */
async function anonymousToken(challenge: string | undefined): Promise<string | undefined> {
  if (!challenge?.startsWith('Bearer ')) return undefined;
  const parts = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const realm = parts.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  for (const key of ['service', 'scope']) {
    const value = parts.get(key);
    if (value !== undefined) url.searchParams.set(key, value);
  }
  const answer = await get(url.origin, `${url.pathname}${url.search}`);
  if (answer.status !== 200) return undefined;
  const { token, access_token: other } = answer.json() as { token?: string; access_token?: string };
  return token ?? other;
}
