import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { services } from '#api/kinds/index.ts';
import type { Service, ServiceSpec } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { openTestCluster, type TestCluster } from '../../testing/cluster.ts';

const port = { name: 'web', port: 80 };

async function make(cluster: TestCluster, name: string, spec: ServiceSpec): Promise<Service> {
  return (await cluster.create(services, { metadata: { name }, spec })) as Service;
}

async function change(cluster: TestCluster, service: Service, spec: ServiceSpec): Promise<Service> {
  const { resourceVersion: _, ...metadata } = service.metadata;
  const at = { kind: services, namespace: 'default', name: metadata.name };
  const answer = await cluster.core.update(
    cluster.context,
    at,
    { ...service, metadata, spec } as Service,
    {},
  );
  return answer.object as Service;
}

async function remove(cluster: TestCluster, name: string): Promise<void> {
  await cluster.core.delete(cluster.context, { kind: services, namespace: 'default', name }, {});
}

async function sentence(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.ok(isStatusError(error), String(error));
    return error.message;
  }
  return 'it was not refused';
}

test('a Service gets an address, and keeps it', async () => {
  const cluster = await openTestCluster();
  const made = await make(cluster, 'a', { ports: [port], selector: { app: 'a' } });
  assert.match(made.spec.clusterIP ?? '', /^10\.(9[6-9]|10\d|11[01])\./);
  assert.deepEqual(made.spec.clusterIPs, [made.spec.clusterIP]);
  assert.deepEqual(made.spec.ipFamilies, ['IPv4']);
  assert.equal(made.spec.ipFamilyPolicy, 'SingleStack');
  const again = await change(cluster, made, {
    ports: [{ ...port, port: 81 }],
    selector: { app: 'a' },
  });
  assert.equal(again.spec.clusterIP, made.spec.clusterIP);
});

