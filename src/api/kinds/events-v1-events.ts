/** Events under their newer group. One store holds both: what is written here shows as a core event. */
import { limits } from '#base/limits.ts';
import type { Column, Kind } from '../kind.ts';
import type { Event, EventsV1Event } from '../types.ts';
import { standardVerbs } from './common/verbs.ts';
import { eventColumns } from './events/columns.ts';
import { coreEventOf, newEventOf } from './events/conversion.ts';
import { validateEvent, validateNewEvent, validateNewEventUpdate } from './events/validate.ts';

export const eventsV1Events: Kind<EventsV1Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'EventsV1Event',
  storedAs: {
    group: '',
    version: 'v1',
    resource: 'events',
    toStored: coreEventOf,
    fromStored: (stored) => newEventOf(stored as Event),
  },
  createOnUpdate: true,
  ttlSeconds: limits.eventTtlSeconds,
  validate: (event) => validateEvent(coreEventOf(event)),
  validateCreate: (event) => validateNewEvent(coreEventOf(event)),
  validateUpdate: (next, previous) =>
    validateNewEventUpdate(coreEventOf(next), coreEventOf(previous)),
  fieldSelectors: {
    'regarding.kind': (event) => event.regarding?.kind ?? '',
    'regarding.namespace': (event) => event.regarding?.namespace ?? '',
    'regarding.name': (event) => event.regarding?.name ?? '',
    'regarding.uid': (event) => event.regarding?.uid ?? '',
    'regarding.apiVersion': (event) => event.regarding?.apiVersion ?? '',
    'regarding.resourceVersion': (event) => event.regarding?.resourceVersion ?? '',
    'regarding.fieldPath': (event) => event.regarding?.fieldPath ?? '',
    reason: (event) => event.reason ?? '',
    reportingController: (event) => event.reportingController ?? '',
    type: (event) => event.type ?? '',
  },
  columns: eventColumns.map(ofNewEvent),
};

function ofNewEvent(column: Column<Event>): Column<EventsV1Event> {
  return { ...column, cell: (event, now) => column.cell(coreEventOf(event), now) };
}
