import type { KubeObject } from '#api/object.ts';
import type { Status } from '#api/types.ts';

/** What Kubernetes answers to a request that made something happen and has no object to show. */
export function created(): KubeObject {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  };
  return status as unknown as KubeObject;
}
