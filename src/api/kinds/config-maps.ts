import type { Kind } from '../kind.ts';
import type { ConfigMap } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const configMaps: Kind<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'ConfigMap',
  columns: [nameColumn],
};
