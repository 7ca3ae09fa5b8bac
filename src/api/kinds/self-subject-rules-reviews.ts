import type { Kind } from '../kind.ts';
import type { SelfSubjectRulesReview } from '../types.ts';
import { createOnly } from './common/verbs.ts';

export const selfSubjectRulesReviews: Kind<SelfSubjectRulesReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  resource: 'selfsubjectrulesreviews',
  singular: 'selfsubjectrulesreview',
  namespaced: false,
  verbs: createOnly,
  type: 'SelfSubjectRulesReview',
  virtual: true,
  columns: [],
};
