import type { View } from '#api/decision.ts';
import { keyOf } from '#api/object.ts';
import { secrets, serviceAccounts } from '#api/kinds/index.ts';
import type { Secret, ServiceAccount, TokenRequest } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { isStatusError } from '#base/status-error.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { accountIndex, accountOf, decideTokenSecrets, tokenless } from './decide/token-secrets.ts';

/** The longest that a TokenRequest may ask for, 136 years: such tokens have no end but their secret's. */
const lifeSeconds = 2 ** 32;

type Tokens = ReadonlyMap<string, string>;

/** Fills the token secrets of accounts, and renews the CA certificates in them (PEM). */
export function serviceAccountTokenController(
  certificates: () => string,
  onRenewal?: (renewed: () => void) => void,
): LoopDefinition {
  return {
    name: 'service-account-token-controller',
    sources: [
      { kind: serviceAccounts, keysOf: keysOfAccount },
      { kind: secrets, indexes: { [accountIndex]: accountOf }, keysOf: accountOf },
    ],
    ...(onRenewal && { hears: onRenewal }),
    gather: tokensFor,
    decide: (view, key, _now, gathered) =>
      decideTokenSecrets(certificates(), view, key, gathered as Tokens),
  };
}

/** Of the many accounts few have such secrets. */
function keysOfAccount(account: ServiceAccount, view: View): readonly string[] {
  const key = keyOf(account);
  return view.byIndex(secrets, accountIndex, key).length > 0 ? [key] : [];
}

async function tokensFor(view: View, key: string, verbs: Verbs): Promise<Tokens> {
  const tokens = new Map<string, string>();
  for (const secret of tokenless(view, key)) {
    const token = await tokenFor(secret, key, verbs);
    if (token !== undefined) tokens.set(secret.metadata.uid ?? '', token);
  }
  return tokens;
}

/** Undefined: account or secret have gone meanwhile, which wakes the key again. */
async function tokenFor(
  { metadata }: Secret,
  key: string,
  verbs: Verbs,
): Promise<string | undefined> {
  const { namespace, name, uid } = metadata;
  const account = key.slice(key.indexOf('/') + 1);
  const request: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { name: account },
    spec: {
      audiences: [],
      expirationSeconds: lifeSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid },
    },
  };
  const at = { group: '', version: 'v1', resource: 'serviceaccounts', namespace, name: account };
  try {
    const answer = await verbs.create({ ...at, subresource: 'token' }, request);
    return (answer as TokenRequest).status?.token;
  } catch (error) {
    if (isStatusError(error, 'NotFound') || isStatusError(error, 'Conflict')) return undefined;
    throw error;
  }
}
