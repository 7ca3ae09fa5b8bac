import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTime } from '../../time.ts';
import type { ContainerStatus, Pod } from '../../types.ts';
import { summarizePod } from './summary.ts';

const now = parseTime('2026-01-02T03:04:05Z');

function container(name: string, more: Partial<ContainerStatus>): ContainerStatus {
  return { name, ready: false, restartCount: 0, image: 'a', imageID: '', ...more };
}

const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const ended = (exitCode: number, reason?: string) => ({ terminated: { exitCode, reason } });
const waiting = (reason: string) => ({ waiting: { reason } });

function pod(change: (pod: Pod) => void): Pod {
  const made: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'i' }] },
    status: { phase: 'Running' },
  };
  change(made);
  return made;
}

const cases: readonly [what: string, expected: string, change: (pod: Pod) => void][] = [
  ['waits for a node', '0/2 Pending 0', (each) => (each.status = { phase: 'Pending' })],
  [
    'held by a gate',
    '0/2 SchedulingGated 0',
    (each) => {
      const condition = { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' };
      each.status = { phase: 'Pending', conditions: [condition] };
    },
  ],
  [
    'initializes',
    '0/2 Init:0/1 0',
    (each) => {
      const status = container('i', { state: running });
      each.status = { phase: 'Pending', initContainerStatuses: [status] };
    },
  ],
  [
    'fails to initialize',
    '0/2 Init:CrashLoopBackOff 3 (5s ago)',
    (each) => {
      const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-02T03:04:00Z' } };
      const state = waiting('CrashLoopBackOff');
      const status = container('i', { state, lastState, restartCount: 3 });
      each.status = { phase: 'Pending', initContainerStatuses: [status] };
    },
  ],
  [
    'initialization was killed',
    '0/2 Init:Signal:9 0',
    (each) => {
      const state = { terminated: { exitCode: 137, signal: 9 } };
      each.status = { phase: 'Failed', initContainerStatuses: [container('i', { state })] };
    },
  ],
  [
    'runs',
    '2/2 Running 0',
    (each) => {
      const [a, b] = ['a', 'b'].map((name) => container(name, { state: running, ready: true }));
      each.status = { phase: 'Running', containerStatuses: a && b ? [a, b] : [] };
    },
  ],
  [
    'one container crashes',
    '1/2 CrashLoopBackOff 4 (65s ago)',
    (each) => {
      const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-02T03:03:00Z' } };
      const state = waiting('CrashLoopBackOff');
      each.status = {
        phase: 'Running',
        containerStatuses: [
          container('a', { state: running, ready: true }),
          container('b', { state, lastState, restartCount: 4 }),
        ],
      };
    },
  ],
  [
    'one container is done, the other is ready',
    '1/2 Running 0',
    (each) => {
      each.status = {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          container('a', { state: ended(0, 'Completed') }),
          container('b', { state: running, ready: true }),
        ],
      };
    },
  ],
  [
    'one container is done, the pod is not ready',
    '1/2 NotReady 0',
    (each) => {
      each.status = {
        phase: 'Running',
        containerStatuses: [
          container('a', { state: ended(0, 'Completed') }),
          container('b', { state: running, ready: true }),
        ],
      };
    },
  ],
  [
    'is done',
    '0/2 Completed 0',
    (each) => {
      const state = ended(0, 'Completed');
      const containerStatuses = [container('a', { state }), container('b', { state })];
      each.status = { phase: 'Succeeded', containerStatuses };
    },
  ],
  [
    'failed without a word',
    '0/2 ExitCode:3 0',
    (each) => {
      each.status = { phase: 'Failed', containerStatuses: [container('a', { state: ended(3) })] };
    },
  ],
  ['evicted', '0/2 Evicted 0', (each) => (each.status = { phase: 'Failed', reason: 'Evicted' })],
  [
    'terminates',
    '0/2 Terminating 0',
    (each) => (each.metadata.deletionTimestamp = '2026-01-02T03:04:00Z'),
  ],
  [
    'done before it was deleted',
    '0/2 Succeeded 0',
    (each) => {
      each.metadata.deletionTimestamp = '2026-01-02T03:04:00Z';
      each.status = { phase: 'Succeeded' };
    },
  ],
  [
    'its node is lost',
    '0/2 Unknown 0',
    (each) => {
      each.metadata.deletionTimestamp = '2026-01-02T03:04:00Z';
      each.status = { phase: 'Running', reason: 'NodeLost' };
    },
  ],
  [
    'a sidecar counts',
    '3/3 Running 1',
    (each) => {
      each.spec = {
        containers: [{ name: 'a' }, { name: 'b' }],
        initContainers: [{ name: 'i', restartPolicy: 'Always' }],
      };
      const state = running;
      const sidecar = container('i', { state, ready: true, started: true, restartCount: 1 });
      const [a, b] = ['a', 'b'].map((name) => container(name, { state, ready: true }));
      each.status = {
        phase: 'Running',
        initContainerStatuses: [sidecar],
        containerStatuses: a && b ? [a, b] : [],
      };
    },
  ],
];

for (const [what, expected, change] of cases) {
  test(`pod: ${what}`, () => {
    const { ready, status, restarts } = summarizePod(pod(change), now);
    assert.equal(`${ready} ${status} ${restarts}`, expected);
  });
}
