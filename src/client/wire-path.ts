/** Addresses of the API (Kubernetes API concepts, "Resource URIs"). */
import type { CollectionRef, ObjectRef } from '#api/verbs.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/apis/apps/v1/namespaces/default/deployments/web/status?…`; what is undefined is left out. */
export function pathTo(ref: CollectionRef | ObjectRef, query: Query = {}): string {
  const { group, version, resource, namespace, name, subresource } = ref as Partial<ObjectRef> &
    CollectionRef;
  const parts = group === '' ? ['api', version] : ['apis', group, version];
  if (namespace) parts.push('namespaces', namespace);
  parts.push(resource);
  if (name !== undefined) parts.push(name);
  if (subresource !== undefined) parts.push(subresource);
  const path = parts.map(encodeURIComponent).join('/');
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return `/${path}`;
  const words = pairs.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`);
  return `/${path}?${words.join('&')}`;
}
