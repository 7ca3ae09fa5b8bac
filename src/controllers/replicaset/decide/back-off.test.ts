import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from '#api/time.ts';
import type { Pod } from '#api/types.ts';
import { nextPodAt } from './back-off.ts';

const now = Date.UTC(2026, 0, 1);

const made = (secondsAgo: number, phase = 'Failed'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', creationTimestamp: formatTime(now - secondsAgo * 1000) },
  spec: { containers: [] },
  status: { phase },
});
const failed = (...ages: number[]): Pod[] => ages.map((age) => made(age));

/** Seconds from now; not positive: it may be made now. */
const cases: [string, readonly Pod[], number, number | 'now'][] = [
  ['a set without failures does not wait', [made(0, 'Running')], 1, 'now'],
  ['the first failure is made good at once, or nearly', failed(1), 1, 'now'],
  ['each failure doubles the wait', failed(0, 3, 5, 6), 1, 8],
  ['failures of many at once are one', failed(0, 0, 0, 0), 4, 1],
  ['it does not wait for those that still run', failed(0, 0), 3, 'now'],
  ['the wait has a bound', failed(...Array.from({ length: 15 }, (_, at) => at)), 1, 60],
  ['a pod that ran for long does not wait', failed(100, 200, 300), 1, 'now'],
  ['old failures are forgiven', failed(0, 1801, 1802, 1803), 1, 1],
  ['so are those that a clock has in the future', failed(-10, -20), 1, 'now'],
];

for (const [title, owned, missing, wanted] of cases) {
  test(title, () => {
    const at = nextPodAt(owned, missing, now);
    if (wanted === 'now') assert.ok(at <= now);
    else assert.equal(at - now, wanted * 1000);
  });
}
