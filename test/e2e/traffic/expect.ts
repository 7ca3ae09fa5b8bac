/** What the traffic tests look for again and again. */
import assert from 'node:assert/strict';
import { eventually } from '../harness.ts';
import type { Place } from './world.ts';

/** Of three endpoints, one is missed by so many draws once in 100,000 times. */
const enoughTimes = 30;
/** A refusal is one packet; nothing waits for a timer. */
const atOnceMs = 1000;

/** In the end exactly these answer, all of them, and nothing fails. */
export function sameNames(
  place: Place,
  url: string,
  names: ReadonlySet<string>,
  what: string,
  times = enoughTimes,
): Promise<void> {
  return eventually(`${url} is answered by ${[...names].join(', ')}: ${what}`, async () =>
    assert.deepEqual([...(await place.who(url, times))].sort(), [...names].sort()),
  );
}

export function refused(place: Place, address: string, port: number): Promise<void> {
  return eventually(`${address}:${port} is refused from ${place.name}`, async () => {
    const { result, ms } = await place.ask<{ result: string; ms: number }>({
      do: 'connect',
      address,
      port,
    });
    assert.equal(result, 'ECONNREFUSED');
    assert.ok(ms < atOnceMs, `after ${ms} ms`);
  });
}
