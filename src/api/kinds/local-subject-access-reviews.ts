import type { Kind } from '../kind.ts';
import type { LocalSubjectAccessReview } from '../types.ts';
import { createOnly } from './common/verbs.ts';

export const localSubjectAccessReviews: Kind<LocalSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  resource: 'localsubjectaccessreviews',
  singular: 'localsubjectaccessreview',
  namespaced: true,
  verbs: createOnly,
  type: 'LocalSubjectAccessReview',
  virtual: true,
  columns: [],
};
