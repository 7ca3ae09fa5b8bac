/**
 * Who set which field. Until server-side apply tracks that, nobody owns anything: what clients send
 * is dropped and nothing is written, which Kubernetes' own clients take as "not tracked".
 */
import type { KubeObject } from '#api/object.ts';

export function dropManagedFields(object: KubeObject): void {
  delete object.metadata.managedFields;
}
