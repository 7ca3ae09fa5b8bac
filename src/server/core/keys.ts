/**
 * Where objects lie in the store: `/<group or core>/<resource>[/<namespace>]/<name>`. A prefix ends
 * with a slash, so that one resource or namespace never shows in another whose name begins alike.
 */
import type { Kind } from '#api/kind.ts';
import { rememberedOf } from '#base/remembered.ts';

/** The group, version and form under which a kind is stored: its own, or another kind's. */
function storageOf(kind: Kind): { group: string; resource: string } {
  return kind.storedAs ?? kind;
}

/** Made once for each kind: every request needs some. */
const prefixOfAll = rememberedOf((kind: Kind) => {
  const { group, resource } = storageOf(kind);
  return `/${group === '' ? 'core' : group}/${resource}/`;
});

export function prefixOf(kind: Kind, namespace?: string): string {
  const all = prefixOfAll(kind);
  return namespace === undefined || namespace === '' ? all : `${all}${namespace}/`;
}

export function keyFor(kind: Kind, namespace: string | undefined, name: string): string {
  return prefixOf(kind, kind.namespaced ? namespace : undefined) + name;
}

/** The first key after all keys with this prefix; `0` follows `/`. */
export function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}

/** The key right after this one. */
export function after(key: string): string {
  return `${key}\u0000`;
}

/** The namespace in a key of a namespaced kind; the prefix is the kind's. */
export function namespaceIn(key: string, prefix: string): string {
  return key.slice(prefix.length, key.indexOf('/', prefix.length));
}
