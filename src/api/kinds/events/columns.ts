import type { Column } from '../../kind.ts';
import type { Event } from '../../types.ts';
import { nameColumn, sinceTime } from '../common/columns.ts';

const wide = { type: 'string', priority: 1 } as const;

export const eventColumns: readonly Column<Event>[] = [
  {
    name: 'Last Seen',
    type: 'string',
    description: 'Time since it happened last.',
    cell: lastSeen,
  },
  {
    name: 'Type',
    type: 'string',
    description: 'Normal or Warning.',
    cell: ({ type }) => type ?? '',
  },
  {
    name: 'Reason',
    type: 'string',
    description: 'Why, in one word.',
    cell: ({ reason }) => reason ?? '',
  },
  { name: 'Object', type: 'string', description: 'What it is about.', cell: target },
  {
    ...wide,
    name: 'Subobject',
    description: 'The part of the object that it is about.',
    cell: ({ involvedObject }) => involvedObject?.fieldPath ?? '',
  },
  { ...wide, name: 'Source', description: 'Who reported it.', cell: source },
  {
    name: 'Message',
    type: 'string',
    description: 'What happened.',
    cell: ({ message = '' }) => message.trim(),
  },
  { ...wide, name: 'First Seen', description: 'Time since it happened first.', cell: firstSeen },
  { ...wide, name: 'Count', description: 'How often it happened.', cell: count },
  { ...nameColumn, priority: 1 },
];

function firstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return sinceTime(firstTimestamp ?? eventTime, now);
}

function lastSeen(event: Event, now: number): string {
  if (event.series) return sinceTime(event.series.lastObservedTime, now);
  return event.lastTimestamp ? sinceTime(event.lastTimestamp, now) : firstSeen(event, now);
}

/** Events of the newer API say nothing when it happened once. */
function count(event: Event): number {
  return event.series ? (event.series.count ?? 0) : event.count || 1;
}

function target({ involvedObject }: Event): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind;
}

function source({ source: by, reportingComponent, reportingInstance }: Event): string {
  const component = by?.component || reportingComponent || '';
  const host = by?.host || reportingInstance || '';
  return host === '' ? component : `${component}, ${host}`;
}
