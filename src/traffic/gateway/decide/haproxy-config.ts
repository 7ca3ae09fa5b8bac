/**
 * HAProxy's files for a gateway table. Routing is by map files, so that hundreds of hosts cost one
 * look-up; servers have spare slots, so that endpoints come and go over the runtime socket without a
 * reload. Source: HAProxy 2.6 configuration manual.
 */
import type { Backend } from '../../proxy/decide/frontend.ts';
import type { GatewayTable, Route } from './routes.ts';

export interface HaproxyPlaces {
  readonly folder: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

export interface HaproxyFiles {
  readonly config: string;
  /** Name in the folder → content. */
  readonly files: ReadonlyMap<string, string>;
  readonly slots: ReadonlyMap<string, number>;
}

const spareSlotsMin = 4;
/** What a slot points to while nobody is in it. */
const nowhere = '127.0.0.1:1';

/** Room for twice the servers, in steps, so that a growing backend seldom needs a reload. */
export function slotsFor(servers: number): number {
  let slots = spareSlotsMin;
  while (slots < servers * 2) slots *= 2;
  return slots;
}

/** `previous`: slots of the running configuration; a backend keeps its number while it is enough. */
export function haproxyFiles(
  table: GatewayTable,
  places: HaproxyPlaces,
  previous: ReadonlyMap<string, number>,
  arranged: ReadonlyMap<string, readonly (Backend | undefined)[]>,
): HaproxyFiles {
  const slots = new Map<string, number>();
  for (const name of table.backends.keys()) {
    const needed = arranged.get(name)?.length ?? 0;
    const before = previous.get(name) ?? 0;
    slots.set(name, before >= needed && before > 0 ? before : slotsFor(needed));
  }
  const files = new Map<string, string>([
    [
      'exact.map',
      mapText(
        table.routes.filter((route) => route.exact),
        ({ host, path }) => `${host}${path}`,
      ),
    ],
    [
      'prefix.map',
      mapText(
        table.routes.filter((route) => !route.exact),
        prefixKey,
      ),
    ],
    ...table.certificates.map(({ key, pem }): [string, string] => [certificateFile(key), pem]),
    ['certificates.list', certificateList(table, places.folder)],
  ]);
  const config = [
    globalSection(places),
    frontends(table, places),
    ...[...table.backends.keys()]
      .sort()
      .map((name) => backendSection(name, slots.get(name) ?? 0, arranged.get(name) ?? [])),
  ].join('\n');
  return { config, files, slots };
}

/** Paths match by whole elements: both sides end with a slash. */
function prefixKey({ host, path }: Route): string {
  return `${host}${path.replace(/\/+$/, '')}/`;
}

function mapText(routes: readonly Route[], key: (route: Route) => string): string {
  return routes.map((route) => `${key(route)} ${route.backend}\n`).join('');
}

function certificateFile(key: string): string {
  return `cert-${key.replace('/', '_')}.pem`;
}

function certificateList({ certificates }: GatewayTable, folder: string): string {
  const lines = certificates.map(({ key, hosts }) =>
    `${folder}/${certificateFile(key)} ${hosts.join(' ')}`.trimEnd(),
  );
  return `${[`${folder}/default.pem`, ...lines].join('\n')}\n`;
}

/** `idle-close-on-response`: in a reload a kept connection ends with an answer, not under a request. */
function globalSection({ folder }: HaproxyPlaces): string {
  return `global
  log stdout format raw local0 warning
  stats socket ${folder}/runtime.sock mode 600 level admin expose-fd listeners
  stats timeout 1d
  hard-stop-after 1h
  tune.ssl.default-dh-param 2048
  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets

defaults
  mode http
  log global
  option dontlognull
  option redispatch 1
  option idle-close-on-response
  retries 3
  retry-on conn-failure empty-response
  timeout connect 3s
  timeout client 60s
  timeout server 60s
  timeout http-request 10s
  timeout http-keep-alive 60s
  timeout tunnel 1h
  timeout client-fin 30s
`;
}

function frontends(
  { defaultBackend }: GatewayTable,
  { folder, httpPort, httpsPort }: HaproxyPlaces,
): string {
  const find = (key: string, map: string): string =>
    `  http-request set-var(txn.backend) var(txn.${key}),${map} if !{ var(txn.backend) -m found }`;
  const exact = `map_str(${folder}/exact.map)`;
  const prefix = `map_beg(${folder}/prefix.map)`;
  const routing = `  http-request set-var(txn.host) req.hdr(host),field(1,:),lower
  http-request set-var(txn.wild) var(txn.host),regsub(^[^.]*,*)
  http-request set-var(txn.path) path
  http-request set-var(txn.host_path) var(txn.host),concat(,txn.path)
  http-request set-var(txn.host_prefix) var(txn.host),concat(,txn.path,/)
  http-request set-var(txn.wild_path) var(txn.wild),concat(,txn.path)
  http-request set-var(txn.wild_prefix) var(txn.wild),concat(,txn.path,/)
  http-request set-var(txn.any_prefix) path,concat(/)
${find('host_path', exact)}
${find('host_prefix', prefix)}
${find('wild_path', exact)}
${find('wild_prefix', prefix)}
${find('path', exact)}
${find('any_prefix', prefix)}`;
  const end = defaultBackend
    ? `  default_backend ${defaultBackend}`
    : `  http-request return status 404 content-type text/plain string "No Ingress has a rule for this host and path.\\n" if !{ var(txn.backend) -m found }`;
  const section = (name: string, bind: string, scheme: string): string => `frontend ${name}
  bind ${bind}
  option forwardfor if-none
  http-request set-header X-Forwarded-Proto ${scheme}
  http-request set-header X-Forwarded-Host %[req.hdr(host)] if !{ req.hdr(X-Forwarded-Host) -m found }
  http-request set-header X-Real-IP %[src]
${routing}
${end}
  use_backend %[var(txn.backend)] if { var(txn.backend) -m found }
`;
  return [
    section('http', `:${httpPort}`, 'http'),
    section(
      'https',
      `:${httpsPort} ssl crt-list ${folder}/certificates.list alpn h2,http/1.1`,
      'https',
    ),
  ].join('\n');
}

function backendSection(
  name: string,
  slots: number,
  servers: readonly (Backend | undefined)[],
): string {
  const lines = Array.from({ length: slots }, (_, slot) => {
    const server = servers[slot];
    return `  server s${slot} ${server ? `${server.address}:${server.port}` : `${nowhere} disabled`}`;
  });
  return `backend ${name}
  balance random
  http-reuse safe
${lines.join('\n')}
`;
}

/** Runtime commands that bring one backend's slots from one state to the other. */
export function slotCommands(
  name: string,
  before: readonly (Backend | undefined)[],
  after: readonly (Backend | undefined)[],
): string[] {
  const commands: string[] = [];
  for (let slot = 0; slot < Math.max(before.length, after.length); slot += 1) {
    const old = before[slot];
    const now = after[slot];
    if (old?.address === now?.address && old?.port === now?.port) continue;
    const server = `${name}/s${slot}`;
    if (!now) {
      commands.push(`set server ${server} state maint`);
      continue;
    }
    commands.push(
      `set server ${server} addr ${now.address} port ${now.port}`,
      `set server ${server} state ready`,
    );
  }
  return commands;
}

/** Servers that stay keep their slots; the others' slots are free for newcomers. */
export function arrangeSlots(
  before: readonly (Backend | undefined)[],
  wanted: readonly Backend[],
): (Backend | undefined)[] {
  const key = ({ address, port }: Backend): string => `${address}:${port}`;
  const left = new Map(wanted.map((each) => [key(each), each]));
  const slots = before.map((each) => {
    const stays = each && left.get(key(each));
    if (stays) left.delete(key(stays));
    return stays;
  });
  for (const newcomer of left.values()) {
    const free = slots.indexOf(undefined);
    if (free < 0) slots.push(newcomer);
    else slots[free] = newcomer;
  }
  return slots;
}
