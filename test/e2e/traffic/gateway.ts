/** Ingress through the gateway, and what must never fail while things change behind it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock as clock } from '#sys/clock.ts';
import { createAuthority, issueServer } from '#wire/pki/authority.ts';
import { eventually, run } from '../harness.ts';
import { sameNames } from './expect.ts';
import type { Load, Task } from './peer.ts';
import type { Place, World } from './world.ts';

interface Path {
  readonly path: string;
  readonly pathType?: 'Exact' | 'Prefix';
  readonly service: string;
}

const backend = (name: string) => ({ service: { name, port: { number: 80 } } });

function ingress(
  name: string,
  rules: Readonly<Record<string, readonly Path[]>>,
  more: object = {},
) {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name },
    spec: {
      rules: Object.entries(rules).map(([host, paths]) => ({
        ...(host !== '' && { host }),
        http: {
          paths: paths.map(({ path, pathType = 'Prefix', service }) => ({
            path,
            pathType,
            backend: backend(service),
          })),
        },
      })),
      ...more,
    },
  };
}

/** The pods of a Service answer with their names; two Services, two pods, so that a name says the way. */
function routeTests(world: World): void {
  const url = (path = '/'): string =>
    `http://${world.nodeAddress}:${world.cluster.httpPort}${path}`;
  const answer = async (host: string, path: string): Promise<string> => {
    const [text = ''] = await world.outside.get(url(path), { host });
    return text.replace(/ 1 from .* for /, ' ');
  };

  test('by host and path: exact, by elements, any one label, any host', async () => {
    const ways = ['one', 'two', 'three'];
    await world.apply(
      ...ways.map((name) => world.pod({ name, labels: { way: name } })),
      ...ways.map((name) => world.service(name, { selector: { way: name } })),
      ingress('paths', {
        'shop.test': [
          { path: '/', service: 'one' },
          { path: '/cart', service: 'two' },
          { path: '/cart/gift', pathType: 'Exact', service: 'three' },
        ],
        '*.wild.test': [{ path: '/', service: 'two' }],
      }),
    );
    await world.ready(...ways);
    await eventually('the last rule holds', async () =>
      assert.equal(await answer('a.wild.test', '/x?q=1'), 'two /x?q=1'),
    );
    const { cluster } = world;
    for (const [host, path, expected] of [
      ['shop.test', '/', 'one /'],
      [`SHOP.test:${cluster.httpPort}`, '/a', 'one /a'],
      ['shop.test', '/cart', 'two /cart'],
      ['shop.test', '/cart/1', 'two /cart/1'],
      ['shop.test', '/cartoon', 'one /cartoon'],
      ['shop.test', '/cart/gift', 'three /cart/gift'],
      ['shop.test', '/cart/gift/2', 'two /cart/gift/2'],
      ['wild.test', '/', 'HTTP 404'],
      ['a.b.wild.test', '/', 'HTTP 404'],
      ['other.test', '/', 'HTTP 404'],
    ] as const)
      assert.equal(await answer(host, path), expected, `${host}${path}`);
  });

  test('a default backend takes the rest; a Service without endpoints is 503', async () => {
    await world.apply(
      ingress(
        'rest',
        { 'nobody.test': [{ path: '/', service: 'no-such' }] },
        {
          defaultBackend: backend('three'),
        },
      ),
    );
    await eventually('the default backend answers', async () =>
      assert.equal(await answer('other.test', '/'), 'three /'),
    );
    assert.equal(await answer('nobody.test', '/'), 'HTTP 503');
    assert.equal(await answer('shop.test', '/'), 'one /');
    const status = await world.cluster.kubectl(['get', 'ingress', 'rest']);
    assert.match(status, new RegExp(world.nodeAddress.replaceAll('.', '\\.')));
    await world.cluster.kubectl(['delete', 'ingress', 'rest']);
    await eventually('it is gone', async () =>
      assert.equal(await answer('other.test', '/'), 'HTTP 404'),
    );
  });
}

