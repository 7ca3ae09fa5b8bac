/** OpenID discovery of the service-account issuer (KEP-1393), so that others can verify our tokens. */
import type { SigningKeys } from './signing-keys.ts';

export function openIdConfiguration(issuer: string, keys: SigningKeys): object {
  return {
    issuer,
    jwks_uri: `${issuer}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: keys.algorithms,
  };
}

export function jsonWebKeySet(keys: SigningKeys): object {
  return { keys: keys.publicKeys };
}
