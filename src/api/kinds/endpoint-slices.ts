import type { Kind } from '../kind.ts';
import type { EndpointSlice } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const endpointSlices: Kind<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  resource: 'endpointslices',
  singular: 'endpointslice',
  namespaced: true,
  verbs: standardVerbs,
  type: 'EndpointSlice',
  columns: [nameColumn],
};
