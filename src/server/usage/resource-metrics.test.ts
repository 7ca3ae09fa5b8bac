import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeUsage } from '../node-connector.ts';
import { openTestServer } from '../http/testing/ask.ts';

const base = '/apis/metrics.k8s.io/v1beta1';
const unused = () => Promise.reject(new Error('not asked for'));

async function withUsage() {
  const containers: NodeUsage['containers'][number][] = [];
  const usage = async (node: string): Promise<NodeUsage> => {
    if (node !== 'n1') throw new Error('gone');
    const figures = { cpuNanocores: 12_345, memoryBytes: 5_000_000 };
    return { timeMs: 1_767_323_045_000, windowMs: 15_020, node: figures, containers };
  };
  const connector = { usage, page: unused, logs: unused, stream: unused };
  const server = await openTestServer({ connector });
  const { make, ask } = server;
  await make('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  for (const name of ['n1', 'n2']) await make('/api/v1/nodes', { metadata: { name } });
  for (const name of ['a', 'b']) {
    const path = '/api/v1/namespaces/default/pods';
    await make(path, {
      metadata: { name, labels: { app: name } },
      spec: { nodeName: 'n1', containers: [{ name: 'x', image: 'i' }] },
    });
    const headers = { 'content-type': 'application/merge-patch+json' };
    const body = { status: { phase: 'Running' } };
    const patched = await ask('PATCH', `${path}/${name}/status`, { body, headers });
    const podUid = JSON.parse(patched.text).metadata.uid as string;
    containers.push({ podUid, container: 'x', cpuNanocores: 1_500_000, memoryBytes: 1_048_576 });
  }
  return server;
}

test('metrics.k8s.io: nodes that answer, pods by label, tables', async () => {
  const { ask } = await withUsage();
  const get = async (path: string, headers = {}) => {
    const answer = await ask('GET', path, { headers });
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text);
  };
  const nodes = await get(`${base}/nodes`);
  assert.equal(nodes.kind, 'NodeMetricsList');
  assert.equal(nodes.items.length, 1);
  assert.deepEqual(nodes.items[0].usage, { cpu: '12345n', memory: '4882Ki' });
  assert.equal(nodes.items[0].window, '15.02s');
  const selected = await get(`${base}/namespaces/default/pods?labelSelector=app%3Db`);
  assert.deepEqual(
    selected.items.map((each: { metadata: { name: string } }) => each.metadata.name),
    ['b'],
  );
  const one = await get(`${base}/namespaces/default/pods/a`);
  assert.deepEqual(one.containers, [{ name: 'x', usage: { cpu: '1500u', memory: '1Mi' } }]);
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const table = await get(`${base}/pods`, { accept });
  assert.deepEqual(table.rows[0].cells, ['a', '1500u', '1Mi', '15.02s']);
  const missing = await ask('GET', `${base}/namespaces/default/pods/nobody`);
  assert.equal(missing.status, 404);
  const groups = await get('/apis');
  assert.ok(groups.groups.some(({ name }: { name: string }) => name === 'metrics.k8s.io'));
});
