import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action, View } from '#api/decision.ts';
import { ingressClasses, ingresses, services } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Ingress, Service } from '#api/types.ts';
import { decidePorts, type PortFacts } from './ports.ts';

const facts: PortFacts = {
  address: '192.0.2.2',
  ingressPorts: [80, 443],
  taken: new Map([['tcp 22', 'another program']]),
};

function loadBalancer(
  name: string,
  port: number,
  more: Partial<Service['status']> & { second?: number } = {},
): Service {
  const { second = 0, ...status } = more;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: `2026-01-01T00:00:0${second}Z`,
    },
    spec: { type: 'LoadBalancer', ports: [{ port, protocol: 'TCP' }] },
    status,
  };
}

const has = { loadBalancer: { ingress: [{ ip: '192.0.2.2', ipMode: 'VIP' }] } };

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
  const view = viewOf({ services: [loadBalancer('a', 8080, has)] });
  assert.deepEqual(decidePorts(view, facts, 0).actions, []);
});

test('who comes second stays pending and is told who has the port', () => {
  const view = viewOf({
    services: [loadBalancer('b', 8080, { second: 1 }), loadBalancer('a', 8080, has)],
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
      loadBalancer('b', 8080, { ...has, second: 1 }),
    ],
  });
  assert.deepEqual(told(decidePorts(view, facts, 0).actions).slice(0, 1), ['a gets nothing']);
});

test('told once', () => {
  const pending = loadBalancer('b', 22);
  const [patch] = decidePorts(viewOf({ services: [pending] }), facts, 0).actions;
  assert.ok(patch?.type === 'patch');
  const { status } = patch.patch as { status: Service['status'] };
  const after = { ...pending, status: { conditions: status?.conditions } };
  assert.deepEqual(decidePorts(viewOf({ services: [after] }), facts, 1000).actions, []);
});

test('Ingress takes its ports when there is one, and not before', () => {
  const claimed = viewOf({ services: [loadBalancer('a', 80, has)], ingresses: [ingress] });
  assert.deepEqual(told(decidePorts(claimed, facts, 0).actions), [
    'Warning site: Pending: port 80/TCP of the gateway belongs to the Service default/a: choose another port, or free that one',
  ]);
  const free = viewOf({ ingresses: [ingress] });
  assert.deepEqual(told(decidePorts(free, facts, 0).actions), ['site gets 192.0.2.2']);
});
