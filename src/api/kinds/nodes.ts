import type { Kind } from '../kind.ts';
import type { Node } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';

export const nodes: Kind<Node> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  resource: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  verbs: standardVerbs,
  type: 'Node',
  subresources: [statusSubresource],
  hasStatus: true,
  columns: [nameColumn],
};
