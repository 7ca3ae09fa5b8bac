import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action, View } from '#api/decision.ts';
import { ingressClasses, ingresses, services } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Ingress, LoadBalancerIngress, Service } from '#api/types.ts';
import { decidePorts, type PortFacts } from './ports.ts';

const facts: PortFacts = {
  address: '192.0.2.2',
  ingressPorts: [80, 443],
  reserved: new Map([['tcp 6443', 'the Kubernetes API']]),
  taken: new Map([['tcp 22', 'another program']]),
};

function loadBalancer(
  name: string,
  port: number,
  more: Partial<Service['status']> & { second?: number; ports?: number[] } = {},
): Service {
  const { second = 0, ports = [port], ...status } = more;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: `2026-01-01T00:00:0${second}Z`,
    },
    spec: { type: 'LoadBalancer', ports: ports.map((each) => ({ port: each, protocol: 'TCP' })) },
    status,
  };
}

/** Status of who has these ports. */
function having(...ports: number[]): { loadBalancer: { ingress: LoadBalancerIngress[] } } {
  const given = ports.map((port) => ({ port, protocol: 'TCP' }));
  return { loadBalancer: { ingress: [{ ip: '192.0.2.2', ipMode: 'VIP', ports: given }] } };
}

/** The same objects after the patches. */
function after<T extends Service | Ingress>(object: T, actions: readonly Action[]): T {
  const patch = actions.find((each) => each.type === 'patch' && each.name === object.metadata.name);
  if (patch?.type !== 'patch') return object;
  const { status } = JSON.parse(
    JSON.stringify(patch.patch, (_key, value: unknown) => (value === null ? undefined : value)),
  ) as { status: T['status'] };
  return { ...object, status };
}

const ingress: Ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: {
    name: 'site',
    namespace: 'default',
    uid: 'i',
    creationTimestamp: '2026-01-01T00:00:05Z',
  },
  spec: {},
};

function viewOf(objects: { services?: Service[]; ingresses?: Ingress[] }): View {
  const lists = new Map<Kind, readonly KubeObject[]>([
    [services as unknown as Kind, objects.services ?? []],
    [ingresses as unknown as Kind, objects.ingresses ?? []],
    [ingressClasses as unknown as Kind, []],
  ]);
  const view: Pick<View, 'list'> = {
    list: (kind) => (lists.get(kind as unknown as Kind) ?? []) as never,
  };
  return view as View;
}

function told(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => {
    if (action.type === 'event')
      return [`${action.level} ${action.regarding.metadata.name}: ${action.message}`];
    if (action.type !== 'patch') return [];
    const { status } = action.patch as {
      status: { loadBalancer: { ingress: { ip: string }[] | null } };
    };
    return [`${action.name} gets ${status.loadBalancer.ingress?.[0]?.ip ?? 'nothing'}`];
  });
}

test('a free port is given', () => {
  const { actions } = decidePorts(viewOf({ services: [loadBalancer('a', 8080)] }), facts, 0);
  assert.deepEqual(told(actions), [
    'a gets 192.0.2.2',
    'Normal a: The gateway 192.0.2.2 leads to this Service',
  ]);
});

test('nothing to do when all is as it should be', () => {
  const view = viewOf({ services: [loadBalancer('a', 8080, having(8080))] });
  assert.deepEqual(decidePorts(view, facts, 0).actions, []);
});

test('who comes second stays pending and is told who has the port', () => {
  const view = viewOf({
    services: [loadBalancer('b', 8080, { second: 1 }), loadBalancer('a', 8080, having(8080))],
  });
  const { actions } = decidePorts(view, facts, 0);
  assert.deepEqual(told(actions), [
    'b gets nothing',
    'Warning b: Pending: port 8080/TCP of the gateway belongs to the Service default/a: choose another port, or free that one',
  ]);
});

test('an older claim does not drive out who has the port', () => {
  const view = viewOf({
    services: [
      loadBalancer('a', 8080, { second: 0 }),
      loadBalancer('b', 8080, { ...having(8080), second: 1 }),
    ],
  });
  assert.deepEqual(told(decidePorts(view, facts, 0).actions).slice(0, 1), ['a gets nothing']);
});

test('told once', () => {
  const pending = loadBalancer('b', 22);
  const first = decidePorts(viewOf({ services: [pending] }), facts, 0);
  assert.equal(told(first.actions).length, 2);
  const told2 = viewOf({ services: [after(pending, first.actions)] });
  assert.deepEqual(decidePorts(told2, facts, 1000).actions, []);
  assert.equal(first.again, 30_000);
});

test('a program that comes to listen later does not drive out who has the port', () => {
  const view = viewOf({ services: [loadBalancer('a', 22, having(22))] });
  assert.deepEqual(decidePorts(view, facts, 0).actions, []);
});

test('the port of the Kubernetes API is taken back', () => {
  const view = viewOf({ services: [loadBalancer('a', 6443, having(6443))] });
  assert.equal(told(decidePorts(view, facts, 0).actions)[0], 'a gets nothing');
});

test('who asks for one port more keeps what it has while it waits', () => {
  const service = loadBalancer('a', 8080, { ports: [8080, 22], ...having(8080) });
  const { actions } = decidePorts(viewOf({ services: [service] }), facts, 0);
  assert.deepEqual(told(actions), [
    'a gets 192.0.2.2',
    'Warning a: Pending: port 22/TCP of the gateway belongs to another program: choose another port, or free that one',
  ]);
  const next = after(service, actions);
  assert.deepEqual(next.status?.loadBalancer, having(8080).loadBalancer);
  assert.equal(next.status?.conditions?.[0]?.reason, 'PortTaken');
  const free = { ...facts, taken: new Map<string, string>() };
  const given = after(next, decidePorts(viewOf({ services: [next] }), free, 0).actions);
  assert.deepEqual(given.status?.loadBalancer, having(8080, 22).loadBalancer);
  assert.deepEqual(given.status?.conditions ?? [], []);
});

test('Ingress takes its ports when there is one, and not before', () => {
  const owner = loadBalancer('a', 80, having(80));
  const { actions } = decidePorts(viewOf({ services: [owner], ingresses: [ingress] }), facts, 0);
  assert.deepEqual(told(actions), [
    'site gets nothing',
    'Warning site: Pending: port 80/TCP of the gateway belongs to the Service default/a: choose another port, or free that one',
  ]);
  const pending = after(ingress, actions);
  assert.equal(
    pending.status?.loadBalancer?.ingress?.[0]?.ports?.[0]?.error,
    'gantry.dev/PortTaken',
  );
  const waits = viewOf({ services: [owner], ingresses: [pending] });
  assert.deepEqual(decidePorts(waits, facts, 0).actions, []);
  const free = viewOf({ ingresses: [pending] });
  assert.deepEqual(told(decidePorts(free, facts, 0).actions), ['site gets 192.0.2.2']);
});
