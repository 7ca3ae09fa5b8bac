/** Something that happened to an object. Kept for an hour, and never the ground for a decision. */
import { limits } from '#base/limits.ts';
import type { Kind } from '../kind.ts';
import type { Event } from '../types.ts';
import { standardVerbs } from './common/verbs.ts';
import { eventColumns } from './events/columns.ts';
import { validateEvent } from './events/validate.ts';

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
  validate: validateEvent,
  fieldSelectors: {
    'involvedObject.kind': (event) => event.involvedObject?.kind ?? '',
    'involvedObject.namespace': (event) => event.involvedObject?.namespace ?? '',
    'involvedObject.name': (event) => event.involvedObject?.name ?? '',
    'involvedObject.uid': (event) => event.involvedObject?.uid ?? '',
    'involvedObject.apiVersion': (event) => event.involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': (event) => event.involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': (event) => event.involvedObject?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingComponent: (event) => event.reportingComponent ?? '',
    source: (event) => event.source?.component || event.reportingComponent || '',
    type: (event) => event.type ?? '',
  },
  columns: eventColumns,
};
