import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IngressOptions } from '#api/kinds/ingresses/annotations.ts';
import type { User } from '#api/kinds/ingresses/users.ts';
import type { Backend } from '../../proxy/decide/frontend.ts';
import { arrangeSlots, haproxyFiles, slotCommands, slotsFor } from './haproxy-config.ts';
import type { GatewayBackend, GatewayTable, Route } from './routes.ts';

const places = { folder: '/data', httpPort: 80, httpsPort: 443, processors: [0, 1] };
const server = (last: number): Backend => ({ address: `10.244.0.${last}`, port: 8080 });

function tableOf(
  servers: Record<string, readonly Backend[]>,
  more: Partial<GatewayTable> = {},
  options: IngressOptions = {},
): GatewayTable {
  const backends = Object.entries(servers).map(([name, each]): [string, GatewayBackend] => [
    name,
    { servers: each, options },
  ]);
  return {
    routes: [],
    backends: new Map(backends),
    canaries: [],
    healthChecks: [],
    certificates: [],
    forwardedFrom: [],
    proxiedFrom: [],
    problems: [],
    ...more,
  };
}

function filesOf(table: GatewayTable, previous: Record<string, number> = {}) {
  const arranged = new Map([...table.backends].map(([name, { servers }]) => [name, servers]));
  return haproxyFiles(table, places, new Map(Object.entries(previous)), arranged);
}

