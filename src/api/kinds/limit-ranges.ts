import type { Kind } from '../kind.ts';
import type { LimitRange, LimitRangeItem } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { ownValue } from './common/records.ts';
import { standardVerbs } from './common/verbs.ts';
import { validateLimitRange } from './limit-ranges/validate.ts';

export const limitRanges: Kind<LimitRange> = {
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  resource: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'LimitRange',
  defaults({ spec }) {
    for (const item of spec?.limits ?? []) if (item.type === 'Container') defaultItem(item);
  },
  validate: validateLimitRange,
  columns: [
    nameColumn,
    {
      name: 'Created At',
      type: 'date',
      description: 'When the object was made.',
      cell: ({ metadata }) => metadata.creationTimestamp ?? '',
    },
  ],
};

/** A limit follows from the maximum, a request from the limit, else from the minimum. */
function defaultItem(item: LimitRangeItem): void {
  const limits = (item.default ??= {});
  const requests = (item.defaultRequest ??= {});
  fill(limits, item.max);
  fill(requests, limits);
  fill(requests, item.min);
}

function fill(into: Record<string, string>, from: Readonly<Record<string, string>> = {}): void {
  for (const [name, quantity] of Object.entries(from)) {
    if (ownValue(into, name) === undefined) into[name] = quantity;
  }
}