function healthCheckTests(world: World): void {
  test('a health check port that another program holds stops no other change, and is served when it is free', async () => {
    const port = 31_999;
    const holder = createServer().listen(port);
    await once(holder, 'listening');
    const answers = async (host: string): Promise<void> =>
      eventually(`${host} answers`, async () => {
        const url = `http://${world.nodeAddress}:${world.cluster.httpPort}/`;
        assert.match((await world.outside.get(url, { host }))[0] ?? '', /^one /);
      });
    const checked = (host: string) =>
      ingress('checked', { [host]: [{ path: '/', service: 'one' }] });
    const service = world.service('checked', {
      selector: { way: 'one' },
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: port,
      ports: [{ port: 9321, targetPort: 8080 }],
    });
    try {
      await world.apply(service, checked('held.test'));
      await answers('held.test');
      await eventually('the Service says so', async () => {
        const which = '--field-selector=reason=FailedToStartServiceHealthcheck';
        assert.match(
          await world.cluster.kubectl(['get', 'events', which]),
          /service\/checked .*31999/,
        );
      });
    } finally {
      holder.close();
    }
    await world.apply(checked('freed.test'));
    await answers('freed.test');
    await eventually('its health is told', async () => {
      const { stdout } = await run('curl', ['-sS', `http://127.0.0.1:${port}/`]);
      assert.match(stdout, /"localEndpoints":1/);
    });
    await world.cluster.kubectl(['delete', 'ingress/checked', 'service/checked']);
  });
}

function certificateTests(world: World): void {
  test('TLS by name from a Secret; a new one is served without a restart', async () => {
    const authority = await createAuthority(clock, 'traffic-test-ca');
    const file = join(world.cluster.folder, 'ca.pem');
    writeFileSync(file, authority.certificate);
    const give = async (name: string): Promise<string> => {
      const names = [`${name}.test`];
      const { certificate, key } = await issueServer(authority, clock, { commonName: name, names });
      const stringData = { 'tls.crt': certificate, 'tls.key': key };
      const type = 'kubernetes.io/tls';
      return world.apply(
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cert' }, type, stringData },
        ingress(
          'tls',
          {
            'secure.test': [{ path: '/', service: 'one' }],
            'renewed.test': [{ path: '/', service: 'one' }],
          },
          {
            tls: [{ secretName: 'cert', hosts: ['secure.test', 'renewed.test'] }],
          },
        ),
      );
    };
    const { httpsPort } = world.cluster;
    const curl = (name: string) =>
      run('curl', [
        '-sS',
        '--cacert',
        file,
        '--resolve',
        `${name}:${httpsPort}:127.0.0.1`,
        `https://${name}:${httpsPort}/`,
      ]);
    const serves = (name: string): Promise<void> =>
      eventually(`${name} has its certificate`, async () => {
        const { stdout, stderr } = await curl(name);
        assert.match(stdout, /^one /, stderr);
      });
    await give('secure');
    await serves('secure.test');
    assert.match((await curl('renewed.test')).stderr, /subject name|SSL/);
    const before = mainHaproxy(world);
    // Of two Ingresses one names a Secret that holds no certificate: the other is changed all the same.
    const stringData = { 'tls.crt': 'nonsense', 'tls.key': 'nonsense' };
    const bad = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bad' }, stringData };
    await world.apply(
      { ...bad, type: 'kubernetes.io/tls' },
      ingress(
        'bad',
        { 'bad.test': [{ path: '/', service: 'one' }] },
        { tls: [{ secretName: 'bad', hosts: ['bad.test'] }] },
      ),
    );
    await give('renewed');
    await serves('renewed.test');
    assert.equal(mainHaproxy(world), before);
  });
}

/** One request after the other, from four sides, as long as `change` lasts: none fails. */
async function underLoad(
  world: World,
  { host, service }: { host: string; service: string },
  change: () => Promise<void>,
): Promise<void> {
  const gateway = `http://${world.nodeAddress}:${world.cluster.httpPort}/`;
  const direct = `http://${await world.clusterIP(service)}/`;
  const sides: [Place, Task & { do: 'load' }][] = [
    [world.outside, { do: 'load', id: 'new connections', url: gateway, host, keepAlive: false }],
    [world.outside, { do: 'load', id: 'kept connection', url: gateway, host, keepAlive: true }],
    [world.client, { do: 'load', id: 'ClusterIP', url: direct, keepAlive: false }],
    [world.node, { do: 'load', id: 'ClusterIP from the node', url: direct, keepAlive: false }],
  ];
  for (const [place, task] of sides) await place.ask(task);
  const end = (): Promise<Load[]> =>
    Promise.all(sides.map(([place, { id }]) => place.ask<Load>({ do: 'unload', id })));
  await change().catch(async (error: unknown) => {
    await end();
    throw error;
  });
  for (const [index, { answered, failures }] of (await end()).entries()) {
    const id = sides[index]?.[1].id;
    assert.deepEqual(failures, [], `${id}: of ${answered} requests`);
    assert.ok(answered > 50, `${id}: only ${answered} requests`);
  }
}

