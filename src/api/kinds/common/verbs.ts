import type { Subresource, Verb } from '../../kind.ts';

/** What one can do with a stored resource; discovery lists them in this order. */
export const standardVerbs: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** A question that the server answers at once and does not store. */
export const createOnly: readonly Verb[] = ['create'];

export const statusSubresource: Subresource = { name: 'status', verbs: ['get', 'patch', 'update'] };

export const scaleSubresource: Subresource = {
  name: 'scale',
  verbs: ['get', 'patch', 'update'],
  body: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
};
