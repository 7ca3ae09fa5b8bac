/**
 * What a registry says of a repository: its tags, or why it does not tell them; asked with each login
 * that there is, and without one where there is none. Source: the OCI distribution specification,
 * "Listing Tags"; token authentication as Docker Hub asks for it.
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
  /** To be tried in this order, until one is let in. */
  readonly logins?: readonly RegistryLogin[];
}

/** As pull secrets hold them. */
export interface RegistryLogin {
  readonly username?: string;
  readonly password?: string;
  /** Buys a token. */
  readonly identityToken?: string;
  /** Is one. */
  readonly registryToken?: string;
}

const timeoutMs = 4_000;
const tagsMax = 100;

export async function askRepository(question: RepositoryQuestion): Promise<RepositoryAnswer> {
  const { logins = [] } = question;
  let answer: RepositoryAnswer = { type: 'denied' };
  for (const login of logins.length > 0 ? logins : [undefined]) {
    answer = await askAs(question, login);
    if (answer.type !== 'denied') break;
  }
  return answer;
}

async function askAs(
  question: RepositoryQuestion,
  login: RegistryLogin | undefined,
): Promise<RepositoryAnswer> {
  const host = question.registry === 'docker.io' ? 'registry-1.docker.io' : question.registry;
  const baseUrl = `${question.plain ? 'http' : 'https'}://${host}`;
  const path = `/v2/${question.repository}/tags/list?n=${tagsMax}`;
  try {
    const first = await get(baseUrl, path);
    const authorization =
      first.status === 401 ? await answerTo(first.header('www-authenticate'), login) : undefined;
    const answer = authorization === undefined ? first : await get(baseUrl, path, authorization);
    if (answer.status === 404) return { type: 'unknown' };
    if (answer.status === 401 || answer.status === 403) return { type: 'denied' };
    if (answer.status !== 200) return { type: 'unreachable' };
    const { tags } = answer.json() as { tags?: unknown };
    const list: readonly unknown[] = Array.isArray(tags) ? tags : [];
    return { type: 'tags', tags: list.filter((tag) => typeof tag === 'string') };
  } catch {
    return { type: 'unreachable' };
  }
}

async function get(baseUrl: string, path: string, authorization?: string) {
  const http = new HttpClient({ baseUrl, timeoutMs });
  try {
    const headers = authorization === undefined ? {} : { authorization };
    return await http.request({ method: 'GET', path, headers });
  } finally {
    http.close();
  }
}

/** The `Authorization` that a challenge asks for; undefined: there is none to give. */
async function answerTo(
  challenge: string | undefined,
  login: RegistryLogin | undefined,
): Promise<string | undefined> {
  if (login?.registryToken) return `Bearer ${login.registryToken}`;
  if (/^basic /i.test(challenge ?? '')) return basic(login);
  const token = await tokenFor(challenge, login);
  return token === undefined ? undefined : `Bearer ${token}`;
}

function basic({ username, password }: RegistryLogin = {}): string | undefined {
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Where the registry sends for one, for anybody without a login: `Bearer realm="…",service="…",scope="…"`. */
async function tokenFor(
  challenge: string | undefined,
  login: RegistryLogin | undefined,
): Promise<string | undefined> {
  if (!challenge?.startsWith('Bearer ')) return undefined;
  const parts = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const realm = parts.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const asked = new URLSearchParams();
  for (const key of ['service', 'scope']) {
    const value = parts.get(key);
    if (value !== undefined) asked.set(key, value);
  }
  const answer = await askForToken(new URL(realm), asked, login);
  if (answer.status !== 200) return undefined;
  const { token, access_token: other } = answer.json() as { token?: string; access_token?: string };
  return token ?? other;
}

async function askForToken(realm: URL, asked: URLSearchParams, login: RegistryLogin | undefined) {
  if (login?.identityToken === undefined) {
    for (const [key, value] of asked) realm.searchParams.set(key, value);
    return get(realm.origin, `${realm.pathname}${realm.search}`, basic(login));
  }
  asked.set('grant_type', 'refresh_token');
  asked.set('refresh_token', login.identityToken);
  asked.set('client_id', 'gantry');
  const http = new HttpClient({ baseUrl: realm.origin, timeoutMs });
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const path = `${realm.pathname}${realm.search}`;
    return await http.request({ method: 'POST', path, headers, body: asked.toString() });
  } finally {
    http.close();
  }
}
