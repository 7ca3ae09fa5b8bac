/** Why an object that is being deleted is still there. */
import type { KubeObject } from '../object.ts';
import type { Namespace } from '../types.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf, under, wordFor } from './finding.ts';
import { listOf } from './words.ts';

/** Their program is part of Kubernetes and works by itself. */
const usual: ReadonlySet<string> = new Set(['foregroundDeletion', 'orphan', 'kubernetes']);

export function deletionFindings(object: KubeObject): Finding[] {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined) return [];
  return finalizers
    .filter((finalizer) => !usual.has(finalizer))
    .map((finalizer) =>
      finding('deletion-waits', nameOf(object), { what: wordFor(nameOf(object)), finalizer }),
    );
}

export function namespaceFindings(namespace: Namespace, facts: Facts): Finding[] {
  if (namespace.metadata.deletionTimestamp === undefined) return [];
  const own = deletionFindings(namespace);
  const content = facts.content(namespace.metadata.name ?? '');
  const waiting = under(nameOf(namespace), content.flatMap(deletionFindings));
  if (content.length === 0) return own;
  const objects = listOf(content.map((object) => wordFor(nameOf(object))));
  const because = content.slice(0, 20).map(nameOf);
  return [
    ...waiting,
    finding('namespace-holds', nameOf(namespace), { objects }, { because }),
    ...own,
  ];
}
