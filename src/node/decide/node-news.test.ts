import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeStatus } from '#api/types.ts';
import { nodeNews } from './node-news.ts';

const status = (truths: Readonly<Record<string, string>>, bootID = 'b1'): NodeStatus =>
  ({
    conditions: Object.entries(truths).map(([type, truth]) => ({ type, status: truth })),
    nodeInfo: { bootID },
  }) as unknown as NodeStatus;
const sound = { MemoryPressure: 'False', DiskPressure: 'False', PIDPressure: 'False' };
const reasonsOf = (before: NodeStatus | undefined, now: NodeStatus) =>
  nodeNews('n', before, now).map(({ level, reason }) => `${level} ${reason}`);

test('a node tells of its conditions when they begin and when they change', () => {
  const ready = status({ ...sound, Ready: 'True', Other: 'True' });
  assert.deepEqual(reasonsOf(undefined, ready), [
    'Normal NodeHasSufficientMemory',
    'Normal NodeHasNoDiskPressure',
    'Normal NodeHasSufficientPID',
    'Normal NodeReady',
  ]);
  assert.deepEqual(reasonsOf(ready, ready), []);
  const short = status({ ...sound, DiskPressure: 'True', Ready: 'False' });
  assert.deepEqual(nodeNews('n', ready, short), [
    {
      level: 'Normal',
      reason: 'NodeHasDiskPressure',
      message: 'Node n status is now: NodeHasDiskPressure',
    },
    { level: 'Normal', reason: 'NodeNotReady', message: 'Node n status is now: NodeNotReady' },
  ]);
});

test('a machine that was started anew is told of', () => {
  const [one, ...more] = nodeNews('n', status(sound), status(sound, 'b2'));
  assert.deepEqual(more, []);
  assert.deepEqual(one, {
    level: 'Warning',
    reason: 'Rebooted',
    message: 'Node n has been rebooted, boot id: b2',
  });
});
