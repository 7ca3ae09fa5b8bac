import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as packet from 'dns-packet';
import { endpointSlices, services } from '#api/kinds/index.ts';
import { silentLogger } from '#base/log.ts';
import { openTrafficWorld } from '../testing/world.ts';
import { ClusterDns } from './cluster-dns.ts';

const inside = '10.244.0.7';
const labels = { 'kubernetes.io/service-name': 'db' };

/** A cluster with a headless Service, an alias to it and one to a name outside. */
async function openDns() {
  const world = await openTrafficWorld();
  const { informers, time } = world;
  const dns = new ClusterDns({
    informers,
    clock: time,
    timers: time,
    logger: silentLogger,
    address: '127.0.0.1',
    port: 0,
    domain: 'cluster.local',
    podRange: '10.244.0.0/16',
    serviceRange: '10.96.0.0/16',
    upstreamServers: [],
    isOwnAddress: (address) => address === '192.0.2.2',
  });
  const started = dns.start();
  informers.start();
  await started;
  const ports = [{ name: 'sql', port: 5432, protocol: 'TCP' }];
  await world.create(services, { metadata: { name: 'db' }, spec: { clusterIP: 'None', ports } });
  const aliasOf = (externalName: string) => ({ type: 'ExternalName', externalName });
  await world.create(services, {
    metadata: { name: 'alias' },
    spec: aliasOf('db.default.svc.cluster.local'),
  });
  await world.create(services, { metadata: { name: 'out' }, spec: aliasOf('example.org') });
  const endpoints = ['10.244.0.1', '10.244.0.2'].map((address) => ({ addresses: [address] }));
  await world.create(endpointSlices, {
    metadata: { name: 'db-1', labels },
    addressType: 'IPv4',
    endpoints,
    ports,
  });
  await world.rest();
  const ask = async (name: string, type = 'A', from = inside, over: 'udp' | 'tcp' = 'udp') => {
    const bytes = packet.encode({
      type: 'query',
      id: 1,
      flags: packet.RECURSION_DESIRED,
      questions: [{ name, type: type as packet.RecordType }],
    });
    const answer = await dns.handle({ bytes, over, from });
    assert.ok(answer);
    return packet.decode(Buffer.from(answer));
  };
  return { world, dns, ask };
}

function dataOf(answer: packet.DecodedPacket): unknown[] {
  return (answer.answers ?? []).map((each) => 'data' in each && each.data);
}

function codeOf(answer: packet.DecodedPacket): number {
  return (answer.flags ?? 0) & 0xf;
}

test('pods and the node are answered, others refused', async (context) => {
  const { dns, ask } = await openDns();
  context.after(() => dns.stop());
  const name = 'db.default.svc.cluster.local';
  for (const from of [inside, '192.0.2.2', '::ffff:10.244.0.7'])
    assert.equal(codeOf(await ask(name, 'A', from)), 0, from);
  for (const from of ['192.0.2.3', '10.245.0.1', 'nonsense']) {
    const answer = await ask(name, 'A', from);
    assert.equal(codeOf(answer), 5, from);
    assert.deepEqual(answer.answers, []);
  }
});

test('each answer begins with another endpoint', async (context) => {
  const { dns, ask } = await openDns();
  context.after(() => dns.stop());
  const first = dataOf(await ask('db.default.svc.cluster.local'));
  const second = dataOf(await ask('db.default.svc.cluster.local'));
  assert.deepEqual(second, [...first].reverse());
});

test('changes are answered at once', async (context) => {
  const { world, dns, ask } = await openDns();
  context.after(() => dns.stop());
  await world.patch(endpointSlices, 'db-1', {
    endpoints: [
      { addresses: ['10.244.0.1'], conditions: { ready: false } },
      { addresses: ['10.244.0.9'], hostname: 'db-0', conditions: { ready: true } },
    ],
  });
  await world.rest();
  assert.deepEqual(dataOf(await ask('db.default.svc.cluster.local')), ['10.244.0.9']);
  assert.deepEqual(dataOf(await ask('db-0.db.default.svc.cluster.local')), ['10.244.0.9']);
  await world.remove(endpointSlices, 'db-1');
  await world.remove(services, 'db');
  await world.rest();
  assert.equal(codeOf(await ask('db.default.svc.cluster.local')), 3);
});

test('"no such name" and "nothing of this type" carry how long they hold', async (context) => {
  const { dns, ask } = await openDns();
  context.after(() => dns.stop());
  for (const [name, type, code] of [
    ['nobody.default.svc.cluster.local', 'A', 3],
    ['db.default.svc.cluster.local', 'AAAA', 0],
  ] as const) {
    const answer = await ask(name, type);
    assert.equal(codeOf(answer), code);
    assert.ok(answer.flag_aa);
    const [soa] = answer.authorities ?? [];
    assert.equal(soa?.name, 'cluster.local');
    assert.equal(soa.type === 'SOA' && soa.data.minimum, 5);
  }
});

test('an alias comes with what stands behind it', async (context) => {
  const { dns, ask } = await openDns();
  context.after(() => dns.stop());
  const answer = await ask('alias.default.svc.cluster.local');
  assert.deepEqual(dataOf(answer).slice(0, 1), ['db.default.svc.cluster.local']);
  assert.deepEqual(dataOf(answer).slice(1).map(String).sort(), ['10.244.0.1', '10.244.0.2']);
  assert.deepEqual(dataOf(await ask('out.default.svc.cluster.local')), ['example.org']);
});

test('without a server for other names: a failure, not silence', async (context) => {
  const { dns, ask } = await openDns();
  context.after(() => dns.stop());
  assert.equal(codeOf(await ask('example.org')), 2);
});

test('a large answer is whole over TCP alone', async (context) => {
  const { world, dns, ask } = await openDns();
  context.after(() => dns.stop());
  await world.patch(endpointSlices, 'db-1', {
    endpoints: Array.from({ length: 100 }, (_, index) => ({ addresses: [`10.244.1.${index}`] })),
  });
  await world.rest();
  const name = 'db.default.svc.cluster.local';
  const short = await ask(name);
  assert.ok(short.flag_tc);
  assert.equal((await ask(name, 'A', inside, 'tcp')).answers?.length, 100);
});

test('bytes that are no question are a format error', async (context) => {
  const { dns } = await openDns();
  context.after(() => dns.stop());
  const bytes = new Uint8Array(20).fill(1, 0, 2);
  const answer = await dns.handle({ bytes, over: 'udp', from: inside });
  assert.equal((answer?.[3] ?? 0) & 0xf, 1);
  assert.equal(
    await dns.handle({ bytes: new Uint8Array(3), over: 'udp', from: inside }),
    undefined,
  );
});