test('an address that is asked for is given once, and again after it is free', async () => {
  const cluster = await openTestCluster();
  const spec = { ports: [port], clusterIP: '10.96.0.5' };
  await make(cluster, 'a', spec);
  assert.equal(
    await sentence(make(cluster, 'b', spec)),
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.5"]: failed to allocate IP 10.96.0.5: provided IP is already allocated',
  );
  assert.equal(
    await sentence(make(cluster, 'b', { ...spec, clusterIP: '10.1.0.5' })),
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.1.0.5"]: failed to allocate IP 10.1.0.5: the provided IP (10.1.0.5) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  );
  await remove(cluster, 'a');
  assert.equal((await make(cluster, 'b', spec)).spec.clusterIP, '10.96.0.5');
});

test('the address of the API belongs to its Service alone', async () => {
  const cluster = await openTestCluster();
  const spec = { ports: [port], clusterIP: '10.96.0.1' };
  assert.match(await sentence(make(cluster, 'a', spec)), /provided IP is already allocated$/);
  assert.equal((await make(cluster, 'kubernetes', spec)).spec.clusterIP, '10.96.0.1');
});

test('a change of type gives and takes ports and addresses', async () => {
  const cluster = await openTestCluster({ nodePorts: { first: 30_000, last: 30_001 } });
  const one = await make(cluster, 'a', { type: 'NodePort', ports: [port] });
  const { nodePort } = one.spec.ports?.[0] ?? {};
  assert.ok(nodePort === 30_000 || nodePort === 30_001);
  assert.equal(
    await sentence(make(cluster, 'b', { type: 'NodePort', ports: [{ ...port, nodePort }] })),
    `Service "b" is invalid: spec.ports[0].nodePort: Invalid value: ${nodePort}: provided port is already allocated`,
  );
  assert.equal(
    await sentence(make(cluster, 'b', { type: 'NodePort', ports: [{ ...port, nodePort: 99 }] })),
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 99: provided port is not in the valid range. The range of valid ports is 30000-30001',
  );
  const inside = await change(cluster, one, { ...one.spec, type: 'ClusterIP' });
  assert.equal(inside.spec.ports?.[0]?.nodePort, undefined);
  assert.equal(inside.spec.clusterIP, one.spec.clusterIP);
  await make(cluster, 'b', { type: 'NodePort', ports: [{ ...port, nodePort: 30_000 }] });
  await make(cluster, 'c', { type: 'NodePort', ports: [{ ...port, nodePort: 30_001 }] });
  assert.equal(
    await sentence(make(cluster, 'd', { type: 'NodePort', ports: [port] })),
    'Internal error occurred: failed to allocate a nodePort: range is full',
  );
  const outside = await change(cluster, inside, { type: 'ExternalName', externalName: 'x.io' });
  assert.equal(outside.spec.clusterIP, undefined);
  const taken = await make(cluster, 'e', { ports: [port], clusterIP: one.spec.clusterIP });
  assert.equal(taken.spec.clusterIP, one.spec.clusterIP);
});

test('a refused or dry write keeps nothing', async () => {
  const cluster = await openTestCluster({ nodePorts: { first: 30_000, last: 30_000 } });
  const { core, context } = cluster;
  const body = { metadata: { name: 'a' }, spec: { type: 'NodePort', ports: [port] } } as Service;
  const at = { kind: services, namespace: 'default' };
  const dry = (await core.create(context, at, body, { dryRun: true })).object as Service;
  assert.equal(dry.spec.ports?.[0]?.nodePort, 30_000);
  const two = [port, { name: 'other', port: 81 }];
  assert.match(
    await sentence(make(cluster, 'a', { type: 'NodePort', ports: two })),
    /range is full$/,
  );
  const made = await make(cluster, 'a', { type: 'NodePort', ports: [port] });
  assert.equal(made.spec.ports?.[0]?.nodePort, 30_000);
});

test('headless Services and families', async () => {
  const cluster = await openTestCluster({ serviceRanges: ['10.96.0.0/12', 'fd00::/112'] });
  const headless = await make(cluster, 'a', {
    clusterIP: 'None',
    selector: { app: 'a' },
    ports: [port],
  });
  assert.deepEqual(headless.spec.clusterIPs, ['None']);
  assert.deepEqual(headless.spec.ipFamilies, ['IPv4']);
  const both = await make(cluster, 'b', { ipFamilyPolicy: 'PreferDualStack', ports: [port] });
  assert.deepEqual(both.spec.ipFamilies, ['IPv4', 'IPv6']);
  assert.match(both.spec.clusterIPs?.[1] ?? '', /^fd00::/);
  const { clusterIP, clusterIPs, ipFamilies } = both.spec;
  const one = await change(cluster, both, {
    ...both.spec,
    clusterIP,
    clusterIPs,
    ipFamilies,
    ipFamilyPolicy: 'SingleStack',
  });
  assert.deepEqual(one.spec.clusterIPs, [clusterIP]);
  const single = await openTestCluster();
  assert.equal(
    await sentence(make(single, 'c', { ipFamilyPolicy: 'RequireDualStack', ports: [port] })),
    'Service "c" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  );
});

test('no two Services ever hold the same port, and none is lost', async () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const type = fc.constantFrom('ClusterIP', 'NodePort', 'ExternalName');
  const step = fc.record({ name, type, gone: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const range = { first: 30_000, last: 30_003 };
      const cluster = await openTestCluster({ nodePorts: range });
      const { core, context } = cluster;
      const all = async () =>
        (await core.list(context, { kind: services }, {})).items.map(
          ({ object }) => object as Service,
        );
      await Promise.allSettled(
        steps.map(async (each) => {
          const { name: at } = each;
          if (each.gone) return remove(cluster, at);
          const spec = { type: each.type, ports: [port], externalName: 'x.io' };
          const target = { kind: services, namespace: 'default', name: at };
          const body = { metadata: { name: at }, spec } as Service;
          return void (await core.update(context, target, body, {}));
        }),
      );
      const held = (await all()).flatMap(
        ({ spec }) => spec.ports?.flatMap(({ nodePort }) => nodePort ?? []) ?? [],
      );
      assert.equal(new Set(held).size, held.length);
      // What is not held is free: it can all be taken.
      for (let n = held.length; n < 4; n++)
        await make(cluster, `rest-${n}`, { type: 'NodePort', ports: [port] });
      assert.match(
        await sentence(make(cluster, 'full', { type: 'NodePort', ports: [port] })),
        /full$/,
      );
    }),
    { numRuns: 40 },
  );
});
