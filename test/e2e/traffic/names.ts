/** The cluster's names as pods ask for them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemTimers as timers } from '#sys/timers.ts';
import { askTcp, askUdp } from '#wire/dns/client.ts';
import { inspectAnswer } from '#wire/dns/forward.ts';
import { encodeQuery, resourcesOf } from '#wire/dns/message.ts';
import { eventually } from '../harness.ts';
import type { World } from './world.ts';

const domain = 'default.svc.cluster.local';
const manyAddresses = Array.from({ length: 120 }, (_, index) => `10.97.200.${index + 1}`);

export function nameTests(world: World): void {
  const lookup = (name: string): Promise<string | string[]> =>
    world.client.ask({ do: 'lookup', name });
  const resolve = (name: string, type: string, server?: string): Promise<unknown> =>
    world.client.ask({ do: 'resolve', name, type, ...(server && { server }) });
  const podAddresses = async (selector: string): Promise<string[]> => {
    const { items } = await world.get<{ items: { status: { podIP: string } }[] }>(
      'pods',
      '-l',
      selector,
    );
    return items.map(({ status }) => status.podIP).sort();
  };

  test('a Service: its name in each form, SRV and PTR', async () => {
    const address = await world.clusterIP('peer');
    for (const name of ['peer', 'peer.default', 'peer.default.svc', `peer.${domain}`])
      assert.deepEqual(await lookup(name), [address], name);
    const [srv] = (await resolve(`_http._tcp.peer.${domain}`, 'SRV')) as { name: string }[];
    const expected = { name: `peer.${domain}`, port: 80, priority: 0, weight: 100, type: 'SRV' };
    assert.deepEqual({ ...srv }, expected);
    const reverse = `${address.split('.').reverse().join('.')}.in-addr.arpa`;
    assert.deepEqual(await resolve(reverse, 'PTR'), [`peer.${domain}`]);
    assert.deepEqual(await lookup('kubernetes.default'), [await world.clusterIP('kubernetes')]);
  });

  test('no such name, and a name without such a record', async () => {
    assert.equal(await resolve(`nothing.${domain}`, 'A'), 'ENOTFOUND');
    assert.equal(await resolve('peer.nowhere.svc.cluster.local', 'A'), 'ENOTFOUND');
    assert.equal(await resolve(`peer.${domain}`, 'AAAA'), 'ENODATA');
    assert.equal(await resolve(`peer.${domain}`, 'TXT'), 'ENODATA');
    assert.equal(await lookup('nothing'), 'ENOTFOUND');
  });

  test('headless: every endpoint, and each pod by its hostname', async () => {
    const member = (name: string) =>
      world.pod({ name, labels: { set: 'db' }, spec: { hostname: name, subdomain: 'db' } });
    await world.apply(
      world.service('db', { clusterIP: 'None', selector: { set: 'db' } }),
      member('db-0'),
      member('db-1'),
    );
    await world.ready('db-0', 'db-1');
    await eventually('both are there', async () =>
      assert.deepEqual(await lookup('db'), await podAddresses('set=db')),
    );
    assert.deepEqual(await lookup('db-1.db'), [(await world.place('db-1')).address]);
    const targets = (await resolve(`_http._tcp.db.${domain}`, 'SRV')) as { name: string }[];
    assert.deepEqual(targets.map(({ name }) => name).sort(), [
      `db-0.db.${domain}`,
      `db-1.db.${domain}`,
    ]);
    const inPod = await world.cluster.kubectl(['exec', 'db-0', '--', 'hostname', '-f']);
    assert.equal(inPod.trim(), `db-0.db.${domain}`);
    await world.cluster.kubectl(['delete', 'pod', 'db-1', '--wait=false']);
    await eventually('the one that goes is not named any more', async () =>
      assert.deepEqual(await lookup('db'), [(await world.place('db-0')).address]),
    );
  });

  test('ExternalName is an alias of a name inside', async () => {
    const externalName = `peer.${domain}`;
    await world.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'alias' },
      spec: { type: 'ExternalName', externalName },
    });
    const address = await world.clusterIP('peer');
    await eventually('the alias answers', async () =>
      assert.deepEqual(await lookup('alias'), [address]),
    );
    assert.deepEqual(await resolve(`alias.${domain}`, 'CNAME'), [externalName]);
  });

  test("Consul's names: healthy endpoints only", async () => {
    const unhealthy = { readinessProbe: { httpGet: { path: '/', port: 9 }, periodSeconds: 1 } };
    await world.apply(
      world.pod({ name: 'sick', labels: { app: 'health' }, container: unhealthy }),
      world.pod({ name: 'well', labels: { app: 'health' } }),
      world.service('health', { selector: { app: 'health' } }),
    );
    await world.ready('well');
    await world.cluster.kubectl([
      'wait',
      'pod/sick',
      '--for=jsonpath={.status.phase}=Running',
      '--timeout=30s',
    ]);
    const { address } = await world.place('well');
    await eventually('the healthy one is named', async () =>
      assert.deepEqual(await resolve('health.service.consul', 'A'), [address]),
    );
    const [srv] = (await resolve('health.service.consul', 'SRV')) as {
      name: string;
      port: number;
    }[];
    assert.equal(srv?.port, 8080);
    assert.deepEqual(await resolve(srv?.name ?? '', 'A'), [address]);
    assert.equal(await resolve('nothing.service.consul', 'A'), 'ENOTFOUND');
    await world.cluster.kubectl(['delete', 'pod', 'well', '--wait=false']);
    await eventually('nobody is healthy', async () =>
      assert.equal(await resolve('health.service.consul', 'A'), 'ENOTFOUND'),
    );
  });

  test('an answer that does not fit into a packet comes by TCP', async () => {
    await world.apply(
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'many' },
        spec: { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'many-1', labels: { 'kubernetes.io/service-name': 'many' } },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
        endpoints: manyAddresses.map((address) => ({ addresses: [address] })),
      },
    );
    const sorted = [...manyAddresses].sort();
    await eventually('all are named', async () => assert.deepEqual(await lookup('many'), sorted));
    const query = encodeQuery(7, `many.${domain}`, 'A');
    const short = await askUdp(world.dnsAddress, query, 2000, timers);
    assert.equal(inspectAnswer(short)?.truncated, true);
    assert.ok(short.length <= 512);
    const whole = await askTcp(world.dnsAddress, query, 2000);
    assert.equal(resourcesOf(whole).length, manyAddresses.length);
  });

  test('outsiders are refused, over UDP and as a way to other names', async () => {
    const ask = (name: string): Promise<unknown> =>
      world.outside.ask({ do: 'resolve', name, type: 'A', server: world.dnsAddress });
    assert.equal(await ask(`peer.${domain}`), 'EREFUSED');
    assert.equal(await ask('example.org'), 'EREFUSED');
  });
}