function changeTests(world: World): void {
  const place = { host: 'busy.test', service: 'busy' };
  const rollout = (): Promise<string> =>
    world.cluster.kubectl(['rollout', 'status', 'deployment/busy', '--timeout=60s']);
  const scale = (replicas: number): Promise<string> =>
    world.cluster.kubectl(['scale', 'deployment/busy', `--replicas=${replicas}`]);
  const podCount = (count: number): Promise<void> =>
    eventually(`${count} pods`, async () => {
      const { items } = await world.get<{ items: unknown[] }>('pods', '-l', 'app=busy');
      assert.equal(items.length, count);
    });
  const everywhere = async (): Promise<void> => {
    const names = await world.names('app=busy');
    const url = `http://${world.nodeAddress}:${world.cluster.httpPort}/`;
    await eventually('the gateway leads to every pod', async () =>
      assert.deepEqual(
        [...(await world.outside.who(url, 30, place.host))].sort(),
        [...names].sort(),
      ),
    );
    await sameNames(world.client, `http://${await world.clusterIP('busy')}/`, names, 'busy');
  };

  test('no request fails while it is scaled up and down', async () => {
    await world.apply(
      world.deployment('busy', 2),
      world.service('busy', { selector: { app: 'busy' } }),
      ingress('busy', { [place.host]: [{ path: '/', service: 'busy' }] }),
    );
    await rollout();
    await everywhere();
    await underLoad(world, place, async () => {
      await scale(5);
      await rollout();
      await everywhere();
      await scale(2);
      await podCount(2);
    });
  });

  test('no request fails in a rolling update', async () => {
    await underLoad(world, place, async () => {
      await world.apply(world.deployment('busy', 2, '2'));
      await rollout();
      await podCount(2);
    });
    await everywhere();
  });

  test('no request fails while other Ingresses come and go', async () => {
    const names = ['other-1', 'other-2', 'other-3'];
    const gateway = `http://${world.nodeAddress}:${world.cluster.httpPort}/`;
    const answers = (name: string, expected: string): Promise<void> =>
      eventually(`${name} is answered with ${expected}`, async () =>
        assert.match(
          (await world.outside.get(gateway, { host: `${name}.test` }))[0] ?? '',
          new RegExp(`^${expected}`),
        ),
      );
    await underLoad(world, place, async () => {
      for (const name of names) {
        await world.apply(ingress(name, { [`${name}.test`]: [{ path: '/', service: 'one' }] }));
        await answers(name, 'one');
      }
      await world.cluster.kubectl(['delete', 'ingress', ...names]);
      for (const name of names) await answers(name, 'HTTP 404');
    });
  });

  test('HAProxy that is killed comes back by itself', async () => {
    const before = mainHaproxy(world);
    process.kill(before, 'SIGKILL');
    await eventually('another one runs', async () => assert.notEqual(mainHaproxy(world), before));
    await everywhere();
  });

  test('no request fails while gantry is killed and comes back', async () => {
    const { pid } = await world.cluster.status();
    const haproxy = mainHaproxy(world);
    await underLoad(world, place, async () => {
      process.kill(pid, 'SIGKILL');
      await eventually('another gantry is ready', async () => {
        const status = await world.cluster.status();
        assert.notEqual(status.pid, pid);
        assert.equal(status.ready, true);
      });
      await scale(3);
      await rollout();
    });
    assert.equal(mainHaproxy(world), haproxy);
    await everywhere();
  });
}

/** The HAProxy of this cluster that gantry started (not its workers). */
function mainHaproxy({ cluster }: World): number {
  const config = `/var/lib/gantry/${cluster.name}/gateway/haproxy.cfg`;
  const running = readdirSync('/proc').filter((each) => /^\d+$/.test(each));
  const ours = running.flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (!readlinkSync(`/proc/${pid}/exe`).endsWith('/haproxy') || !words.includes(config))
        return [];
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return [{ pid: Number(pid), parent: Number(parent) }];
    } catch {
      return [];
    }
  });
  const main = ours.filter(({ parent }) => !ours.some(({ pid }) => pid === parent));
  assert.equal(main.length, 1, `one HAProxy: ${JSON.stringify(ours)}`);
  return main[0]?.pid ?? 0;
}

export function gatewayTests(world: World): void {
  routeTests(world);
  healthCheckTests(world);
  certificateTests(world);
  changeTests(world);
}
