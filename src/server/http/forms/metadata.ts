/** meta.k8s.io PartialObjectMetadata: what clients read that care only about names, labels and owners. */
import type { KubeObject } from '#api/object.ts';

export function partialMetadata({ metadata }: KubeObject, version: 'v1' | 'v1beta1'): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
}

export function partialMetadataList(
  objects: readonly KubeObject[],
  metadata: object,
  version: 'v1' | 'v1beta1',
): object {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    items: objects.map((object) => partialMetadata(object, version)),
  };
}
