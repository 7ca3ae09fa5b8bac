import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Ingress, IngressClass, Secret, Service } from '#api/types.ts';
import { withoutHeld } from './health-checks.ts';
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
    services: [],
    nodeName: 'one',
    service: (_namespace, name) => (name === 'web' ? web : undefined),
    slices: (_namespace, name) => (name === 'web' ? [slice] : []),
    secret: () => undefined,
    pemOf: ({ metadata }) =>
      metadata.name === 'bad' ? { problem: 'it is bad' } : { pem: `PEM of ${metadata.name}` },
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
    { host: '', path: '/', match: 'prefix', backend: 'default_web_http' },
    { host: 'shop.test', path: '/a', match: 'prefix', backend: 'default_web_80' },
  ]);
  const endpoints = [{ address: '10.244.0.2', port: 8080 }];
  assert.deepEqual(
    [...backends.values()].map(({ servers }) => servers),
    [endpoints, endpoints],
  );
});

test('a Service that is not there, or has no such port, is a backend with nobody', () => {
  const noPort = ingress('a', [], { defaultBackend: backend('web', { number: 81 }) });
  const { backends, defaultBackend, problems } = table([noPort, ingress('b', [['', '/', 'gone']])]);
  assert.deepEqual(
    [...backends].map(([name, { servers }]) => [name, ...servers]),
    [['default_web_81'], ['default_gone_80']],
  );
  assert.equal(defaultBackend, 'default_web_81');
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['the Service default/web has no port 81', 'the Service default/gone does not exist'],
  );
});

