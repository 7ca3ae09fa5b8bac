import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameTable } from '../name-table.ts';
import { lookUp, type ServiceNames } from './names.ts';

const endpoint = (address: string, label = address.replaceAll('.', '-')) => ({
  address,
  label,
  ports: [{ name: 'http', protocol: 'tcp', port: 8080 }],
});

const web: ServiceNames = {
  namespace: 'default',
  name: 'web',
  clusterIPs: ['10.96.0.20'],
  ports: [{ name: 'http', protocol: 'tcp', port: 80 }],
  endpoints: [endpoint('10.244.0.2'), endpoint('10.244.0.3')],
};

function table(): NameTable {
  const names = new NameTable('cluster.local', (address) => address.startsWith('10.'));
  names.addNamespace('default');
  names.addNamespace('shop');
  names.set(web);
  names.set({ ...web, name: 'db', clusterIPs: [], endpoints: [endpoint('10.244.0.9', 'db-0')] });
  names.set({ ...web, name: 'quiet', clusterIPs: [], endpoints: [] });
  names.set({
    ...web,
    name: 'out',
    clusterIPs: [],
    ports: [],
    endpoints: [],
    externalName: 'example.org',
  });
  names.set({
    ...web,
    namespace: 'shop',
    endpoints: [endpoint('10.244.0.7')],
    clusterIPs: ['10.96.0.21'],
  });
  return names;
}

const cases: [name: string, type: string, found: unknown][] = [
  ['web.default.svc.cluster.local', 'A', { type: 'addresses', addresses: ['10.96.0.20'] }],
  ['web.default.svc.cluster.local', 'AAAA', { type: 'empty' }],
  ['nobody.default.svc.cluster.local', 'A', { type: 'missing' }],
  ['default.svc.cluster.local', 'A', { type: 'empty' }],
  ['nowhere.svc.cluster.local', 'A', { type: 'missing' }],
  ['db.default.svc.cluster.local', 'A', { type: 'addresses', addresses: ['10.244.0.9'] }],
  ['db-0.db.default.svc.cluster.local', 'A', { type: 'addresses', addresses: ['10.244.0.9'] }],
  ['quiet.default.svc.cluster.local', 'A', { type: 'missing' }],
  ['out.default.svc.cluster.local', 'A', { type: 'alias', target: 'example.org' }],
  [
    '_http._tcp.web.default.svc.cluster.local',
    'SRV',
    {
      type: 'services',
      services: [{ target: 'web.default.svc.cluster.local', port: 80, addresses: ['10.96.0.20'] }],
    },
  ],
  [
    '_http._tcp.db.default.svc.cluster.local',
    'SRV',
    {
      type: 'services',
      services: [
        { target: 'db-0.db.default.svc.cluster.local', port: 8080, addresses: ['10.244.0.9'] },
      ],
    },
  ],
  ['_dns._tcp.web.default.svc.cluster.local', 'SRV', { type: 'missing' }],
  [
    '20.0.96.10.in-addr.arpa',
    'PTR',
    { type: 'pointers', names: ['web.default.svc.cluster.local'] },
  ],
  [
    '9.0.244.10.in-addr.arpa',
    'PTR',
    { type: 'pointers', names: ['db-0.db.default.svc.cluster.local'] },
  ],
  ['99.0.96.10.in-addr.arpa', 'PTR', { type: 'missing' }],
  ['1.1.1.1.in-addr.arpa', 'PTR', { type: 'foreign' }],
  ['10-244-0-2.default.pod.cluster.local', 'A', { type: 'addresses', addresses: ['10.244.0.2'] }],
  ['10-244-0-2.nowhere.pod.cluster.local', 'A', { type: 'missing' }],
  ['dns-version.cluster.local', 'TXT', { type: 'text', text: '1.1.0' }],
  ['example.org', 'A', { type: 'foreign' }],
  ['web.service.consul', 'A', { type: 'addresses', addresses: ['10.244.0.2', '10.244.0.3'] }],
  ['web.service.shop.ns.consul', 'A', { type: 'addresses', addresses: ['10.244.0.7'] }],
  ['quiet.service.consul', 'A', { type: 'missing' }],
  ['0af40002.addr.dc1.consul', 'A', { type: 'addresses', addresses: ['10.244.0.2'] }],
];

for (const [name, type, expected] of cases) {
  test(`${type} ${name}`, () => assert.deepEqual(lookUp(table(), name, type), expected));
}

test('SRV of a Consul name leads to each healthy endpoint', () => {
  const plain = lookUp(table(), 'web.service.consul', 'SRV');
  assert.deepEqual(plain, {
    type: 'services',
    services: ['0af40002', '0af40003'].map((hex, index) => ({
      target: `${hex}.addr.dc1.consul`,
      port: 8080,
      addresses: [`10.244.0.${index + 2}`],
      protocol: 'tcp',
    })),
  });
  assert.deepEqual(lookUp(table(), '_web._tcp.service.consul', 'SRV'), plain);
});

test('a Service that goes takes its names along', () => {
  const names = table();
  names.delete('default', 'web');
  assert.equal(lookUp(names, 'web.default.svc.cluster.local', 'A').type, 'missing');
  assert.equal(lookUp(names, '20.0.96.10.in-addr.arpa', 'PTR').type, 'missing');
  assert.deepEqual(lookUp(names, 'web.service.consul', 'A'), {
    type: 'addresses',
    addresses: ['10.244.0.7'],
  });
});
