// The TypeScript name of each type: Kubernetes' own, with the package in front only where two would clash.
import type { ApiType } from './generate-api-resolve.ts';

/** Where two packages use one name, the earlier gets it plain. */
const precedence = [
  'meta',
  'core',
  'apps',
  'batch',
  'autoscaling.v2',
  'networking',
  'discovery',
  'rbac',
  'authentication',
];

/** Where that order would give the name to the one that is rarely meant. */
const preferred: Readonly<Record<string, string>> = {
  EndpointPort: 'discovery.v1.EndpointPort',
  ResourceClaim: 'resource.v1.ResourceClaim',
};

export function nameTypes(types: readonly ApiType[]): Map<string, string> {
  const byName = Map.groupBy(types, (type) => lastWord(type.id));
  const names = new Map<string, string>();
  for (const [name, sameName] of byName) {
    const plain =
      preferred[name] ?? sameName.map((type) => type.id).sort((a, b) => rank(a) - rank(b))[0];
    for (const { id } of sameName) names.set(id, id === plain ? name : prefixed(id));
  }
  return names;
}

function lastWord(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

function rank(id: string): number {
  const found = precedence.findIndex((start) => id.startsWith(`${start}.`));
  return found < 0 ? precedence.length : found;
}

function prefixed(id: string): string {
  return id
    .split('.')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
