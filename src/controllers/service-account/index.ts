import { namespaces, serviceAccounts } from '#api/kinds/index.ts';
import type { ServiceAccount } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { decideServiceAccount, defaultName } from './decide/service-account.ts';

/** Gives every namespace its default ServiceAccount. */
export const serviceAccountController: LoopDefinition = {
  name: 'service-account-controller',
  sources: [{ kind: namespaces }, { kind: serviceAccounts, keysOf: namespaceOfDefault }],
  decide: (view, key) => decideServiceAccount(view, key),
};

function namespaceOfDefault({ metadata }: ServiceAccount): readonly string[] {
  return metadata.name === defaultName ? [metadata.namespace ?? ''] : [];
}
