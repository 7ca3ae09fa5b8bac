/** The five laws: who may import whom, and in which form. */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import {
  decideMayImport,
  isRoom,
  isTestFile,
  mayLoadNodeModule,
  outerFolders,
  type RoomName,
  rooms,
} from '../rooms.ts';
import { type Complaint, type Rule, sourceRule } from './finding.ts';
import type { Import, Source } from './source.ts';

/** Where a file stands: a room, a folder beside `src`, or neither. */
interface Place {
  readonly room: RoomName | undefined;
  readonly isDecide: boolean;
}

/** Text that is not a room although it looks like one, for files that stand directly in `src`. */
function folderInSrc(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

export function placeOf(path: string): Place {
  const folder = folderInSrc(path);
  const room = folder !== undefined && isRoom(folder) ? folder : undefined;
  return { room, isDecide: room !== undefined && path.includes('/decide/') };
}

/** The file that a relative or `#room/` import names, relative to the repository. */
function targetOf(source: Source, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    return posix.normalize(posix.join(posix.dirname(source.path), specifier));
  }
  return specifier.startsWith('#') ? `src/${specifier.slice(1)}` : undefined;
}

const knownRoom: Rule = sourceRule(
  'room-known',
  'a line belongs to the room that may know what it knows',
  function* (source) {
    if (!source.path.startsWith('src/') || placeOf(source.path).room !== undefined) return;
    yield {
      line: 1,
      what: `${posix.dirname(source.path)} is not a room`,
      use: `one of ${Object.keys(rooms).join(', ')}, or a new row in tools/rooms.ts`,
    };
  },
);

const importForm: Rule = sourceRule(
  'import-form',
  'every import line names the room that it enters',
  function* (source) {
    const from = folderInSrc(source.path);
    for (const { specifier, line } of source.imports) {
      const target = targetOf(source, specifier);
      if (target === undefined) continue;
      const to = folderInSrc(target);
      const isRelative = specifier.startsWith('.');
      if (isRelative && to !== undefined && to !== from) {
        const use = `'#${target.slice('src/'.length)}'`;
        yield { line, what: `'${specifier}' enters another room`, use };
      } else if (!isRelative && to === from) {
        const use = `'${relativeTo(source.path, target)}'`;
        yield { line, what: `'${specifier}' leaves its room only to come back`, use };
      } else if (isRelative && from !== undefined && to === undefined && target.endsWith('.ts')) {
        const use = 'code from a room; test, bench and tools stand on top of src, never under it';
        yield { line, what: `'${specifier}' leaves src`, use };
      }
    }
  },
);

function relativeTo(from: string, target: string): string {
  const path = posix.relative(posix.dirname(from), target);
  return path.startsWith('.') ? path : `./${path}`;
}

const roomImport: Rule = sourceRule(
  'room-import',
  'rooms are cut by what they know, and the table in tools/rooms.ts says who may know whom',
  function* (source) {
    const { room } = placeOf(source.path);
    if (room === undefined || isTestFile(source.path)) return;
    for (const { specifier, line } of source.imports) {
      const complaint = forbiddenRoom(source, room, specifier);
      if (complaint !== undefined) yield { line, ...complaint };
    }
  },
);

function forbiddenRoom(
  source: Source,
  room: RoomName,
  specifier: string,
): Omit<Complaint, 'line'> | undefined {
  const allowed = rooms[room].mayImport;
  const target = targetOf(source, specifier);
  if (target === undefined) {
    if (rooms[room].packages !== 'none' || specifier.startsWith('node:')) return undefined;
    return {
      what: `${room} loads the package '${specifier}'`,
      use: 'own code, or a room that may load packages',
    };
  }
  const to = folderInSrc(target);
  if (to === undefined || to === room) return undefined;
  if (isRoom(to) && allowed.includes(to)) return undefined;
  return {
    what: `${room} imports ${to}`,
    use: allowed.length === 0 ? 'nothing but its own files' : `only ${allowed.join(', ')}`,
  };
}

const decideImport: Rule = sourceRule(
  'decide-import',
  'a decision is a pure function of what it is given, so that it can be tested and replayed',
  function* (source) {
    const { room, isDecide } = placeOf(source.path);
    if (room === undefined || !isDecide || isTestFile(source.path)) return;
    for (const { specifier, line } of source.imports) {
      const target = targetOf(source, specifier);
      const to = target === undefined ? undefined : placeOf(target);
      const isOwn = to?.room === room && to.isDecide;
      if (isOwn || (to?.room !== undefined && decideMayImport.includes(to.room))) continue;
      const use = `${decideMayImport.join(', ')} or its own decide folder, and an argument for the rest`;
      yield { line, what: `a decide folder imports '${specifier}'`, use };
    }
  },
);

const builtins: ReadonlySet<string> = new Set(builtinModules);

const nodeImport: Rule = sourceRule(
  'node-import',
  'the machine comes in as an argument, so that the simulator can hand in another',
  function* (source) {
    const { room } = placeOf(source.path);
    for (const { specifier, line, typeOnly } of source.imports) {
      if (!specifier.startsWith('node:') && builtins.has(specifier)) {
        yield { line, what: `'${specifier}' without prefix`, use: `'node:${specifier}'` };
      }
      if (room === undefined || isTestFile(source.path) || !specifier.startsWith('node:')) continue;
      if (mayLoadNodeModule(room, specifier.slice('node:'.length))) continue;
      if (typeOnly && rooms[room].nodeTypes === true) continue;
      yield {
        line,
        what: `${room} imports '${specifier}'`,
        use:
          rooms[room].touchesNode === 'no'
            ? 'an interface from #base and let main hand in the real one'
            : 'a function from #sys (or #wire, for protocols)',
      };
    }
  },
);

const testImport: Rule = sourceRule(
  'test-import',
  'what ships must not load what tests',
  function* (source) {
    if (isTestFile(source.path) || isOuter(source.path)) return;
    for (const one of source.imports) {
      const target = targetOf(source, one.specifier);
      if (!isTestSpecifier(one, target)) continue;
      const use = 'a .test.ts file, a testing/ folder or test/';
      yield { line: one.line, what: `'${one.specifier}' in code that ships`, use };
    }
  },
);

function isOuter(path: string): boolean {
  return outerFolders.some((folder) => path.startsWith(`${folder}/`));
}

function isTestSpecifier({ specifier }: Import, target: string | undefined): boolean {
  if (target !== undefined) return isTestFile(target);
  return specifier.startsWith('node:test') || specifier === 'fast-check';
}

export const layerRules: readonly Rule[] = [
  knownRoom,
  importForm,
  roomImport,
  decideImport,
  nodeImport,
  testImport,
];
