import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodStatus } from '#api/types.ts';
import { isWritten } from './pod-status.ts';

const status = (more: object): PodStatus => ({ phase: 'Running', ...more });
const waiting = { name: 'a', image: 'i', imageID: '', ready: false, restartCount: 0 };

const cases: readonly [string, PodStatus, PodStatus | undefined, boolean][] = [
  ['the same words', status({ podIP: '10.0.0.1' }), status({ podIP: '10.0.0.1' }), true],
  ['nothing is written', status({}), undefined, false],
  ['another word', status({ podIP: '10.0.0.1' }), status({ podIP: '10.0.0.2' }), false],
  ['a word of somebody else', status({}), status({ nominatedNodeName: 'n' }), true],
  ['one that is to go', status({ podIP: undefined }), status({ podIP: '10.0.0.1' }), false],
  ['an empty list', status({ podIPs: [] }), status({}), true],
  [
    'an empty object within',
    status({ containerStatuses: [{ ...waiting, lastState: {} }] }),
    status({ containerStatuses: [waiting] }),
    true,
  ],
  [
    'more within than is wanted',
    status({ containerStatuses: [waiting] }),
    status({ containerStatuses: [{ ...waiting, started: true }] }),
    false,
  ],
  [
    'one container less',
    status({ containerStatuses: [waiting] }),
    status({ containerStatuses: [waiting, waiting] }),
    false,
  ],
];

for (const [name, wanted, written, expected] of cases) {
  test(`whether a status is written: ${name}`, () => {
    assert.equal(isWritten(wanted, written), expected);
  });
}
