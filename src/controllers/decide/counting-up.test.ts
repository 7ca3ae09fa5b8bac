import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeploymentStatus } from '#api/types.ts';
import { countsUp } from './counting-up.ts';

const progressing = (lastUpdateTime: string) => ({
  type: 'Progressing',
  status: 'True',
  reason: 'ReplicaSetUpdated',
  lastUpdateTime,
});

const before: DeploymentStatus = {
  observedGeneration: 2,
  replicas: 10,
  updatedReplicas: 10,
  readyReplicas: 4,
  availableReplicas: 3,
  unavailableReplicas: 7,
  conditions: [progressing('2026-01-02T03:04:05Z')],
};

const cases: [string, boolean, DeploymentStatus][] = [
  ['more are ready', true, { readyReplicas: 6 }],
  ['more are available', true, { availableReplicas: 4, unavailableReplicas: 6 }],
  [
    'that it moves is said at another time',
    true,
    { readyReplicas: 5, conditions: [progressing('2026-01-02T03:04:06Z')] },
  ],
  ['all are ready', false, { readyReplicas: 10 }],
  ['all are available', false, { availableReplicas: 10, unavailableReplicas: undefined }],
  ['fewer are ready', false, { readyReplicas: 3 }],
  ['fewer are available', false, { readyReplicas: 5, availableReplicas: undefined }],
  ['there are more pods', false, { readyReplicas: 5, replicas: 11 }],
  ['it has seen another spec', false, { readyReplicas: 5, observedGeneration: 3 }],
  ['a condition is gone', false, { readyReplicas: 5, conditions: [] }],
];

for (const [name, expected, change] of cases) {
  test(`a status ${expected ? 'only counts up' : 'says more'} when ${name}`, () => {
    assert.equal(countsUp(before, { ...before, ...change }, 10), expected);
  });
}

test('the first status of an object says more than a count', () => {
  assert.equal(countsUp(undefined, { readyReplicas: 1 }, 10), false);
});
