import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { View } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { nodes } from '#api/kinds/index.ts';
import type { Node } from '#api/types.ts';
import { lostAt } from './health.ts';

const options = { gracePeriodMs: 40_000, startupGraceMs: 60_000 };
const lastHeartbeatTime = '1970-01-01T00:00:01Z';

const nodeThatIs = (status: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  spec: {},
  status: { conditions: [{ type: 'Ready', status, lastHeartbeatTime }] },
});

test('a node without a lease that is seen for the first time has its time, whatever the clocks say', () => {
  const seenAtMs = 500_000;
  const view = {
    get: () => undefined,
    changedAt: (kind: Kind) => (kind === (nodes as Kind) ? seenAtMs : undefined),
  } as unknown as View;
  assert.equal(lostAt(view, nodeThatIs('True'), options), seenAtMs + options.gracePeriodMs);
  assert.equal(lostAt(view, nodeThatIs('Unknown'), options), 1_000 + options.gracePeriodMs);
});
