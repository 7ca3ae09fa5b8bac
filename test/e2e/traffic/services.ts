/** Services as packets meet them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../harness.ts';
import { refused, sameNames } from './expect.ts';
import type { World } from './world.ts';

interface ServiceStatus {
  readonly status: {
    readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] };
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
  };
}

export function serviceTests(world: World): void {
  test('a ClusterIP leads to every endpoint, from a pod and from the node', async () => {
    const url = `http://${await world.clusterIP('peer')}/`;
    const names = await world.names('app=peer');
    for (const place of [world.client, world.node])
      await sameNames(place, url, names, `from ${place.name}`);
    const [answer = ''] = await world.client.get(url);
    assert.match(answer, new RegExp(` from ${world.client.address.replaceAll('.', '\\.')} `));
  });

  test('a pod reaches itself through its own Service', async () => {
    await world.apply(world.service('single', { selector: { single: 'yes' } }));
    const single = await world.place('single');
    const url = `http://${await world.clusterIP('single')}/`;
    await sameNames(single, url, new Set(['single']), 'from itself', 5);
  });

  test("a NodePort at the node's address: from outside, from a pod, from the node", async () => {
    await world.apply(world.service('node-port', { type: 'NodePort' }));
    const { spec } = await world.get<{ spec: { ports: { nodePort: number }[] } }>(
      'service',
      'node-port',
    );
    const url = `http://${world.nodeAddress}:${spec.ports[0]?.nodePort}/`;
    const names = await world.names('app=peer');
    for (const place of [world.outside, world.client, world.node])
      await sameNames(place, url, names, `from ${place.name}`);
  });

  test('session affinity: one endpoint for one client, until it is switched off', async () => {
    await world.apply(world.service('sticky', { sessionAffinity: 'ClientIP' }));
    const url = `http://${await world.clusterIP('sticky')}/`;
    const names = await world.names('app=peer');
    await eventually('it answers', async () => {
      assert.ok(names.has([...(await world.client.who(url, 1))][0] ?? ''));
    });
    assert.equal((await world.client.who(url, 20)).size, 1);
    await world.cluster.kubectl([
      'patch',
      'service',
      'sticky',
      '-p',
      '{"spec":{"sessionAffinity":"None","sessionAffinityConfig":null}}',
    ]);
    await sameNames(world.client, url, names, 'switched off');
  });

  test('hints: those of the node before those of its zone, as soon as the node says where it is', async () => {
    const slice = (hints: (name: string) => object): Promise<string> =>
      world.apply(
        world.service('near', { selector: null }),
        world.slice(
          'near',
          [world.client, single].map(({ name, address }) => ({
            addresses: [address],
            hints: hints(name),
          })),
        ),
      );
    const single = await world.place('single');
    const zone = 'topology.kubernetes.io/zone';
    const { items } = await world.get<{ items: { metadata: { name: string } }[] }>('nodes');
    const node = items[0]?.metadata.name ?? '';
    await slice((name) => ({ forZones: [{ name: `of-${name}` }] }));
    const url = `http://${await world.clusterIP('near')}/`;
    await sameNames(world.node, url, new Set(['client', 'single']), 'no zone');
    await world.cluster.kubectl(['label', 'node', node, `${zone}=of-single`]);
    try {
      await sameNames(world.node, url, new Set(['single']), 'in its zone');
      await slice((name) => ({
        forZones: [{ name: 'of-single' }],
        forNodes: [{ name: name === 'client' ? node : 'other' }],
      }));
      await sameNames(world.node, url, new Set(['client']), 'on its node');
    } finally {
      await world.cluster.kubectl(['label', 'node', node, `${zone}-`]);
    }
  });

  test('nobody behind it: refused at once, not a time-out', async () => {
    await world.apply(world.service('nobody', { type: 'NodePort', selector: { app: 'nobody' } }));
    const { spec } = await world.get<{ spec: { ports: { nodePort: number }[] } }>(
      'service',
      'nobody',
    );
    const nobody = await world.clusterIP('nobody');
    const peer = await world.clusterIP('peer');
    for (const place of [world.client, world.node]) {
      await refused(place, nobody, 80);
      await refused(place, peer, 81);
    }
    for (const place of [world.client, world.node, world.outside])
      await refused(place, world.nodeAddress, spec.ports[0]?.nodePort ?? 0);
    assert.deepEqual(await world.client.ask({ do: 'udp', address: peer, port: 80 }), [
      'ECONNREFUSED',
    ]);
  });

  test('UDP: a flow to an endpoint that has gone is forgotten', async () => {
    const label = (pod: string, value: string): Promise<string> =>
      world.cluster.kubectl(['label', 'pod', pod, `udp${value}`, '--overwrite']);
    const [first = '', second = ''] = await world.names('app=peer');
    await label(first, '=yes');
    const port = { name: 'udp', port: 53, targetPort: 8080, protocol: 'UDP' };
    await world.apply(world.service('udp', { selector: { udp: 'yes' }, ports: [port] }));
    const address = await world.clusterIP('udp');
    const ask = (): Promise<string[]> =>
      world.client.ask({ do: 'udp', address, port: 53, from: 5999, times: 3 });
    const only = (name: string) => async (): Promise<void> =>
      assert.deepEqual(await ask(), [name, name, name]);
    await eventually('the first answers', only(first));
    await label(first, '-');
    await label(second, '=yes');
    // Each question renews the flow from this port: it never runs out by itself.
    await eventually('the second answers', only(second), 10_000);
  });

  test('a LoadBalancer opens its port; a second one waits for it', async () => {
    const spec = { type: 'LoadBalancer', ports: [{ name: 'http', port: 9090, targetPort: 8080 }] };
    const url = `http://${world.nodeAddress}:9090/`;
    const names = await world.names('app=peer');
    const isGiven = (name: string): Promise<void> =>
      eventually(`${name} has its address`, async () => {
        const { status } = await world.get<ServiceStatus>('service', name);
        assert.equal(status.loadBalancer.ingress?.[0]?.ip, world.nodeAddress);
        assert.deepEqual(status.conditions ?? [], []);
      });
    await world.apply(world.service('first', spec));
    await isGiven('first');
    for (const place of [world.outside, world.client, world.node])
      await sameNames(place, url, names, `from ${place.name}`);

    await world.apply(world.service('second', spec));
    await eventually('the second is told who has the port', async () => {
      const { status } = await world.get<ServiceStatus>('service', 'second');
      assert.equal(status.loadBalancer.ingress, undefined);
      const [condition] = status.conditions ?? [];
      assert.equal(`${condition?.type} ${condition?.status}`, 'LoadBalancerPortsError True');
      assert.match(condition?.message ?? '', /port 9090\/TCP .*default\/first/);
      const events = await world.cluster.kubectl(['describe', 'service', 'second']);
      assert.match(events, /Warning +PortTaken .*default\/first/);
    });
    await world.cluster.kubectl(['delete', 'service', 'first']);
    await isGiven('second');
    await sameNames(world.outside, url, names, 'through the second');
  });

  test('loadBalancerSourceRanges let in who is in them', async () => {
    const spec = (range: string) => ({
      type: 'LoadBalancer',
      ports: [{ name: 'http', port: 9091, targetPort: 8080 }],
      loadBalancerSourceRanges: [range],
    });
    const { address } = world.outside;
    await world.apply(world.service('guarded', spec(`${address}/32`)));
    const url = `http://${world.nodeAddress}:9091/`;
    await sameNames(world.outside, url, await world.names('app=peer'), 'let in');
    await world.apply(world.service('guarded', spec('203.0.113.0/24')));
    await eventually('it is not let in', async () => {
      const { result } = await world.outside.ask<{ result: string }>({
        do: 'connect',
        address: world.nodeAddress,
        port: 9091,
        patienceMs: 500,
      });
      assert.equal(result, 'timeout');
    });
  });

  test('externalTrafficPolicy Local: the client is seen, and health is told', async () => {
    const spec = {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      ports: [{ name: 'http', port: 9092, targetPort: 8080 }],
    };
    await world.apply(world.service('kept', spec));
    const url = `http://${world.nodeAddress}:9092/`;
    await sameNames(world.outside, url, await world.names('app=peer'), 'by its port');
    const [answer = ''] = await world.outside.get(url);
    assert.match(answer, new RegExp(` from ${world.outside.address.replaceAll('.', '\\.')} `));
    const made = await world.get<{ spec: { healthCheckNodePort: number } }>('service', 'kept');
    const health = `http://${world.nodeAddress}:${made.spec.healthCheckNodePort}/healthz`;
    const told = async (): Promise<string> => (await world.outside.get(health))[0] ?? '';
    await eventually('three endpoints', async () =>
      assert.match(await told(), /"name":"kept"},"localEndpoints":3/),
    );
    await world.apply(world.service('kept', { ...spec, selector: { app: 'nobody' } }));
    await eventually('none', async () => assert.equal(await told(), 'HTTP 503'));
    await world.cluster.kubectl(['delete', 'service', 'kept']);
  });

  test('internalTrafficPolicy Local: endpoints of this node alone, and nobody when there are none', async () => {
    const local = { internalTrafficPolicy: 'Local' };
    const peers = await world.names('app=peer');
    await world.apply(world.service('indoors', local));
    await sameNames(
      world.client,
      `http://${await world.clusterIP('indoors')}/`,
      peers,
      'all pods are on this node',
    );

    const places = await Promise.all([...peers].map((name) => world.place(name)));
    const { items } = await world.get<{ items: { metadata: { name: string } }[] }>('nodes');
    const here = items[0]?.metadata.name;
    /** Endpoints by hand, the last without a word about its node. */
    const endpoints = (...nodes: (string | undefined)[]): Promise<string> =>
      world.apply({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'near-1', labels: { 'kubernetes.io/service-name': 'near' } },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        endpoints: places.map(({ address }, index) => ({
          addresses: [address],
          ...(nodes[index] && { nodeName: nodes[index] }),
        })),
      });
    const spec = { type: 'NodePort', selector: undefined };
    await endpoints(here, 'elsewhere');
    await world.apply(world.service('near', spec));
    const near = await world.clusterIP('near');
    const url = `http://${near}/`;
    await sameNames(world.client, url, peers, 'wherever they are');
    await world.apply(world.service('near', { ...spec, ...local }));
    const [first] = places;
    for (const place of [world.client, world.node])
      await sameNames(place, url, new Set([first?.name ?? '']), `here, from ${place.name}`);
    await endpoints('elsewhere', 'elsewhere');
    for (const place of [world.client, world.node]) await refused(place, near, 80);
    // What comes in by the node port goes by the other policy.
    const made = await world.get<{ spec: { ports: { nodePort: number }[] } }>('service', 'near');
    const outside = `http://${world.nodeAddress}:${made.spec.ports[0]?.nodePort}/`;
    await sameNames(world.outside, outside, peers, 'from outside');
    await world.cluster.kubectl(['delete', 'service', 'indoors', 'near']);
  });

  test("what leaves the cluster carries the node's address", async () => {
    const [answer] = await world.client.get(`http://${world.outside.address}:8080/`);
    assert.equal(answer, `outside 1 from ${world.outside.address.replace(/2$/, '1')} for /`);
  });
}
