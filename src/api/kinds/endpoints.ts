import type { Kind } from '../kind.ts';
import type { Endpoints } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const endpoints: Kind<Endpoints> = {
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  resource: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Endpoints',
  createOnUpdate: true,
  columns: [nameColumn],
};
