import type { Kind } from '../kind.ts';
import type { Secret } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const secrets: Kind<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  resource: 'secrets',
  singular: 'secret',
  namespaced: true,
  verbs: standardVerbs,
  type: 'Secret',
  columns: [nameColumn],
};
