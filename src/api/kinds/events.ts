import { limits } from '#base/limits.ts';
import type { Kind } from '../kind.ts';
import type { Event } from '../types.ts';
import { nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const events: Kind<Event> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Event',
  createOnUpdate: true,
  ttlSeconds: limits.eventTtlSeconds,
  columns: [nameColumn],
};
