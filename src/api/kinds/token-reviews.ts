import type { Kind } from '../kind.ts';
import type { TokenReview } from '../types.ts';
import { createOnly } from './common/verbs.ts';

export const tokenReviews: Kind<TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  resource: 'tokenreviews',
  singular: 'tokenreview',
  namespaced: false,
  verbs: createOnly,
  type: 'TokenReview',
  virtual: true,
  columns: [],
};
