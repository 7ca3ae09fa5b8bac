import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service, ServiceSpec } from '../../types.ts';
import { services } from '../services.ts';
import { verdictOnCreate, verdictOnUpdate } from '../testing/verdict.ts';

function service(spec: ServiceSpec): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'd' }, spec };
}

const sound = service({ selector: { app: 'web' }, ports: [{ port: 80 }] });

function withDefaults(spec: ServiceSpec): ServiceSpec | undefined {
  const made = service(structuredClone(spec));
  services.defaults?.(made);
  services.prepareForCreate?.(made);
  return made.spec;
}

test('what a Service gets that says little', () => {
  assert.deepEqual(withDefaults({ ports: [{ port: 80 }] }), {
    type: 'ClusterIP',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
  });
  assert.deepEqual(
    withDefaults({ type: 'LoadBalancer', sessionAffinity: 'ClientIP', clusterIP: '10.0.0.9' }),
    {
      type: 'LoadBalancer',
      clusterIP: '10.0.0.9',
      clusterIPs: ['10.0.0.9'],
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      allocateLoadBalancerNodePorts: true,
    },
  );
});

test('what a Service may not say', () => {
  const cases: readonly [what: string, spec: ServiceSpec, ...expected: string[]][] = [
    ['no ports', {}, 'spec.ports: Required value'],
    ['headless without ports', { clusterIP: 'None' }],
    [
      'no name among several ports',
      { ports: [{ port: 80 }, { port: 81, name: 'b' }] },
      'spec.ports[0].name: Required value',
    ],
    [
      'one name, one port twice',
      {
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'a' },
        ],
      },
      'spec.ports[1].name: Duplicate value: "a"',
      'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}',
    ],
    [
      'a node port without the type',
      { ports: [{ port: 80, nodePort: 30_000 }] },
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
    ],
    [
      'an unknown type',
      { type: 'Fast', ports: [{ port: 80 }] },
      'spec.type: Unsupported value: "Fast": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
    ['a name elsewhere', { type: 'ExternalName' }, 'spec.externalName: Required value'],
    [
      'headless for the world',
      { type: 'NodePort', clusterIP: 'None', ports: [{ port: 80 }] },
      `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`,
    ],
    [
      'a policy for traffic that cannot come',
      { externalTrafficPolicy: 'Local', ports: [{ port: 80 }] },
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
    ],
    [
      'source ranges',
      { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0'], ports: [{ port: 80 }] },
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
    [
      'a loopback address',
      { externalIPs: ['127.0.0.1'], ports: [{ port: 80 }] },
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    ],
    [
      'two addresses of one family',
      { clusterIPs: ['10.0.0.1', '10.0.0.2'], clusterIP: '10.0.0.1', ports: [{ port: 80 }] },
      'spec.clusterIPs: Invalid value: ["10.0.0.1","10.0.0.2"]: may specify no more than one IP for each IP family',
    ],
  ];
  for (const [what, spec, ...expected] of cases) {
    assert.deepEqual(verdictOnCreate(services, service(spec)), expected, what);
  }
});

/** As stored: the server has given addresses and ports. */
const given = service({
  type: 'NodePort',
  clusterIP: '10.96.0.7',
  clusterIPs: ['10.96.0.7'],
  ipFamilies: ['IPv4'],
  ipFamilyPolicy: 'SingleStack',
  ports: [{ name: 'web', port: 80, protocol: 'TCP', nodePort: 30_080 }],
});

function updated(change: (spec: ServiceSpec) => void): ServiceSpec | undefined {
  const previous = structuredClone(given);
  services.defaults?.(previous);
  const next = structuredClone(previous);
  if (next.spec) change(next.spec);
  services.defaults?.(next);
  services.prepareForUpdate?.(next, previous);
  return next.spec;
}

test('an update keeps what the server gave', () => {
  const next = updated((spec) => {
    delete spec.clusterIP;
    delete spec.clusterIPs;
    spec.ports = [{ name: 'web', port: 8080 }];
  });
  assert.equal(next?.clusterIP, '10.96.0.7');
  assert.deepEqual(next?.clusterIPs, ['10.96.0.7']);
  assert.equal(next?.ports?.[0]?.nodePort, 30_080);
});

test('a change of type drops what belonged to the old one', () => {
  const inside = updated((spec) => (spec.type = 'ClusterIP'));
  assert.equal(inside?.ports?.[0]?.nodePort, undefined);
  assert.equal(inside?.externalTrafficPolicy, undefined);
  const elsewhere = updated((spec) => {
    spec.type = 'ExternalName';
    spec.externalName = 'example.com';
  });
  assert.equal(elsewhere?.clusterIP, undefined);
  assert.equal(elsewhere?.ipFamilies, undefined);
});

test('an address stays', () => {
  const found = verdictOnUpdate(services, given, ({ spec }) => {
    if (spec) spec.clusterIP = '10.96.0.8';
  });
  assert.deepEqual(found, [
    'spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set',
  ]);
});

test('the columns', () => {
  const row = (spec: ServiceSpec, status: Service['status'] = {}): unknown[] =>
    services.columns.slice(1, 5).map((column) => column.cell({ ...service(spec), status }, 0));
  assert.deepEqual(row(given.spec ?? {}), ['NodePort', '10.96.0.7', '<none>', '80:30080/TCP']);
  assert.deepEqual(row({ type: 'LoadBalancer', ports: [] }), [
    'LoadBalancer',
    '<none>',
    '<pending>',
    '<none>',
  ]);
  const status = { loadBalancer: { ingress: [{ ip: '1.2.3.4' }, { hostname: 'a.b' }] } };
  assert.equal(row({ type: 'LoadBalancer' }, status)[2], '1.2.3.4,a.b');
  assert.equal(row({ type: 'ExternalName', externalName: 'a.b' })[2], 'a.b');
  assert.equal(services.columns.at(-1)?.cell(sound, 0), 'app=web');
});

test('topology by annotation is told not to count', () => {
  const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' };
  const asked = { ...sound, metadata: { ...sound.metadata, annotations } };
  assert.match(services.warnings?.(asked)[0] ?? '', /topology-mode.*trafficDistribution/);
  assert.deepEqual(services.warnings?.(sound), []);
});

test('what a Service says in vain is told', () => {
  const told = (spec: ServiceSpec): string[] => services.warnings?.(service(spec)) ?? [];
  assert.deepEqual(
    told({
      type: 'ClusterIP',
      clusterIP: 'None',
      sessionAffinity: 'ClientIP',
      externalIPs: ['10.0.0.9'],
    }),
    [
      'spec.externalIPs is ignored for headless services',
      'spec.SessionAffinity is ignored for headless services',
    ],
  );
  assert.deepEqual(told({ externalIPs: ['10.0.0.9'], externalName: 'a.example' }), [
    'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  ]);
  assert.deepEqual(told({ type: 'ExternalName', externalName: 'a.example' }), []);
  assert.deepEqual(told({ trafficDistribution: 'PreferClose' }), [
    'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
  ]);
});
