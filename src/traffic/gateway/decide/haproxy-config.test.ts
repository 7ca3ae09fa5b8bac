import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Backend } from '../../proxy/decide/frontend.ts';
import { arrangeSlots, haproxyFiles, slotCommands, slotsFor } from './haproxy-config.ts';
import type { GatewayTable } from './routes.ts';

const places = { folder: '/data', httpPort: 80, httpsPort: 443 };
const server = (last: number): Backend => ({ address: `10.244.0.${last}`, port: 8080 });

function tableOf(backends: Record<string, readonly Backend[]>, more: Partial<GatewayTable> = {}) {
  const table: GatewayTable = {
    routes: [],
    backends: new Map(Object.entries(backends)),
    certificates: [],
    ...more,
  };
  return table;
}

function filesOf(table: GatewayTable, previous: Record<string, number> = {}) {
  return haproxyFiles(table, places, new Map(Object.entries(previous)), table.backends);
}

test('routes are maps: paths by whole elements, exact ones as they are', () => {
  const route = { host: 'a.test', path: '/x', exact: false, backend: 'one' };
  const { files } = filesOf(
    tableOf(
      { one: [] },
      { routes: [route, { ...route, path: '/x/', backend: 'two' }, { ...route, exact: true }] },
    ),
  );
  assert.equal(files.get('prefix.map'), 'a.test/x/ one\na.test/x/ two\n');
  assert.equal(files.get('exact.map'), 'a.test/x one\n');
});

test('servers and spare slots for those to come', () => {
  const { config, slots } = filesOf(tableOf({ web: [server(2)] }));
  assert.equal(slots.get('web'), 4);
  assert.match(config, / {2}server s0 10\.244\.0\.2:8080\n {2}server s1 127\.0\.0\.1:1 disabled\n/);
});

test('a backend keeps its slots while they are enough', () => {
  const six = [2, 3, 4, 5, 6, 7].map(server);
  assert.equal(filesOf(tableOf({ web: six }), { web: 8 }).slots.get('web'), 8);
  assert.equal(filesOf(tableOf({ web: [] }), { web: 8 }).slots.get('web'), 8);
  assert.equal(filesOf(tableOf({ web: six }), { web: 4 }).slots.get('web'), 16);
});

test('without a default backend the rest is told that there is no rule', () => {
  assert.match(filesOf(tableOf({})).config, /status 404/);
  const withDefault = filesOf(tableOf({ web: [] }, { defaultBackend: 'web' })).config;
  assert.doesNotMatch(withDefault, /status 404/);
  assert.match(withDefault, /default_backend web/);
});

test('certificates: ours first, for names that nobody covers', () => {
  const certificates = [{ key: 'default/one', hosts: ['a.test', '*.b.test'], pem: 'PEM' }];
  const { files } = filesOf(tableOf({}, { certificates }));
  assert.equal(files.get('cert-default_one.pem'), 'PEM');
  assert.equal(
    files.get('certificates.list'),
    '/data/default.pem\n/data/cert-default_one.pem a.test *.b.test\n',
  );
});

/** What HAProxy's servers would be after the commands. */
function carryOut(
  before: readonly (Backend | undefined)[],
  commands: readonly string[],
): (Backend | undefined)[] {
  const slots = [...before];
  const ready = new Set(slots.flatMap((each, slot) => (each ? [slot] : [])));
  for (const command of commands) {
    const [, number = '', rest = ''] = /^set server web\/s(\d+) (.*)$/.exec(command) ?? [];
    const slot = Number(number);
    const [, address, port] = /^addr (\S+) port (\d+)$/.exec(rest) ?? [];
    if (address) slots[slot] = { address, port: Number(port) };
    else if (rest === 'state ready') ready.add(slot);
    else if (rest === 'state maint') ready.delete(slot);
    else assert.fail(command);
  }
  return slots.map((each, slot) => (ready.has(slot) ? each : undefined));
}

const servers = fc.uniqueArray(fc.integer({ min: 2, max: 12 }), { maxLength: 8 });

test('property: by commands the slots get to what is wanted; who stays is not touched', () => {
  const property = fc.property(fc.array(servers, { minLength: 1, maxLength: 6 }), (steps) => {
    let slots: (Backend | undefined)[] = [];
    for (const step of steps) {
      const next = arrangeSlots(slots, step.map(server));
      const commands = slotCommands('web', slots, next);
      assert.deepEqual(
        carryOut(slots, commands).filter((each) => each !== undefined),
        next.filter((each) => each !== undefined),
      );
      const here = next.flatMap((each) => (each ? [each.address] : [])).sort();
      assert.deepEqual(here, step.map((last) => server(last).address).sort());
      slots.forEach((each, slot) => {
        if (each && here.includes(each.address)) assert.equal(next[slot]?.address, each.address);
      });
      slots = next;
    }
  });
  fc.assert(property);
});

test('room for twice the servers, in steps', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 100].map(slotsFor), [4, 4, 4, 8, 8, 16, 256]);
});
