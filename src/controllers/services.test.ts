import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployments, endpointSlices, endpoints, nodes, services } from '#api/kinds/index.ts';
import { type ControlPlane, deploymentNamed, startControlPlane } from './testing/control-plane.ts';

const service = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});

const slicesOf = (plane: ControlPlane) => plane.list(endpointSlices, 'default');

test('a service without pods has one empty slice', async () => {
  const plane = await startControlPlane();
  await plane.create(services, service('web'));
  await plane.run();
  const [slice, ...more] = await slicesOf(plane);
  assert.deepEqual([slice?.endpoints ?? [], slice?.addressType, more.length], [[], 'IPv4', 0]);
  assert.equal(slice?.metadata.labels?.['kubernetes.io/service-name'], 'web');
  assert.equal(
    slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
    'endpointslice-controller.k8s.io',
  );
  await plane.stop();
});

test('pods that are not ready stand apart, unless the service wants them', async () => {
  const plane = await startControlPlane();
  plane.agent.works = () => false;
  await plane.create(deployments, deploymentNamed('web', 1));
  await plane.create(services, service('web'));
  await plane.run();
  const [slice] = await slicesOf(plane);
  const states = { ready: false, serving: false, terminating: false };
  assert.deepEqual(slice?.endpoints?.[0]?.conditions, states);
  assert.equal((await plane.get(endpoints, 'web')).subsets?.[0]?.notReadyAddresses?.length, 1);
  await plane.patch(services, 'web', { spec: { publishNotReadyAddresses: true } });
  await plane.run();
  assert.equal((await slicesOf(plane))[0]?.endpoints?.[0]?.conditions?.ready, true);
  assert.equal((await plane.get(endpoints, 'web')).subsets?.[0]?.addresses?.length, 1);
  await plane.stop();
});

test('a named port is what the pod calls so, and the zone is the one of its node', async () => {
  const plane = await startControlPlane();
  const deployment = deploymentNamed('web', 1);
  const ports = [{ name: 'http', containerPort: 8080 }];
  deployment.spec.template.spec.containers = [{ name: 'web', image: 'web:1', ports }] as never;
  await plane.create(deployments, deployment);
  await plane.create(services, service('web', { ports: [{ port: 80, targetPort: 'http' }] }));
  await plane.run();
  assert.equal((await slicesOf(plane))[0]?.ports?.[0]?.port, 8080);
  const labels = { 'topology.kubernetes.io/zone': 'z1' };
  await plane.patch(nodes, 'n1', { metadata: { labels } });
  await plane.run();
  const [slice] = await slicesOf(plane);
  assert.deepEqual([slice?.endpoints?.[0]?.zone, slice?.endpoints?.[0]?.nodeName], ['z1', 'n1']);
  await plane.stop();
});

test('hints say who is near, as long as the service prefers that', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 1));
  await plane.create(services, service('web', { trafficDistribution: 'PreferSameNode' }));
  await plane.patch(nodes, 'n1', { metadata: { labels: { 'topology.kubernetes.io/zone': 'z1' } } });
  await plane.run();
  const hints = async () => (await slicesOf(plane))[0]?.endpoints?.[0]?.hints;
  assert.deepEqual(await hints(), { forZones: [{ name: 'z1' }], forNodes: [{ name: 'n1' }] });
  await plane.patch(services, 'web', { spec: { trafficDistribution: 'PreferClose' } });
  await plane.run();
  assert.deepEqual(await hints(), { forZones: [{ name: 'z1' }] });
  await plane.patch(services, 'web', { spec: { trafficDistribution: null } });
  await plane.run();
  assert.equal(await hints(), undefined);
  await plane.stop();
});

test('over a hundred endpoints take more slices', async () => {
  const plane = await startControlPlane();
  await plane.create(deployments, deploymentNamed('web', 105));
  await plane.create(services, service('web'));
  await plane.run(300);
  const slices = await slicesOf(plane);
  const counts = slices.map(({ endpoints: list = [] }) => list.length);
  assert.equal(
    counts.reduce((a, b) => a + b, 0),
    105,
  );
  assert.ok(counts.every((count) => count <= 100));
  assert.ok(slices.length <= 3, `${slices.length} slices`);
  await plane.stop();
});

test('endpoints written by hand are mirrored as long as their service has no selector', async () => {
  const plane = await startControlPlane();
  await plane.create(services, { metadata: { name: 'db' }, spec: { ports: [{ port: 5432 }] } });
  await plane.create(endpoints, {
    metadata: { name: 'db' },
    subsets: [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ port: 5432, protocol: 'TCP' }] }],
  });
  await plane.run();
  const [slice] = await slicesOf(plane);
  assert.equal(
    slice?.metadata.labels?.['endpointslice.kubernetes.io/managed-by'],
    'endpointslicemirroring-controller.k8s.io',
  );
  assert.deepEqual(slice?.endpoints?.[0]?.addresses, ['192.0.2.7']);
  await plane.patch(endpoints, 'db', {
    metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
  });
  await plane.run();
  assert.deepEqual(await slicesOf(plane), []);
  await plane.stop();
});
