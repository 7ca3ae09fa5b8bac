/** What packets may do under NetworkPolicies. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../harness.ts';
import { sameNames } from '../traffic/expect.ts';
import type { Place, World } from '../traffic/world.ts';

const deniedAfterMs = 300;

function policy(name: string, spec: object): Readonly<Record<string, unknown>> {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec };
}

const single = { podSelector: { matchLabels: { single: 'yes' } } };

async function reach(from: Place, address: string, port: number): Promise<string> {
  const { result } = await from.ask<{ result: string }>({
    do: 'connect',
    address,
    port,
    patienceMs: deniedAfterMs,
  });
  return result;
}

function reaches(from: Place, address: string, port: number, expected: string): Promise<void> {
  const what = `from ${from.name} to ${address}:${port}: ${expected}`;
  return eventually(what, async () => assert.equal(await reach(from, address, port), expected));
}

export function policyTests(world: World): void {
  const drop = (...names: string[]): Promise<string> =>
    world.cluster.kubectl(['delete', 'networkpolicy', ...names]);

  test('nobody may come in: not by the address, nor by a Service, a NodePort or a host port', async () => {
    const port = { name: 'http', port: 80, targetPort: 8080 };
    await world.apply(
      world.service('single', { type: 'NodePort', selector: { single: 'yes' }, ports: [port] }),
      world.pod({
        name: 'host',
        labels: { single: 'yes' },
        container: { ports: [{ containerPort: 8080, hostPort: 18_190 }] },
      }),
    );
    await world.ready('host');
    const { spec } = await world.get<{ spec: { ports: { nodePort: number }[] } }>(
      'service',
      'single',
    );
    const { address } = await world.place('single');
    const ways = [
      [world.client, address, 8080],
      [world.client, await world.clusterIP('single'), 80],
      [world.client, world.nodeAddress, spec.ports[0]?.nodePort ?? 0],
      [world.outside, world.nodeAddress, spec.ports[0]?.nodePort ?? 0],
      [world.outside, world.nodeAddress, 18_190],
    ] as const;
    for (const [from, to, number] of ways) await reaches(from, to, number, 'open');
    await world.apply(policy('deny', { ...single, policyTypes: ['Ingress'] }));
    for (const [from, to, number] of ways) await reaches(from, to, number, 'timeout');
    // Probes go on, and it may reach others, and itself.
    assert.equal(await reach(world.node, address, 8080), 'open');
    const inside = await world.place('single');
    assert.equal(await reach(inside, world.client.address, 8080), 'open');
    assert.equal(await reach(inside, address, 8080), 'open');
    await world.cluster.kubectl(['delete', 'pod', 'host', '--wait=false']);
  });

  test('who is let in: by labels, by namespace, by address but for holes, by port and its name', async () => {
    const { address } = await world.place('single');
    const rule = (name: string, ingress: object): Promise<string> =>
      world.apply(policy(name, { ...single, ingress: [ingress] }));
    const peer = await world.place([...(await world.names('app=peer'))][0] ?? '');
    await rule('deny', { from: [{ podSelector: { matchLabels: { app: 'peer' } } }] });
    await reaches(peer, address, 8080, 'open');
    await reaches(world.client, address, 8080, 'timeout');
    const block = (except: string[]) => ({
      from: [{ ipBlock: { cidr: '10.0.0.0/8', except } }],
      ports: [{ port: 'http' }],
    });
    await rule('deny', block([]));
    await reaches(world.client, address, 8080, 'open');
    await rule('deny', block([`${world.client.address}/32`]));
    await reaches(world.client, address, 8080, 'timeout');
    await reaches(peer, address, 8080, 'open');
    await rule('deny', { ports: [{ port: 8000, endPort: 8079 }] });
    await reaches(peer, address, 8080, 'timeout');
    // Another policy lets in more, never less.
    await rule('range', { ports: [{ port: 8000, endPort: 8080 }] });
    await reaches(peer, address, 8080, 'open');
    await drop('deny', 'range');
    await reaches(world.client, address, 8080, 'open');
  });

  test('the other namespace is another peer', async () => {
    await world.cluster.kubectl(['create', 'namespace', 'other']);
    await world.cluster.kubectl(['label', 'namespace', 'other', 'team=a']);
    const pod = { ...world.pod({ name: 'stranger' }) };
    const metadata = { name: 'stranger', namespace: 'other' };
    const spec = pod['spec'] as { volumes: unknown; containers: object[] };
    const map = await world.get<object>('configmap', 'peer');
    await world.apply(
      { ...map, metadata: { name: 'peer', namespace: 'other' } },
      { ...pod, metadata, spec },
    );
    await world.cluster.kubectl([
      'wait',
      '-n',
      'other',
      '--for=condition=Ready',
      'pod/stranger',
      '--timeout=60s',
    ]);
    const { status } = await world.get<{ status: { podIP: string } }>('pod', 'stranger', '-nother');
    const stranger = world.at('stranger', status.podIP);
    const { address } = await world.place('single');
    await world.apply(policy('own', { ...single, ingress: [{ from: [{ podSelector: {} }] }] }));
    await reaches(stranger, address, 8080, 'timeout');
    await reaches(world.client, address, 8080, 'open');
    const team = { namespaceSelector: { matchLabels: { team: 'a' } } };
    await world.apply(policy('own', { ...single, ingress: [{ from: [team] }] }));
    await reaches(stranger, address, 8080, 'open');
    await reaches(world.client, address, 8080, 'timeout');
    await world.cluster.kubectl(['label', 'namespace', 'other', 'team-']);
    await reaches(stranger, address, 8080, 'timeout');
    await drop('own');
  });

  test('what may go out: nothing; then names and one peer through its Service', async () => {
    const inside = await world.place('single');
    const peers = await world.names('app=peer');
    const peer = await world.place([...peers][0] ?? '');
    await world.apply(policy('out', { ...single, policyTypes: ['Egress'] }));
    await reaches(inside, world.client.address, 8080, 'EHOSTUNREACH');
    await reaches(inside, world.outside.address, 8080, 'EHOSTUNREACH');
    // Answers to who asks go out.
    await reaches(world.client, inside.address, 8080, 'open');
    const to = [{ podSelector: { matchLabels: { app: 'peer' } } }];
    const egress = [{ to, ports: [{ port: 'http', protocol: 'TCP' }] }];
    await world.apply(policy('out', { ...single, policyTypes: ['Egress'], egress }));
    await sameNames(inside, `http://${await world.clusterIP('peer')}/`, peers, 'by its Service');
    assert.equal(await reach(inside, peer.address, 8081), 'EHOSTUNREACH');
    assert.equal(await reach(inside, world.client.address, 8080), 'EHOSTUNREACH');
    await drop('out');
    await reaches(inside, world.outside.address, 8080, 'open');
  });

  test('a pod is under its policies before its first container runs', async () => {
    const { address } = await world.place('client');
    await world.apply(
      policy('first', { podSelector: { matchLabels: { born: 'shut' } }, policyTypes: ['Egress'] }),
    );
    const script = `require('node:net').connect({host:'${address}',port:8080},()=>{console.log('open');process.exit()}).on('error',(e)=>{console.log(e.code);process.exit()})`;
    const names = Array.from({ length: 4 }, (_, index) => `born-${index}`);
    await world.apply(
      ...names.map((name) =>
        world.pod({
          name,
          labels: { born: 'shut' },
          spec: { restartPolicy: 'Never' },
          container: { command: ['/usr/bin/node', '-e', script], readinessProbe: null },
        }),
      ),
    );
    for (const name of names)
      await eventually(`${name} was shut in`, async () =>
        assert.equal((await world.cluster.kubectl(['logs', name])).trim(), 'EHOSTUNREACH'),
      );
    await drop('first');
  });

  test('a change holds within 100 ms, and open connections go on', async () => {
    const { address } = await world.place('single');
    await world.client.ask({
      do: 'load',
      id: 'kept',
      url: `http://${address}:8080/`,
      keepAlive: true,
    });
    await world.apply(policy('late', { ...single, policyTypes: ['Ingress'] }));
    await reaches(world.client, address, 8080, 'timeout');
    const load = await world.client.ask<{ failures: string[] }>({ do: 'unload', id: 'kept' });
    assert.deepEqual(load.failures, []);
    const metrics = await world.cluster.kubectl(['get', '--raw', '/metrics']);
    const found =
      /^gantry_traffic_apply_duration_seconds_bucket\{.*part="policies".*le="0\.1"\} (\d+)$/m;
    assert.ok(Number(found.exec(metrics)?.[1] ?? 0) > 0, metrics);
    await drop('late');
  });
}
