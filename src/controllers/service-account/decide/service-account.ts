/** Every namespace has a ServiceAccount `default`, which pods use that name no other. */
import { type Decision, nothingToDo, type View } from '#api/decision.ts';
import { namespaces, serviceAccounts } from '#api/kinds/index.ts';
import type { ServiceAccount } from '#api/types.ts';

export const defaultName = 'default';

export function decideServiceAccount(view: View, key: string): Decision {
  const namespace = view.get(namespaces, undefined, key);
  if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) {
    return nothingToDo;
  }
  if (view.get(serviceAccounts, key, defaultName) !== undefined) return nothingToDo;
  const object: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: defaultName, namespace: key },
  };
  return { actions: [{ type: 'create', kind: serviceAccounts, object }] };
}
