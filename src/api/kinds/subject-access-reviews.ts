import type { Kind } from '../kind.ts';
import type { SubjectAccessReview } from '../types.ts';
import { createOnly } from './common/verbs.ts';

export const subjectAccessReviews: Kind<SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  resource: 'subjectaccessreviews',
  singular: 'subjectaccessreview',
  namespaced: false,
  verbs: createOnly,
  type: 'SubjectAccessReview',
  virtual: true,
  columns: [],
};
