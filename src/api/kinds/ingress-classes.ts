import type { Kind } from '../kind.ts';
import type { IngressClass } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const ingressClasses: Kind<IngressClass> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  resource: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  verbs: standardVerbs,
  type: 'IngressClass',
  columns: [nameColumn],
};
