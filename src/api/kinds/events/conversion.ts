/** One event in its two forms: core/v1, which is stored, and events.k8s.io/v1 with its newer words. */
import type { Event, EventsV1Event } from '../../types.ts';

/** Field of events.k8s.io/v1 → field of core/v1, where they differ. */
const names = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
] as const;

const toCore = new Map<string, string>(names);
const fromCore = new Map<string, string>(names.map(([newer, core]) => [core, newer]));

export function coreEventOf(event: EventsV1Event): Event {
  const fields = renamed(event, toCore);
  return { involvedObject: {}, ...fields, apiVersion: 'v1', kind: 'Event' } as Event;
}

export function newEventOf(event: Event): EventsV1Event {
  const fields = renamed(event, fromCore);
  return { ...fields, apiVersion: 'events.k8s.io/v1', kind: 'Event' } as EventsV1Event;
}

function renamed(object: object, to: ReadonlyMap<string, string>): Record<string, unknown> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [to.get(key) ?? key, value]));
}
