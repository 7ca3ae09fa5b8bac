import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Ingress, IngressClass, Secret, Service } from '#api/types.ts';
import { type GatewayFacts, gatewayTable } from './routes.ts';

type Path = readonly [host: string, path: string, service: string, exact?: 'Exact'];

function ingress(
  name: string,
  paths: readonly Path[],
  more: Partial<Ingress['spec']> = {},
): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      rules: paths.map(([host, path, service, pathType = 'Prefix']) => ({
        ...(host !== '' && { host }),
        http: { paths: [{ path, pathType, backend: backend(service) }] },
      })),
      ...more,
    },
  };
}

const backend = (name: string, port: { number?: number; name?: string } = { number: 80 }) => ({
  service: { name, port },
});

const web: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
};

const slice: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'default' },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: [
    { addresses: ['10.244.0.3'], conditions: { ready: false } },
    { addresses: ['10.244.0.2'], conditions: { ready: true } },
  ],
};

const ours: IngressClass = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: 'gantry' },
  spec: { controller: 'gantry.dev/gateway' },
};

function table(ingresses: readonly Ingress[], more: Partial<GatewayFacts> = {}) {
  return gatewayTable({
    ingresses,
    classes: [ours],
    service: (_namespace, name) => (name === 'web' ? web : undefined),
    slices: (_namespace, name) => (name === 'web' ? [slice] : []),
    secret: () => undefined,
    pemOf: ({ metadata }) => (metadata.name === 'bad' ? undefined : `PEM of ${metadata.name}`),
    ...more,
  });
}

test('a path leads to the ready endpoints of its Service, by number or name of the port', () => {
  const byName = ingress('a', [], {
    rules: [
      { http: { paths: [{ pathType: 'Prefix', backend: backend('web', { name: 'http' }) }] } },
    ],
  });
  const { routes, backends } = table([ingress('b', [['Shop.Test', '/a', 'web']]), byName]);
  assert.deepEqual(routes, [
    { host: '', path: '/', exact: false, backend: 'default_web_http' },
    { host: 'shop.test', path: '/a', exact: false, backend: 'default_web_80' },
  ]);
  const endpoints = [{ address: '10.244.0.2', port: 8080 }];
  assert.deepEqual([...backends.values()], [endpoints, endpoints]);
});

test('a Service that is not there, or has no such port, is a backend with nobody', () => {
  const noPort = ingress('a', [], { defaultBackend: backend('web', { number: 81 }) });
  const { backends, defaultBackend } = table([noPort, ingress('b', [['', '/', 'gone']])]);
  assert.deepEqual(Object.fromEntries(backends), { default_web_81: [], default_gone_80: [] });
  assert.equal(defaultBackend, 'default_web_81');
});

test('of two rules for the same place the older Ingress holds, then the first by name', () => {
  const older = ingress('z', [['a.test', '/x', 'old']]);
  const younger = {
    ...ingress('a', [['a.test', '/x/', 'new']]),
    metadata: { name: 'a', namespace: 'default', creationTimestamp: '2026-02-01T00:00:00Z' },
  };
  const backendsOf = (all: readonly Ingress[]): string[] =>
    table(all).routes.map((each) => each.backend);
  assert.deepEqual(backendsOf([younger, older]), ['default_old_80']);
  const same = [
    ingress('y', [['a.test', '/', 'second']]),
    ingress('b', [['a.test', '/', 'first']]),
  ];
  assert.deepEqual(backendsOf(same), ['default_first_80']);
});

test('exact and prefix for the same path are two places', () => {
  const both = ingress('a', [
    ['a.test', '/x', 'one', 'Exact'],
    ['a.test', '/x', 'two'],
  ]);
  assert.deepEqual(
    table([both]).routes.map(({ exact, backend: name }) => [exact, name]),
    [
      [true, 'default_one_80'],
      [false, 'default_two_80'],
    ],
  );
});

test('Ingresses of other classes and those that are being deleted are not served', () => {
  const path: Path = ['', '/', 'web'];
  const deleted = ingress('c', [path]);
  const all = [
    ingress('a', [path], { ingressClassName: 'nginx' }),
    {
      ...deleted,
      metadata: { ...deleted.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' },
    },
  ];
  assert.deepEqual(table(all).routes, []);
  assert.equal(table([ingress('b', [path], { ingressClassName: 'gantry' })]).routes.length, 1);
});

test('a certificate once, for every host that names it; what cannot be served is left out', () => {
  const secret = (namespace: string, name: string): Secret | undefined =>
    name === 'gone'
      ? undefined
      : { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } };
  const tls = (secretName: string, host: string) => ({ secretName, hosts: [host] });
  const { certificates } = table(
    [
      ingress('a', [], { tls: [tls('one', 'a.test'), tls('bad', 'h.test'), { hosts: ['x'] }] }),
      ingress('b', [], { tls: [tls('gone', 'g.test'), tls('one', 'b.test')] }),
    ],
    { secret },
  );
  assert.deepEqual(certificates, [
    { key: 'default/one', hosts: ['a.test', 'b.test'], pem: 'PEM of one' },
  ]);
});

test('a path that no request can have is no way into the lines of others', () => {
  const paths = ['/a\nother.test/ default_mine_80', '/a b', '/ü', '/fine?%20~'];
  const { routes } = table([
    ingress(
      'a',
      paths.map((path): Path => ['a.test', path, 'web']),
    ),
  ]);
  assert.deepEqual(
    routes.map(({ path }) => path),
    ['/fine?%20~'],
  );
});
