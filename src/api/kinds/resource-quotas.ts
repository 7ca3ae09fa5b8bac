import { compareQuantities } from '../quantity.ts';
import type { FieldError } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import type { ResourceQuota } from '../types.ts';
import { type Errors, sameValue } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { ownValue } from './common/records.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { invalid } from '../field-error.ts';
import { checkHard, validateQuota } from './resource-quotas/validate.ts';

export const resourceQuotas: Kind<ResourceQuota> = {
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  resource: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'ResourceQuota',
  subresources: [statusSubresource],
  hasStatus: true,
  prepareForCreate(quota) {
    quota.status = {};
  },
  validate: validateQuota,
  validateUpdate,
  validateSubresource: { status: validateStatus },
  columns: [
    nameColumn,
    {
      name: 'Request',
      type: 'string',
      description: 'What is used of what may be asked for and made.',
      cell: (quota) => usage(quota, (name) => !isLimit(name)),
    },
    {
      name: 'Limit',
      type: 'string',
      description: 'What is used of what limits may add up to.',
      cell: (quota) => usage(quota, isLimit),
    },
    ageColumn,
  ],
};

function isLimit(name: string): boolean {
  return name.startsWith('limits.');
}

function usage({ status }: ResourceQuota, isWanted: (name: string) => boolean): string {
  const names = Object.keys(status?.hard ?? {})
    .filter(isWanted)
    .sort();
  return names
    .map((name) => {
      const used = ownValue(status?.used, name) ?? '0';
      return `${name}: ${used}/${ownValue(status?.hard, name)}`;
    })
    .join(', ');
}

/** What a quota counts stays: else what was admitted under it was counted for nothing. */
function validateUpdate(next: ResourceQuota, previous: ResourceQuota): FieldError[] {
  const [given, had] = [next.spec?.scopes ?? [], previous.spec?.scopes ?? []];
  if (sameValue([...new Set(given)].sort(), [...new Set(had)].sort())) return [];
  return [invalid('spec.scopes', given, 'field is immutable')];
}

function validateStatus({ status = {} }: ResourceQuota): FieldError[] {
  const errors: Errors = [];
  checkHard(errors, 'status.hard', status.hard);
  checkHard(errors, 'status.used', status.used);
  for (const [name, amount] of Object.entries(status.used ?? {})) {
    if (compareQuantities(amount, '0') >= 0) continue;
    const detail = 'must be greater than or equal to 0';
    errors.push(invalid(`status.used[${name}]`, amount, detail));
  }
  return errors;
}
