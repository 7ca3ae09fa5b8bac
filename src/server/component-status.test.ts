import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { componentStatuses } from '#api/kinds/index.ts';
import { componentStatusReader } from './component-status.ts';
import { openTestCluster } from './testing/cluster.ts';

const rowOf = (object: KubeObject | undefined): string =>
  (componentStatuses.columns ?? []).map((column) => column.cell(object as never, 0)).join(' ');

test('the parts of the control plane are listed as kubectl shows them', async () => {
  const cluster = await openTestCluster();
  const { core, context } = cluster;
  core.addReader(componentStatuses, componentStatusReader(core));
  const { items } = await core.list(context, { kind: componentStatuses }, {});
  const rows = items.map(({ object }) => rowOf(object));
  assert.deepEqual(rows, [
    'controller-manager Healthy ok ',
    'etcd-0 Healthy ok ',
    'scheduler Healthy ok ',
  ]);
});

test('a store that does not answer is told of', async () => {
  const cluster = await openTestCluster();
  const broken = { list: () => Promise.reject(new Error('disk on fire')) };
  const reader = componentStatusReader(broken);
  const found = await reader.list(cluster.context, undefined);
  const store = found.find(({ metadata }) => metadata.name === 'etcd-0');
  assert.match(rowOf(store), /^etcd-0 Unhealthy the store does not answer .*disk on fire/);
});