test('routes are maps: paths by whole elements, exact ones as they are', () => {
  const route: Route = { host: 'a.test', path: '/x', match: 'prefix', backend: 'one' };
  const { files } = filesOf(
    tableOf(
      { one: [] },
      { routes: [route, { ...route, path: '/x/', backend: 'two' }, { ...route, match: 'exact' }] },
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
  assert.match(filesOf(tableOf({})).config, /default_backend no_route\n/);
  const withDefault = filesOf(tableOf({ web: [] }, { defaultBackend: 'web' })).config;
  assert.doesNotMatch(withDefault, /default_backend no_route\n/);
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

test('a path that is a regular expression is looked for after exact ones, its host as it is', () => {
  const routes: Route[] = [
    { host: 'a.test', path: '/x(/|$)(.*)', match: 'regex', backend: 'one' },
    { host: '*.b.test', path: '/y', match: 'regex', backend: 'one' },
  ];
  const { files, config } = filesOf(tableOf({ one: [] }, { routes }));
  assert.equal(
    files.get('regex.map'),
    '(?i)^a\\.test/x(/|$)(.*) one\n(?i)^\\*\\.b\\.test/y(?:/|$) one\n',
  );
  assert.match(config, /map_reg/);
  assert.doesNotMatch(filesOf(tableOf({})).config, /map_reg/);
});

test('a request pays for what is used: one look for one kind of route, no variables that nobody reads', () => {
  const route: Route = { host: 'a.test', path: '/x', match: 'prefix', backend: 'one' };
  const plain = filesOf(tableOf({ one: [] }, { routes: [route] })).config;
  const direct =
    'use_backend %[req.hdr(host),field(1,:),lower,concat(,txn.path,/),map_beg(/data/prefix.map)]';
  assert.equal(plain.split(direct).length, 3);
  assert.doesNotMatch(plain, /txn\.(host|backend|scheme)/);
  const redirected = tableOf(
    { one: [] },
    { routes: [route] },
    { temporalRedirect: '$scheme://b.test$request_uri' },
  );
  assert.match(filesOf(redirected).config, /set-var\(txn\.scheme\) str\(https\)/);
  const two = tableOf({ one: [] }, { routes: [route, { ...route, match: 'exact' }] });
  assert.match(
    filesOf(two).config,
    /set-var\(txn\.backend\) var\(txn\.host\).*map_beg.* unless \{ var\(txn\.backend\) -m found \}/,
  );
});

test('a host of which all paths go one way is found by its name alone; others beside it by their paths', () => {
  const whole: Route = { host: 'a.test', path: '/', match: 'prefix', backend: 'one' };
  const hosts = ['a.test', 'b.test', 'c.test', 'd.test', 'e.test'];
  const many = filesOf(tableOf({ one: [] }, { routes: hosts.map((host) => ({ ...whole, host })) }));
  assert.equal(many.files.get('host.map'), hosts.map((host) => `${host} one\n`).join(''));
  assert.match(
    many.config,
    /use_backend %\[req\.hdr\(host\),field\(1,:\),lower,map_str\(\/data\/host\.map\)\]/,
  );
  assert.doesNotMatch(many.config, /txn\.path/);
  const alone = filesOf(tableOf({ one: [] }, { routes: [whole] }));
  assert.match(alone.config, /use_backend one if \{ req\.hdr\(host\),host_only -m str a\.test \}/);
  const others: Route[] = [
    { ...whole, host: 'b.test' },
    { ...whole, host: 'b.test', path: '/y' },
    { ...whole, host: '*.c.test' },
    { ...whole, host: '' },
  ];
  const { files, config } = filesOf(tableOf({ one: [] }, { routes: [whole, ...others] }));
  assert.equal(files.get('host.map'), 'a.test one\n');
  assert.equal(files.get('prefix.map'), 'b.test/ one\nb.test/y/ one\n*.c.test/ one\n/ one\n');
  assert.match(config, /set-var\(txn\.backend\) var\(txn\.host\),map_str/);
});

const effects: readonly [options: IngressOptions, ...lines: string[]][] = [
  [{ appRoot: '/app' }, "http-request redirect location '/app' code 302 if { path / }"],
  [
    { permanentRedirect: 'https://new.test$request_uri', permanentRedirectCode: 308 },
    "http-request redirect location 'https://new.test%[pathq]' code 308",
  ],
  [{ temporalRedirect: 'http://x/%20' }, "http-request redirect location 'http://x/%%20' code 302"],
  [
    { allowSources: ['10.0.0.0/8', '1.2.3.4'] },
    'http-request set-var(txn.allowed) bool(true) if { src 10.0.0.0/8 1.2.3.4 }',
    'http-request deny deny_status 403 unless { var(txn.allowed) -m bool }',
  ],
  [{ denySources: ['1.2.3.4'] }, 'http-request deny deny_status 403 if { src 1.2.3.4 }'],
  [
    { requestsPerSecondMax: 5, unlimitedSources: ['10.0.0.0/8'] },
    'stick-table type ip size 100k expire 60s store gpc0,gpc0_rate(5s)',
    'http-request set-var(txn.unlimited) bool(true) if { src 10.0.0.0/8 }',
    'http-request track-sc0 src unless { var(txn.unlimited) -m bool }',
    'http-request deny deny_status 503 if { sc0_gpc0_rate ge 25 }',
    'http-request sc-inc-gpc0(0)',
  ],
  [
    { requestsPerMinuteMax: 10, burstMultiplier: 2, connectionsMax: 3 },
    'stick-table type ip size 100k expire 120s store gpc1,gpc1_rate(120s),conn_cur',
    'http-request track-sc0 src',
    'http-request deny deny_status 503 if { sc0_conn_cur gt 3 }',
    'http-request deny deny_status 503 if { sc0_gpc1_rate ge 20 }',
    'http-request sc-inc-gpc1(0)',
  ],
  [{ requestsPerSecondMax: 0 }],
  [{ bodyBytesMax: 1024 }, 'http-request deny deny_status 413 if { req.body_size gt 1024 }'],
  [{ bodyBytesMax: 0 }],
  [{ rewriteTarget: '/b/$1' }, "http-request set-path '/b/'"],
  [{ connectSeconds: 7 }, 'timeout connect 7s'],
  [{ readSeconds: 300, sendSeconds: 20 }, 'timeout server 300s', 'timeout tunnel 300s'],
  [
    { affinity: 'cookie', cookieName: 'route', cookieSameSite: 'Lax', cookieSeconds: 60 },
    "cookie route insert indirect nocache httponly dynamic attr 'SameSite=Lax' attr 'Max-Age=60'",
    'dynamic-cookie-key web',
  ],
  [{ host: 'inside.test' }, "http-request set-header Host 'inside.test'"],
];

for (const [options, ...lines] of effects) {
  test(`what ${JSON.stringify(options)} makes`, () => {
    const { config } = filesOf(tableOf({ web: [] }, {}, options));
    const [, rules = ''] = /http-reuse safe\n([^]*?) {2}server/.exec(config) ?? [];
    const found = rules.split('\n').flatMap((line) => (line === '' ? [] : [line.trim()]));
    assert.deepEqual(found, lines);
  });
}

test('servers speak the protocol that is asked for', () => {
  const line = (options: IngressOptions): string =>
    /server s0 (.*)/.exec(filesOf(tableOf({ web: [server(2)] }, {}, options)).config)?.[1] ?? '';
  const at = '10.244.0.2:8080';
  assert.equal(line({}), at);
  assert.equal(line({ backendProtocol: 'GRPC' }), `${at} proto h2`);
  assert.equal(line({ backendProtocol: 'HTTPS' }), `${at} ssl verify none`);
  assert.equal(line({ proxyProtocol: 'v2' }), `${at} send-proxy-v2`);
});

test('a redirect to TLS names the port, but for the usual one, and leaves certificates to be got', () => {
  const backends = new Map([['web', { servers: [], options: {}, toHttps: true }]]);
  const table = tableOf({}, { backends });
  const at = (httpsPort: number): string =>
    haproxyFiles(table, { ...places, httpsPort }, new Map(), new Map()).config;
  assert.match(at(443), /location 'https:\/\/%\[var\(txn.host\)\]%\[pathq\]' code 308 if/);
  assert.match(at(8443), /%\[var\(txn.host\)\]:8443%/);
});

test('each thread has a processor of its own, of those that there are', () => {
  const threads = (processors: readonly number[]): string[] =>
    haproxyFiles(tableOf({}), { ...places, processors }, new Map(), new Map())
      .config.split('\n')
      .filter((line) => /nbthread|cpu-map/.test(line));
  assert.deepEqual(threads([0, 3, 4]), ['  nbthread 3', '  cpu-map auto:1/1-3 0 3 4']);
  assert.deepEqual(threads([]), []);
  const many = Array.from({ length: 96 }, (_, at) => at);
  assert.match(threads(many).join(), /nbthread 64,.* 62 63$/);
});

test('addresses of servers are no structure; all else is', () => {
  const [one, other] = [tableOf({ web: [server(2)] }), tableOf({ web: [server(3)] })];
  assert.equal(filesOf(one).structure, filesOf(other).structure);
  const changed = tableOf({ web: [server(2)] }, {}, { readSeconds: 5 });
  assert.notEqual(filesOf(one).structure, filesOf(changed).structure);
});

test('who asks for the health of a Service is told how many endpoints there are', () => {
  const check = { port: 30_100, namespace: 'd', service: 'web', backend: 'health_d_web' };
  const { config } = filesOf(tableOf({ health_d_web: [] }, { healthChecks: [check] }));
  assert.match(config, /frontend health_d_web\n {2}bind :30100\n.*status 200 .*"localEndpoints"/);
  // Within single quotes HAProxy takes each character as it is, and the answer is to be JSON.
  assert.match(config, /"serviceProxyHealthy":true\}' if /);
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

test('a script checks passwords that HAProxy cannot, where there are such', () => {
  const ada: User = { name: 'ada', hash: '$5$salt$hash' };
  const bob: User = { name: 'bob', hash: '$apr1$abcdefgh$mzU/S0KBn7dB3V7vAleJP0' };
  const withUsers = (...users: readonly User[]) => {
    const backend: GatewayBackend = { servers: [], options: {}, users };
    return filesOf(tableOf({}, { backends: new Map([['one', backend]]) }));
  };
  const { config, files } = withUsers(ada, bob);
  assert.match(config, /^ {2}lua-load-per-thread \/data\/passwords\.lua$/m);
  assert.match(
    config,
    /unless \{ http_auth\(users_one\) \} or \{ lua\.password\(one\) -m bool \}$/m,
  );
  assert.match(config, /^ {2}user ada password/m);
  assert.doesNotMatch(config, /user bob/);
  assert.match(files.get('passwords.lua') ?? '', /^ {2}\['one'\] = \{ \['bob'\] = '\$apr1/m);
  const odd: User = { name: 'odd', hash: "{PLAIN}it's \\n" };
  const quoted = withUsers(odd).files.get('passwords.lua') ?? '';
  assert.ok(quoted.includes("['odd'] = '{PLAIN}it\\'s \\\\n'"), quoted);
  const plain = withUsers(ada);
  assert.doesNotMatch(plain.config, /lua/i);
  assert.equal(plain.files.has('passwords.lua'), false);
});
