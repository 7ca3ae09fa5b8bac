/** TokenReview (whose token is this?) and SelfSubjectReview (who am I?), authentication.k8s.io/v1. */
import type { SelfSubjectReview, TokenReview, UserInfo as ReviewedUser } from '#api/types.ts';
import type { UserInfo } from '../core/core.ts';
import { badRequest } from '../core/errors.ts';
import type { Authenticator } from './authenticator.ts';
import { TokenRefusedError } from './service-account-tokens.ts';

export function reviewWhoAmI(user: UserInfo, review: SelfSubjectReview): SelfSubjectReview {
  return { ...review, status: { userInfo: shown(user) } };
}

export async function reviewToken(
  authenticator: Authenticator,
  review: TokenReview,
): Promise<TokenReview> {
  const { token, audiences } = review.spec;
  if (!token) throw badRequest('token is required for TokenReview in authentication');
  try {
    const wanted = audiences?.length ? audiences : undefined;
    const found = await authenticator.authenticateToken(token, wanted);
    const status = {
      authenticated: true,
      user: shown(found.user),
      audiences: [...found.audiences],
    };
    return { ...review, status };
  } catch (error) {
    if (!(error instanceof TokenRefusedError)) throw error;
    return { ...review, status: { user: {}, error: error.message } };
  }
}

function shown(user: UserInfo): ReviewedUser {
  const extra: Record<string, string[]> = {};
  for (const [key, values] of Object.entries(user.extra ?? {})) extra[key] = [...values];
  return {
    username: user.name,
    ...(user.uid ? { uid: user.uid } : {}),
    groups: [...user.groups],
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}
