import type { KubeObject } from '../object.ts';
import { parseTime } from '../time.ts';
import type { Event } from '../types.ts';
import type { Facts } from './facts.ts';

/** Events about an object, the newest first. Those of cluster-wide objects lie in `default`. */
export function eventsOf(object: KubeObject, facts: Facts): Event[] {
  const { namespace = 'default', uid, name } = object.metadata;
  return facts
    .objects('event', namespace)
    .filter(
      ({ involvedObject: about }) =>
        about.kind === object.kind &&
        about.name === name &&
        (about.uid === undefined || about.uid === uid || object.kind === 'Node'),
    )
    .sort((a, b) => timeOf(b) - timeOf(a));
}

export function timeOf({ lastTimestamp, eventTime, firstTimestamp }: Event): number {
  const time = parseTime(lastTimestamp ?? eventTime ?? firstTimestamp);
  return Number.isNaN(time) ? 0 : time;
}