test('a Service that is but another name leads nowhere, and that is told', () => {
  const spec = { ...web.spec, type: 'ExternalName', externalName: 'shop.example.com' };
  const { problems, backends } = table([ingress('a', [['a.test', '/', 'web']])], {
    service: () => ({ ...web, spec }),
    slices: () => [],
  });
  assert.deepEqual(backends.get('default_web_80')?.servers, []);
  assert.equal(problems[0]?.reason, 'BackendNotFound');
  assert.match(problems[0]?.message ?? '', /default\/web is an ExternalName, .* EndpointSlice/);
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
    table([both]).routes.map(({ match, backend: name }) => [match, name]),
    [
      ['exact', 'default_one_80'],
      ['prefix', 'default_two_80'],
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
  const { certificates, problems } = table(
    [
      ingress('a', [], { tls: [tls('one', 'a.test'), tls('bad', 'h.test'), { hosts: ['x'] }] }),
      ingress('b', [], { tls: [tls('gone', 'g.test'), tls('one', 'b.test')] }),
    ],
    { secret },
  );
  assert.deepEqual(certificates, [
    { key: 'default/one', hosts: ['a.test', 'b.test'], pem: 'PEM of one' },
  ]);
  assert.deepEqual(
    problems.map(({ reason, message }) => [reason, message.replace(/; the gateway's.*/, '')]),
    [
      ['CertificateNotUsable', 'the Secret default/bad cannot be used for h.test: it is bad'],
      [
        'CertificateNotUsable',
        'the Secret default/gone cannot be used for g.test: it does not exist',
      ],
    ],
  );
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

const asked = (name: string, path: Path, annotations: Record<string, string>): Ingress => {
  const made = ingress(name, [path]);
  const own = Object.entries(annotations).map(([word, value]) => [
    `nginx.ingress.kubernetes.io/${word}`,
    value,
  ]);
  return { ...made, metadata: { ...made.metadata, annotations: Object.fromEntries(own) } };
};

test('an Ingress that asks for more has a backend of its own; others share', () => {
  const { routes, backends } = table([
    ingress('a', [['a.test', '/', 'web']]),
    asked('b', ['b.test', '/', 'web'], { 'proxy-read-timeout': '300' }),
    ingress('c', [['c.test', '/', 'web']]),
  ]);
  assert.deepEqual(
    routes.map(({ backend: name }) => name),
    ['default_web_80', 'default_web_80_b_0', 'default_web_80'],
  );
  assert.deepEqual(backends.get('default_web_80_b_0')?.options, { readSeconds: 300 });
});

test('hosts with a certificate are sent to TLS, unless the Ingress says no', () => {
  const tls = [{ hosts: ['a.test', '*.w.test'] }];
  const paths: Path[] = ['a.test', 'b.w.test', 'b.test'].map((host) => [host, '/', 'web']);
  const sent = (each: Ingress): boolean[] => {
    const { routes, backends } = table([each]);
    return routes.map(({ backend: name }) => backends.get(name)?.toHttps === true);
  };
  assert.deepEqual(sent(ingress('a', paths, { tls })), [true, true, false]);
  const no = asked('a', ['a.test', '/', 'web'], { 'ssl-redirect': 'false' });
  assert.deepEqual(sent({ ...no, spec: { ...no.spec, tls } }), [false]);
  assert.deepEqual(sent(asked('a', ['x.test', '/', 'web'], { 'force-ssl-redirect': 'true' })), [
    true,
  ]);
});

test('with a regular expression on a host its prefixes are tried too, the longest first', () => {
  const { routes } = table([
    asked('a', ['a.test', '/(.*)', 'web'], { 'rewrite-target': '/$1' }),
    ingress('b', [
      ['a.test', '/api/v1', 'web'],
      ['a.test', '/x', 'web', 'Exact'],
      ['b.test', '/', 'web'],
    ]),
  ]);
  assert.deepEqual(
    routes.map(({ host, path, match }) => `${match} ${host}${path}`),
    ['exact a.test/x', 'prefix b.test/', 'regex a.test/api/v1', 'regex a.test/(.*)'],
  );
});

test('what is no regular expression would be a fault for all, and is told', () => {
  const { routes, problems } = table([
    asked('a', ['a.test', '/(', 'web'], { 'use-regex': 'true' }),
  ]);
  assert.deepEqual(routes, []);
  assert.equal(problems[0]?.reason, 'PathNotUsable');
});

test('a canary takes a part of the way that another Ingress opened, and opens none', () => {
  const canary = { canary: 'true', 'canary-weight': '20' };
  const { routes, canaries, backends } = table([
    asked('a', ['a.test', '/', 'web'], canary),
    asked('c', ['other.test', '/', 'web'], canary),
    ingress('main', [
      ['a.test', '/', 'stable'],
      ['b.test', '/', 'stable'],
    ]),
  ]);
  const [{ from = '', to = '' } = {}] = canaries;
  assert.deepEqual(
    routes.map(({ host, backend: name }) => [host, name]),
    [
      ['a.test', from],
      ['b.test', 'default_stable_80'],
    ],
  );
  assert.equal(backends.get(to)?.servers.length, 1);
});

test('whoever may come in stands in a Secret; nobody, as long as it is not there', () => {
  const login = asked('a', ['a.test', '/', 'web'], { 'auth-type': 'basic', 'auth-secret': 'who' });
  const users = (auth?: string) => {
    const metadata = { name: 'who', namespace: 'default' };
    const secret: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      data: { auth: btoa(auth ?? '') },
    };
    const { backends, problems } = table([login], { secret: () => (auth ? secret : undefined) });
    return [[...backends.values()][0]?.users?.map(({ name }) => name), problems.length];
  };
  assert.deepEqual(users(), [[], 1]);
  const apr1 = '$apr1$abcdefgh$mzU/S0KBn7dB3V7vAleJP0';
  const sha = '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=';
  const salted = '{SSHA}5en6G6MezRroT3XKqkdPOmY/BfRzYWx0';
  const good = ['ada:$2y$05$abc/def.', `bob:${apr1}`, `cy:${sha}`, `di:${salted}`, 'ed:{PLAIN}a b'];
  const bad = ['old:{SHA}abc', "eve:$apr1$a'$b", 'flo:secret', 'gus:{MD5}abc', 'hal:{PLAIN}'];
  const lines = [...good, ...bad];
  assert.deepEqual(users(lines.join('\n')), [['ada', 'bob', 'cy', 'di', 'ed'], 5]);
});

test('balancers in front are those that the class names', () => {
  const annotations = { 'gantry.dev/forwarded-headers-from': '10.0.0.1, 192.0.2.0/24' };
  const metadata = { name: 'gantry', annotations };
  const { forwardedFrom, proxiedFrom } = table([], { classes: [{ ...ours, metadata }] });
  assert.deepEqual([forwardedFrom, proxiedFrom], [['10.0.0.1', '192.0.2.0/24'], []]);
});

test('a LoadBalancer that keeps traffic on the node is asked for its health', () => {
  const spec = {
    ...web.spec,
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 30_100,
  };
  const endpoints = [{ addresses: ['10.244.0.2'], nodeName: 'one' }, { addresses: ['10.244.0.3'] }];
  const { healthChecks, backends } = table([], {
    services: [{ ...web, spec }, web],
    slices: () => [{ ...slice, endpoints }],
  });
  assert.deepEqual(healthChecks, [
    { port: 30_100, namespace: 'default', service: 'web', backend: 'health_default_web' },
  ]);
  assert.equal(backends.get('health_default_web')?.servers.length, 1);
});

test('a health check at a port that another program holds is left out, the others stay', () => {
  const check = (port: number) => ({
    port,
    namespace: 'd',
    service: `s${port}`,
    backend: `b${port}`,
  });
  const healthChecks = [check(30_100), check(30_101), check(30_102)];
  const { table: free, held } = withoutHeld(
    { healthChecks },
    { listening: new Set([30_100, 30_101]), ours: new Set([30_100]) },
  );
  assert.deepEqual(free.healthChecks, [check(30_100), check(30_102)]);
  assert.deepEqual(held, [check(30_101)]);
});
