import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint, EndpointSlice, Service } from '#api/types.ts';
import { backendsOf, frontendsOf } from './frontend.ts';

type Spec = NonNullable<Service['spec']>;

function service(spec: Partial<Spec>, status?: Service['status']): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      clusterIP: '10.96.0.5',
      clusterIPs: ['10.96.0.5'],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      ...spec,
    },
    ...(status && { status }),
  };
}

function slice(endpoints: readonly Endpoint[], more: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'default' },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [...endpoints],
    ...more,
  };
}

const endpoint = (last: number, conditions: Endpoint['conditions'] = {}): Endpoint => ({
  addresses: [`10.244.0.${last}`],
  conditions,
});
const http = { name: 'http', port: 80 };

/** `address protocol port` of each frontend. */
function places(made: Service): string[] {
  return frontendsOf(made, [], { nodeName: 'one', zone: undefined }).map(
    ({ address, protocol, port }) => `${address} ${protocol} ${port}`,
  );
}

function addresses(endpoints: readonly Endpoint[]): string[] {
  return backendsOf(http, [slice(endpoints)]).map((each) => each.address);
}

test('each port of each protocol at each address of the Service', () => {
  const ports = ['TCP', 'UDP', 'SCTP'].map((protocol) => ({ port: 53, protocol, name: protocol }));
  assert.deepEqual(places(service({ ports, externalIPs: ['192.0.2.9'] })), [
    '10.96.0.5 tcp 53',
    '192.0.2.9 tcp 53',
    '10.96.0.5 udp 53',
    '192.0.2.9 udp 53',
    '10.96.0.5 sctp 53',
    '192.0.2.9 sctp 53',
  ]);
});

test('a node port is open at every address of the node', () => {
  const ports = [{ port: 80, protocol: 'TCP', nodePort: 30_080 }];
  assert.deepEqual(places(service({ type: 'NodePort', ports })), [
    '10.96.0.5 tcp 80',
    '* tcp 30080',
  ]);
});

test('headless and ExternalName meet no packets, nor does IPv6', () => {
  assert.deepEqual(places(service({ clusterIP: 'None', clusterIPs: ['None'] })), []);
  assert.deepEqual(places(service({ type: 'ExternalName', externalName: 'a.test' })), []);
  const dual = { clusterIPs: ['10.96.0.5', 'fd00::5'] };
  assert.deepEqual(places(service(dual)), ['10.96.0.5 tcp 80']);
});

test('a load balancer opens the ports that it was given, to whom it lets in', () => {
  const ports = [80, 22].map((port) => ({ port, protocol: 'TCP', name: `p${port}` }));
  const given = { ip: '192.0.2.2', ipMode: 'VIP', ports: [{ port: 80, protocol: 'TCP' }] };
  const spec: Partial<Spec> = {
    type: 'LoadBalancer',
    ports,
    loadBalancerSourceRanges: ['203.0.113.0/24', '203.0.113.7/32', 'fd00::/8'],
  };
  const made = frontendsOf(service(spec, { loadBalancer: { ingress: [given] } }), [], {
    nodeName: 'one',
    zone: undefined,
  });
  const atGateway = made.filter(({ address }) => address === '192.0.2.2');
  assert.deepEqual(
    atGateway.map(({ port, sources }) => [port, sources]),
    [[80, ['203.0.113.0-203.0.113.255']]],
  );
  assert.ok(made.every(({ address, sources }) => address === '192.0.2.2' || !sources));
});

test('an address of somebody who takes packets himself (ipMode Proxy) is left to him', () => {
  const ingress = [{ ip: '192.0.2.2', ipMode: 'Proxy' }];
  assert.deepEqual(places(service({ type: 'LoadBalancer' }, { loadBalancer: { ingress } })), [
    '10.96.0.5 tcp 80',
  ]);
});

test('affinity by client, three hours when nothing else is said', () => {
  const seconds = (spec: Partial<Spec>) =>
    frontendsOf(service(spec), [], { nodeName: 'one', zone: undefined })[0]?.affinitySeconds;
  assert.equal(seconds({ sessionAffinity: 'None' }), undefined);
  assert.equal(seconds({ sessionAffinity: 'ClientIP' }), 10_800);
  const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
  assert.equal(seconds({ sessionAffinity: 'ClientIP', sessionAffinityConfig }), 60);
});

test('ready endpoints; those that end serve when nobody else does', () => {
  const ready = endpoint(2, { ready: true, serving: true, terminating: false });
  const ending = endpoint(3, { ready: false, serving: true, terminating: true });
  const sick = endpoint(4, { ready: false, serving: false, terminating: false });
  assert.deepEqual(addresses([ending, ready, sick]), ['10.244.0.2']);
  assert.deepEqual(addresses([ending, sick]), ['10.244.0.3']);
  assert.deepEqual(addresses([sick]), []);
  assert.deepEqual(addresses([endpoint(5)]), ['10.244.0.5']);
});

test('the port of that name in every slice; an endpoint in two slices counts once', () => {
  const other = { ports: [{ name: 'http', port: 9090, protocol: 'TCP' }] };
  const slices = [
    slice([endpoint(3), endpoint(2)]),
    slice([endpoint(2)]),
    slice([endpoint(2)], other),
    slice([endpoint(7)], { ports: [{ name: 'metrics', port: 1, protocol: 'TCP' }] }),
    slice([{ addresses: ['fd00::2'], conditions: {} }], { addressType: 'IPv6' }),
  ];
  assert.deepEqual(
    backendsOf(http, slices).map(({ address, port }) => `${address}:${port}`),
    ['10.244.0.2:8080', '10.244.0.2:9090', '10.244.0.3:8080'],
  );
});

test('Local: endpoints of this node alone, inside or from outside, each by its own policy', () => {
  const here = { ...endpoint(2), nodeName: 'one' };
  const there = { ...endpoint(3), nodeName: 'two' };
  const led = (spec: Partial<Spec>): string[] => {
    const ports = [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30_080 }];
    const made = service({ type: 'NodePort', ports, ...spec });
    return frontendsOf(made, [slice([here, there])], { nodeName: 'one', zone: undefined }).map(
      ({ address, backends }) => `${address} ${backends.length}`,
    );
  };
  assert.deepEqual(led({}), ['10.96.0.5 2', '* 2']);
  assert.deepEqual(led({ internalTrafficPolicy: 'Local' }), ['10.96.0.5 1', '* 2']);
  assert.deepEqual(led({ externalTrafficPolicy: 'Local' }), ['10.96.0.5 2', '* 1']);
});
