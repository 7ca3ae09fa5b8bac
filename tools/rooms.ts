/**
 * The rooms of gantry, as data: what each folder under `src/` may know. `tidy` reads this table and
 * fails the build on an import that it does not allow. The table may grow a room when a capability
 * is new in kind; it never grows an exception for one file.
 */

export type RoomName =
  | 'base'
  | 'api'
  | 'sys'
  | 'wire'
  | 'store'
  | 'server'
  | 'client'
  | 'scheduler'
  | 'controllers'
  | 'node'
  | 'traffic'
  | 'registry'
  | 'cli'
  | 'main';

/** How a room reaches the machine: itself, through `sys`, or not at all. */
export type TouchesNode = 'yes' | 'via sys' | 'no';

export interface Room {
  readonly holds: string;
  /** Rooms that this one may import, itself excepted (always, by relative path). */
  readonly mayImport: readonly RoomName[];
  readonly touchesNode: TouchesNode;
  /** `import type` from `node:*` is allowed: a type names a value that somebody else made. */
  readonly nodeTypes?: true;
  /** `node:` modules that this room may load although it goes to the machine through `sys`. */
  readonly nodeModules?: { readonly names: readonly string[]; readonly because: string };
  /** Absent: any package in package.json. */
  readonly packages?: 'none';
}

const everyRoom: readonly RoomName[] = [
  'base',
  'api',
  'sys',
  'wire',
  'store',
  'server',
  'client',
  'scheduler',
  'controllers',
  'node',
  'traffic',
  'registry',
  'cli',
];

export const rooms: Readonly<Record<RoomName, Room>> = {
  base: {
    holds: 'words that every room uses: clock, random, logger, assert, error kinds, limits',
    mayImport: [],
    touchesNode: 'no',
    packages: 'none',
  },
  api: {
    holds: 'the nouns: schema, defaults, validation and columns of every kind; patches, codecs',
    mayImport: ['base'],
    touchesNode: 'no',
  },
  sys: {
    holds: 'the machine: real clock, timers, files, processes, sockets, SQLite handle',
    mayImport: ['base'],
    touchesNode: 'yes',
  },
  wire: {
    holds: 'protocols: HTTP, gRPC, TLS and certificates, streams for exec and logs, DNS messages',
    mayImport: ['base', 'sys'],
    touchesNode: 'yes',
    nodeTypes: true,
    nodeModules: {
      names: [
        'http',
        'http2',
        'https',
        'tls',
        'net',
        'dgram',
        'crypto',
        'stream',
        'zlib',
        'buffer',
        'events',
      ],
      because: 'Node’s protocol modules are the protocols; files, processes and time stay in sys',
    },
  },
  store: {
    holds: 'revisions, snapshots, watch, compaction, leases; keys and bytes, never kinds',
    mayImport: ['base', 'sys', 'wire'],
    touchesNode: 'via sys',
  },
  server: {
    holds: 'the one door: authentication, authorization, admission, verbs, watch, discovery',
    mayImport: ['base', 'api', 'wire', 'store'],
    touchesNode: 'no',
  },
  client: {
    holds: 'verbs, informer cache, listers, work queue, leader lease, event recorder',
    mayImport: ['base', 'api', 'wire'],
    touchesNode: 'no',
  },
  scheduler: {
    holds: 'queue, snapshot, decide, bind',
    mayImport: ['base', 'api', 'client'],
    touchesNode: 'no',
  },
  controllers: {
    holds: 'one folder per controller, each with its decide folder',
    mayImport: ['base', 'api', 'client'],
    touchesNode: 'no',
  },
  node: {
    holds: 'the agent: pod workers, CRI, images, volumes, probes, pod network, status',
    mayImport: ['base', 'api', 'client', 'wire', 'sys'],
    touchesNode: 'via sys',
    nodeTypes: true,
  },
  traffic: {
    holds: 'proxy, policy, DNS and gateway: watch, decide a table, apply it',
    mayImport: ['base', 'api', 'client', 'wire', 'sys'],
    touchesNode: 'via sys',
    nodeTypes: true,
  },
  registry: {
    holds: 'images: OCI distribution, scanning',
    mayImport: ['base', 'wire', 'sys'],
    touchesNode: 'via sys',
    nodeTypes: true,
  },
  cli: {
    holds: 'commands for people',
    mayImport: ['base', 'api', 'client', 'wire', 'sys'],
    touchesNode: 'via sys',
    nodeTypes: true,
  },
  main: {
    holds: 'options, composition, start and stop order, debug endpoints',
    mayImport: everyRoom,
    touchesNode: 'yes',
  },
};

/** Loops meet in the store, never in an import. */
export const loopRooms: readonly RoomName[] = [
  'scheduler',
  'controllers',
  'node',
  'traffic',
  'registry',
];

/** What a file under a `decide/` folder may import, besides its own room's `decide/`. */
export const decideMayImport: readonly RoomName[] = ['base', 'api'];

/** Folders beside `src` whose code may import every room and touch the machine. */
export const outerFolders: readonly string[] = ['test', 'bench', 'tools', 'examples'];

export function isRoom(name: string): name is RoomName {
  return Object.hasOwn(rooms, name);
}

/** Whether code in `room` may load `node:<module>` (`module` without the prefix) at run time. */
export function mayLoadNodeModule(room: RoomName, module: string): boolean {
  const { touchesNode, nodeModules } = rooms[room];
  const family = module.split('/')[0] ?? module;
  if (nodeModules !== undefined) return nodeModules.names.includes(family);
  return touchesNode === 'yes';
}

/**
 * Tests, and the support code that only tests load. Such files compose rooms as `main` does
 * (a controller is tested against the real server), so the layers do not bind them.
 */
export function isTestFile(path: string): boolean {
  return (
    path.endsWith('.test.ts') || path.endsWith('/conformance.ts') || path.includes('/testing/')
  );
}
