import type { Kind } from '../kind.ts';
import type { SelfSubjectAccessReview } from '../types.ts';
import { createOnly } from './common/verbs.ts';

export const selfSubjectAccessReviews: Kind<SelfSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  resource: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  namespaced: false,
  verbs: createOnly,
  type: 'SelfSubjectAccessReview',
  virtual: true,
  columns: [],
};
