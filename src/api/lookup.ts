/**
 * Finds kinds in a list of them: built-in ones, or those that custom resources add at run time.
 * Built once per list; a changed list makes a new lookup.
 */
import { apiVersionOf, type Kind } from './kind.ts';

export interface KindLookup {
  readonly kinds: readonly Kind[];
  /** By the plural of a URL: `('apps', 'v1', 'deployments')`. */
  byResource(group: string, version: string, resource: string): Kind | undefined;
  /** By the words of an object: `('apps', 'v1', 'Deployment')`. */
  byKind(group: string, version: string, kind: string): Kind | undefined;
  /** By `apiVersion` and `kind` as an object carries them. */
  byObject(object: {
    apiVersion?: string | undefined;
    kind?: string | undefined;
  }): Kind | undefined;
  /** By what a person types: plural, singular, short name or kind, in any case; the first listed wins. */
  byShortName(name: string): Kind | undefined;
}

/** `apps/v1` → `apps`, `v1`; `v1` → the core group. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function lookupOf(kinds: readonly Kind[]): KindLookup {
  const resources = new Map<string, Kind>();
  const names = new Map<string, Kind>();
  const words = new Map<string, Kind>();
  for (const kind of kinds) {
    resources.set(`${apiVersionOf(kind)}/${kind.resource}`, kind);
    names.set(`${apiVersionOf(kind)}/${kind.kind}`, kind);
    for (const word of wordsFor(kind)) if (!words.has(word)) words.set(word, kind);
  }
  const at = (map: Map<string, Kind>, group: string, version: string, last: string) =>
    map.get(`${apiVersionOf({ group, version })}/${last}`);
  return {
    kinds,
    byResource: (group, version, resource) => at(resources, group, version, resource),
    byKind: (group, version, kind) => at(names, group, version, kind),
    byObject: ({ apiVersion = '', kind = '' }) => names.get(`${apiVersion}/${kind}`),
    byShortName: (name) => words.get(name.toLowerCase()),
  };
}

function wordsFor(kind: Kind): string[] {
  const { resource, singular, shortNames = [] } = kind;
  const plain = [resource, singular, kind.kind.toLowerCase(), ...shortNames];
  const { group } = kind;
  return group === '' ? plain : [...plain, `${resource}.${group}`, `${singular}.${group}`];
}
