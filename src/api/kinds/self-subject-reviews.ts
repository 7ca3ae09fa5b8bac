import type { Kind } from '../kind.ts';
import type { SelfSubjectReview } from '../types.ts';
import { createOnly } from './common/verbs.ts';

export const selfSubjectReviews: Kind<SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  resource: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  namespaced: false,
  verbs: createOnly,
  type: 'SelfSubjectReview',
  virtual: true,
  columns: [],
};
