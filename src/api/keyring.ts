/**
 * Registry credentials from pull secrets, matched to images. Source: Kubernetes, "Pull an Image from
 * a Private Registry" and "Interpretation of config.json".
 */
import { textOfBase64 } from './base64-text.ts';
import { parseImageName } from './image-name.ts';
import type { Secret } from './types.ts';

export interface RegistryCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

interface AuthEntry {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

export interface KeyringEntry {
  /** `registry.example.com:5000`, its labels may be `*`. */
  readonly host: string;
  /** `/team/app`, or empty. */
  readonly path: string;
  readonly credentials: RegistryCredentials;
}

/** Secrets of other types, and those that cannot be read, give nothing. */
export function keyringOf(secrets: readonly Secret[]): KeyringEntry[] {
  return secrets.flatMap((secret) => {
    const modern = parse(secret.data?.['.dockerconfigjson']) as { auths?: unknown } | undefined;
    const auths = modern?.auths ?? parse(secret.data?.['.dockercfg']);
    if (auths === null || typeof auths !== 'object') return [];
    return Object.entries(auths as Record<string, AuthEntry>).flatMap(([place, entry]) => {
      const credentials = credentialsOf(entry);
      return credentials ? [{ ...placeOf(place), credentials }] : [];
    });
  });
}

/** The most specific first, to be tried in this order. */
export function credentialsFor(
  image: string,
  keyring: readonly KeyringEntry[],
): RegistryCredentials[] {
  const name = parseImageName(image);
  if (!name) return [];
  const path = `/${name.repository}`;
  return keyring
    .filter((entry) => hostMatches(entry.host, name.registry) && pathMatches(entry.path, path))
    .sort((a, b) => b.path.length - a.path.length)
    .map(({ credentials }) => credentials);
}

function parse(base64: string | undefined): unknown {
  if (base64 === undefined) return undefined;
  try {
    return JSON.parse(textOfBase64(base64) ?? '');
  } catch {
    return undefined;
  }
}

function credentialsOf(entry: AuthEntry | null): RegistryCredentials | undefined {
  const { auth, username, password, identitytoken, registrytoken } = entry ?? {};
  if (identitytoken) return { identityToken: identitytoken };
  if (registrytoken) return { registryToken: registrytoken };
  if (username !== undefined && password !== undefined) return { username, password };
  if (!auth) return undefined;
  const text = textOfBase64(auth);
  if (text === undefined) return undefined;
  const colon = text.indexOf(':');
  return colon < 0
    ? undefined
    : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

/** `https://index.docker.io/v1/` is how docker writes its own hub. */
function placeOf(text: string): { host: string; path: string } {
  const bare = text.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const slash = bare.indexOf('/');
  const host = slash < 0 ? bare : bare.slice(0, slash);
  const path = slash < 0 ? '' : bare.slice(slash);
  const isHub = host === 'index.docker.io' || host === 'docker.io' || host.endsWith('.docker.io');
  const version = path === '/v1' || path === '/v2';
  return { host: isHub ? 'docker.io' : host, path: version ? '' : path };
}

/** Label by label; a `*` stands for characters within one label. The port must be the same. */
function hostMatches(pattern: string, host: string): boolean {
  const [patternName = '', patternPort] = pattern.split(':');
  const [name = '', port] = host.split(':');
  if (patternPort !== port) return false;
  const labels = name.split('.');
  const patterns = patternName.split('.');
  return (
    labels.length === patterns.length &&
    patterns.every((one, index) => labelMatches(one, labels[index] ?? ''))
  );
}

function labelMatches(pattern: string, label: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(label);
}

function pathMatches(prefix: string, path: string): boolean {
  return prefix === '' || path === prefix || path.startsWith(`${prefix}/`);
}
