/**
 * NamespaceLifecycle: objects live only in namespaces that exist and stay; the cluster's own
 * namespaces are not deleted.
 */
import { namespaces } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import { forbidden, notFound } from '../core/errors.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';

export const systemNamespaces: readonly string[] = [
  'default',
  'kube-system',
  'kube-public',
  'kube-node-lease',
];

export const namespaceLifecycle: AdmissionStep = {
  name: 'NamespaceLifecycle',
  mutate: checkNamespace,
  validate: keepSystemNamespaces,
};

function checkNamespace({ operation, kind, namespace, object, reader }: AdmissionRequest): void {
  if (operation !== 'CREATE' || !kind.namespaced) return;
  const found = reader.get(namespaces, undefined, namespace);
  if (found === undefined) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined && found.status?.phase !== 'Terminating') {
    return;
  }
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(kind, nameIn(object), why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
}

function keepSystemNamespaces({ operation, kind, name }: AdmissionRequest): void {
  if (operation !== 'DELETE' || kind !== namespaces || !systemNamespaces.includes(name)) return;
  throw forbidden(kind, name, 'this namespace may not be deleted');
}

/** What an error calls an object that may have no name yet. */
export function nameIn(object: KubeObject | undefined): string {
  return object?.metadata.name || object?.metadata.generateName || '';
}
