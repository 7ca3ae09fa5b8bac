/**
 * HAProxy's files for a gateway table. Routing is by map files, so that hundreds of hosts cost one
 * look-up; servers have spare slots, so that endpoints come and go over the runtime socket without a
 * reload. Source: HAProxy 2.6 configuration manual.
 */
import type { User } from '#api/kinds/ingresses/users.ts';
import type { Backend } from '../../proxy/decide/frontend.ts';
import { isScripted, passwordsFile, passwordsScript } from './scripted-passwords.ts';
import { backendSection } from './backend-section.ts';
import { frontendSections } from './frontend-section.ts';
import { healthCheckSection } from './health-checks.ts';
import { byLookUp, type LookUp, lookUps } from './look-ups.ts';
import { escaped, pathRegex } from './paths.ts';
import type { GatewayTable, Route } from './routes.ts';

export interface HaproxyPlaces {
  readonly folder: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Numbers of the processors that it may run on. */
  readonly processors: readonly number[];
}

/** Backend → who is in which of its slots. */
export type HaproxyServers = ReadonlyMap<string, readonly (Backend | undefined)[]>;

export interface HaproxyFiles {
  readonly config: string;
  /** Name in the folder → content. */
  readonly files: ReadonlyMap<string, string>;
  readonly slots: ReadonlyMap<string, number>;
  /** All that needs a reload when it changes; addresses of servers do not. */
  readonly structure: string;
}

const spareSlotsMin = 4;

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
  arranged: HaproxyServers,
): HaproxyFiles {
  const slots = new Map<string, number>();
  for (const name of table.backends.keys()) {
    const needed = arranged.get(name)?.length ?? 0;
    const before = previous.get(name) ?? 0;
    slots.set(name, before >= needed && before > 0 ? before : slotsFor(needed));
  }
  const found = byLookUp(table.routes);
  const maps = lookUps.map((by): [string, string] => [
    `${by}.map`,
    (found.get(by) ?? []).map((route) => `${keys[by](route)} ${route.backend}\n`).join(''),
  ]);
  const files = new Map<string, string>([
    ...maps,
    ...table.certificates.map(({ key, pem }): [string, string] => [certificateFile(key), pem]),
    ['certificates.list', certificateList(table, places.folder)],
  ]);
  const scripted = scriptedLists(table);
  if (scripted.size > 0) files.set(passwordsFile, passwordsScript(scripted));
  const names = [...table.backends].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = (servers: HaproxyServers): string => {
    const sections = names.map(([name, backend]) =>
      backendSection(
        { name, httpsPort: places.httpsPort },
        backend,
        slots.get(name) ?? 0,
        servers.get(name) ?? [],
      ),
    );
    return [
      globalSection(places, scripted.size > 0),
      frontendSections(table, places, sections.join('')),
      ...table.healthChecks.map(healthCheckSection),
      ...sections,
    ].join('\n');
  };
  const structure = JSON.stringify([text(new Map()), [...files]]);
  return { config: text(arranged), files, slots, structure };
}

/** What the map is asked: prefixes match by whole elements, so that both sides end with a slash. */
const keys: Readonly<Record<LookUp, (route: Route) => string>> = {
  host: ({ host }) => host,
  exact: ({ host, path }) => `${host}${path}`,
  prefix: ({ host, path }) => `${host}${path.replace(/\/+$/, '')}/`,
  regex: ({ host, path }) => `(?i)^${escaped(host)}${pathRegex(path)}`,
};

/** Backend → those of its users whose passwords HAProxy cannot check by itself. */
function scriptedLists({ backends }: GatewayTable): ReadonlyMap<string, readonly User[]> {
  const lists = new Map<string, readonly User[]>();
  for (const [name, { users = [] }] of backends) {
    const own = users.filter(isScripted);
    if (own.length > 0) lists.set(name, own);
  }
  return lists;
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
function globalSection({ folder, processors }: HaproxyPlaces, withScript: boolean): string {
  const script = `  .if feature(LUA)\n  lua-load-per-thread ${folder}/${passwordsFile}\n  .endif\n`;
  return `global
  log stdout format raw local0 warning
  stats socket ${folder}/runtime.sock mode 600 level admin expose-fd listeners
  stats timeout 1d
  hard-stop-after 1h
${threads(processors)}  tune.ssl.default-dh-param 2048
  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
${withoutAuthorities}${withScript ? script : ''}
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

/** HAProxy's own client asks nobody; the machine's authorities, which it would read for that, are half of a reload. */
const withoutAuthorities = `  .if version_atleast(2.6)
  httpclient.ssl.verify none
  .endif
`;

/** As many as Debian's HAProxy is built for. */
const threadsMax = 64;

/**
 * A thread for each processor, and at home there: threads that the kernel moves about leave processors
 * idle beside requests that wait, a tenth of all with a few connections (`bench/gateway.ts`).
 */
function threads(processors: readonly number[]): string {
  const homes = processors.slice(0, threadsMax);
  if (homes.length === 0) return '';
  return `  nbthread ${homes.length}\n  cpu-map auto:1/1-${homes.length} ${homes.join(' ')}\n`;
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
