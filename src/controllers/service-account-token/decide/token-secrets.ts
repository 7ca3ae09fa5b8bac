/**
 * Secrets of type kubernetes.io/service-account-token hold a token of the account that they name, for
 * who cannot ask for one: programs outside of the cluster. They go with their account.
 * Source: core/v1 SecretTypeServiceAccountToken.
 */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { secrets, serviceAccounts } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import type { Secret, ServiceAccount } from '#api/types.ts';
import { isSame } from '../../decide/same.ts';

const type = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

/** `namespace/account`; the key under which account and secrets meet. */
export function accountOf({ type: own, metadata }: Secret): readonly string[] {
  const name = metadata.annotations?.[nameAnnotation];
  return own === type && name ? [`${metadata.namespace}/${name}`] : [];
}

/** Index of the secrets, by `accountOf`. */
export const accountIndex = 'account';

interface Known {
  readonly account: ServiceAccount | undefined;
  /** Of the account, and not on their way out. */
  readonly secrets: readonly Secret[];
}

function known(view: View, key: string): Known {
  const { namespace, name } = splitKey(key);
  const account = view.get(serviceAccounts, namespace, name);
  const all = view.byIndex(secrets, accountIndex, key);
  const staying = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return { account, secrets: staying };
}

const isOf = ({ metadata }: Secret, account: ServiceAccount): boolean =>
  (metadata.annotations?.[uidAnnotation] ?? account.metadata.uid) === account.metadata.uid;

/** Secrets for which the server has to be asked for a token. */
export function tokenless(view: View, key: string): readonly Secret[] {
  const { account, secrets: all } = known(view, key);
  if (!account || account.metadata.deletionTimestamp !== undefined) return [];
  return all.filter((secret) => isOf(secret, account) && !secret.data?.['token']);
}

/** `tokens`: by the uids of secrets without one. `certificates`: PEM, whom to trust as the API. */
export function decideTokenSecrets(
  certificates: string,
  view: View,
  key: string,
  tokens: ReadonlyMap<string, string>,
): Decision {
  const { account, secrets: all } = known(view, key);
  if (!account) return { actions: all.flatMap((secret) => withoutAccount(secret, key)) };
  if (account.metadata.deletionTimestamp !== undefined) return nothingToDo;
  return {
    actions: all.flatMap((secret): Action[] => {
      if (!isOf(secret, account)) return [removal(secret)];
      const object = filled(secret, account, certificates, tokens);
      return isSame(object, secret) ? [] : [{ type: 'update', kind: secrets, object }];
    }),
  };
}

/** One account may come after its secret: only the server knows that there is none. */
function withoutAccount(secret: Secret, key: string): Action[] {
  const { namespace, name } = splitKey(key);
  return [{ type: 'confirmAbsent', kind: serviceAccounts, namespace, name }, removal(secret)];
}

function removal({ metadata }: Secret): Action {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { type: 'delete', kind: secrets, namespace, name, uid, resourceVersion };
}

function filled(
  secret: Secret,
  account: ServiceAccount,
  certificates: string,
  tokens: ReadonlyMap<string, string>,
): Secret {
  const { metadata, data = {} } = secret;
  const token = data['token'] || base64(tokens.get(metadata.uid ?? '') ?? '');
  if (token === '') return secret;
  return {
    ...secret,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [uidAnnotation]: account.metadata.uid ?? '' },
    },
    data: {
      ...data,
      'ca.crt': base64(certificates),
      namespace: base64(metadata.namespace ?? ''),
      token,
    },
  };
}

const utf8 = new TextEncoder();
const base64 = (text: string): string => utf8.encode(text).toBase64();
