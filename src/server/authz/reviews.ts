/** The SubjectAccessReview family and SelfSubjectRulesReview (authorization.k8s.io/v1): may somebody do something? */
import type {
  LocalSubjectAccessReview,
  NonResourceAttributes,
  NonResourceRule,
  ResourceAttributes,
  ResourceRule,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  SubjectAccessReviewStatus,
} from '#api/types.ts';
import { type FieldError, invalid as invalidField, required } from '#api/field-error.ts';
import type { AuthorizationQuestion, UserInfo } from '../core/core.ts';
import { badRequest, invalid } from '../core/errors.ts';
import type { Authorization } from './authorization.ts';

interface Asked {
  readonly resourceAttributes?: ResourceAttributes | undefined;
  readonly nonResourceAttributes?: NonResourceAttributes | undefined;
}

const group = 'authorization.k8s.io';

export function reviewSelf(
  authorization: Authorization,
  user: UserInfo,
  review: SelfSubjectAccessReview,
): SelfSubjectAccessReview {
  check('SelfSubjectAccessReview', review.spec, []);
  return { ...review, status: answer(authorization, user, review.spec) };
}

export function reviewSubject(
  authorization: Authorization,
  review: SubjectAccessReview,
): SubjectAccessReview {
  check('SubjectAccessReview', review.spec, subjectErrors(review));
  return { ...review, status: answer(authorization, subjectOf(review), review.spec) };
}

export function reviewLocalSubject(
  authorization: Authorization,
  review: LocalSubjectAccessReview,
  namespace: string,
): LocalSubjectAccessReview {
  const asked = review.spec.resourceAttributes?.namespace ?? '';
  if (asked !== namespace) {
    throw badRequest(
      `spec.resourceAttributes.namespace must match namespace: ${namespace}, got ${asked}`,
    );
  }
  check('LocalSubjectAccessReview', review.spec, subjectErrors(review));
  return { ...review, status: answer(authorization, subjectOf(review), review.spec) };
}

export function reviewRules(
  authorization: Authorization,
  user: UserInfo,
  review: SelfSubjectRulesReview,
): SelfSubjectRulesReview {
  const { namespace } = review.spec;
  if (!namespace) throw badRequest('no namespace on request');
  const { rules, errors } = authorization.rbac.rulesFor(user, namespace);
  const resourceRules: ResourceRule[] = [];
  const nonResourceRules: NonResourceRule[] = [];
  if (user.groups.includes('system:masters')) {
    resourceRules.push({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] });
    nonResourceRules.push({ verbs: ['*'], nonResourceURLs: ['*'] });
  }
  for (const { verbs, apiGroups = [], resources, resourceNames, nonResourceURLs } of rules) {
    if (resources?.length) {
      resourceRules.push({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames ? { resourceNames } : {}),
      });
    }
    if (nonResourceURLs?.length) nonResourceRules.push({ verbs, nonResourceURLs });
  }
  return {
    ...review,
    status: {
      resourceRules,
      nonResourceRules,
      incomplete: errors.length > 0,
      ...(errors.length > 0 ? { evaluationError: errors.join(', ') } : {}),
    },
  };
}

function answer(
  authorization: Authorization,
  user: UserInfo,
  asked: Asked,
): SubjectAccessReviewStatus {
  const { allowed, reason } = authorization.authorize(questionOf(user, asked));
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function questionOf(user: UserInfo, asked: Asked): AuthorizationQuestion {
  const { resourceAttributes: resource, nonResourceAttributes: other } = asked;
  if (!resource) return { user, verb: other?.verb ?? '', path: other?.path ?? '' };
  return {
    user,
    verb: resource.verb ?? '',
    resource: {
      group: resource.group ?? '',
      resource: resource.resource ?? '',
      subresource: resource.subresource,
      namespace: resource.namespace,
      name: resource.name,
      fieldSelector: fieldSelectorOf(resource),
    },
  };
}

function fieldSelectorOf({ fieldSelector }: ResourceAttributes): string | undefined {
  if (!fieldSelector) return undefined;
  if (fieldSelector.rawSelector) return fieldSelector.rawSelector;
  return fieldSelector.requirements
    ?.filter(({ operator, values }) => operator === 'In' && values?.length === 1)
    .map(({ key, values }) => `${key}=${values?.[0]}`)
    .join(',');
}

type Subjected = SubjectAccessReview | LocalSubjectAccessReview;

function subjectOf({ spec }: Subjected): UserInfo {
  return { name: spec.user ?? '', uid: spec.uid, groups: spec.groups ?? [], extra: spec.extra };
}

function subjectErrors({ spec }: Subjected): FieldError[] {
  if (spec.user || spec.groups?.length) return [];
  return [required('spec.user', 'at least one of user or group must be specified')];
}

function check(kind: string, spec: Asked, errors: FieldError[]): void {
  const found = [...errors];
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes && nonResourceAttributes) {
    const why = 'cannot be specified in combination with resourceAttributes';
    found.push(invalidField('spec.nonResourceAttributes', nonResourceAttributes, why));
  } else if (!resourceAttributes && !nonResourceAttributes) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    found.push(invalidField('spec.resourceAttributes', null, why));
  }
  if (found.length > 0) throw invalid({ group, kind }, '', found);
}
