import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import {
  decideMayImport,
  isRoom,
  loopRooms,
  mayLoadNodeModule,
  type RoomName,
  rooms,
} from './rooms.ts';
import { check, rules } from './tidy.ts';
import { formatFinding } from './tidy/finding.ts';
import { findFunctions } from './tidy/functions.ts';
import { readSource } from './tidy/source.ts';
import { machinePathsOf, makeTree } from './tidy/tree.ts';

const root = dirname(import.meta.dirname);
const readme = 'word '.repeat(30);

/** Findings in a tree of one file (and the README of every room), as `line rule`. */
function findingsIn(path: string, text: string): string[] {
  const files = new Map([[path, text]]);
  for (const room of Object.keys(rooms)) files.set(`src/${room}/README.md`, readme);
  return check(makeTree(files, ['/checkout/'])).map(({ line, rule }) => `${line} ${rule}`);
}

interface Plant {
  readonly rule: string;
  readonly path: string;
  readonly text: string;
  readonly line?: number;
}

const lines = (count: number): string => 'go();\n'.repeat(count);

/** One planted violation per line; the rule named must be the only one that finds it. */
const plants: readonly Plant[] = [
  { rule: 'room-known', path: 'src/helpers/x.ts', text: '' },
  { rule: 'room-known', path: 'src/x.ts', text: '' },
  { rule: 'import-form', path: 'src/api/x.ts', text: "import { a } from '../base/a.ts';" },
  { rule: 'import-form', path: 'src/api/x.ts', text: "import { a } from '#api/a.ts';" },
  { rule: 'import-form', path: 'src/api/x.ts', text: "import { a } from '../../tools/a.ts';" },
  { rule: 'import-form', path: 'test/x.ts', text: "import { a } from '../src/base/a.ts';" },
  { rule: 'import-form', path: 'src/api/x.test.ts', text: "import { a } from '../sys/a.ts';" },
  { rule: 'room-import', path: 'src/client/x.ts', text: "import { a } from '#server/a.ts';" },
  { rule: 'room-import', path: 'src/server/x.ts', text: "import { a } from '#client/a.ts';" },
  { rule: 'room-import', path: 'src/node/x.ts', text: "import { a } from '#store/a.ts';" },
  { rule: 'room-import', path: 'src/node/x.ts', text: "import type { A } from '#traffic/a.ts';" },
  { rule: 'room-import', path: 'src/api/x.ts', text: "export * from '#wire/a.ts';" },
  { rule: 'room-import', path: 'src/api/x.ts', text: "const a = await import('#wire/a.ts');" },
  { rule: 'room-import', path: 'src/api/x.ts', text: "let a: import('#wire/a.ts').A;\n" },
  { rule: 'room-import', path: 'src/base/x.ts', text: "import { a } from 'yaml';" },
  {
    rule: 'room-import',
    path: 'src/api/x.ts',
    text: "\nimport {\n  a,\n} from '#sys/a.ts';",
    line: 4,
  },
  {
    rule: 'decide-import',
    path: 'src/node/decide/x.ts',
    text: "import { a } from '../workers/a.ts';",
  },
  {
    rule: 'decide-import',
    path: 'src/node/decide/x.ts',
    text: "import { a } from '#client/a.ts';",
  },
  { rule: 'decide-import', path: 'src/node/decide/x.ts', text: "import { a } from 'yaml';" },
  { rule: 'node-import', path: 'src/server/x.ts', text: "import { a } from 'node:fs';" },
  { rule: 'node-import', path: 'src/server/x.ts', text: "import type { A } from 'node:http';" },
  { rule: 'node-import', path: 'src/node/x.ts', text: "import { a } from 'node:net';" },
  { rule: 'node-import', path: 'src/wire/x.ts', text: "import { a } from 'node:fs/promises';" },
  { rule: 'node-import', path: 'tools/x.ts', text: "import { a } from 'fs';" },
  { rule: 'test-import', path: 'src/sys/x.ts', text: "import { test } from 'node:test';" },
  { rule: 'test-import', path: 'src/node/x.ts', text: "import { a } from './testing/a.ts';" },
  { rule: 'test-import', path: 'src/node/x.ts', text: "import { a } from 'fast-check';" },
  { rule: 'no-wall-clock', path: 'src/api/x.ts', text: 'const a = Date.now();' },
  { rule: 'no-wall-clock', path: 'src/api/x.ts', text: 'const a = new Date();' },
  { rule: 'no-wall-clock', path: 'src/api/x.ts', text: 'const a = `${new Date( )}`;' },
  { rule: 'no-wall-clock', path: 'src/api/x.ts', text: 'const a = performance.now();' },
  { rule: 'no-bare-timer', path: 'src/client/x.ts', text: 'setTimeout(go, 1);' },
  { rule: 'no-bare-timer', path: 'src/client/x.ts', text: 'globalThis.setInterval(go, 1);' },
  { rule: 'no-bare-timer', path: 'src/client/x.ts', text: 'const later = setImmediate;' },
  { rule: 'no-chance', path: 'src/main/x.ts', text: 'const a = Math.random();' },
  { rule: 'no-chance', path: 'test/x.ts', text: 'const a = crypto.randomUUID();' },
  { rule: 'no-process', path: 'src/cli/x.ts', text: 'const a = process.env.HOME;' },
  { rule: 'no-console', path: 'src/cli/x.ts', text: "console.log('a');" },
  { rule: 'no-enum', path: 'tools/x.ts', text: 'const enum Colour { Red }' },
  { rule: 'no-default-export', path: 'tools/x.ts', text: 'export default 1;' },
  { rule: 'no-module-state', path: 'src/api/x.ts', text: 'let count = 0;\n' },
  { rule: 'no-module-state', path: 'src/api/x.ts', text: 'const a = new Map<string, A>();' },
  { rule: 'no-only', path: 'test/x.test.ts', text: "test.only('a', go);" },
  { rule: 'no-todo', path: 'src/api/x.ts', text: '/**\n * TODO: later\n */', line: 2 },
  { rule: 'lint-reason', path: 'src/api/x.ts', text: '// oxlint-disable-next-line eqeqeq' },
  { rule: 'no-machine-path', path: 'docs/x.md', text: `\nsee ${'/home'}/kim/gantry`, line: 2 },
  { rule: 'no-machine-path', path: 'tools/x.ts', text: "const a = '/checkout/x';" },
  { rule: 'no-registry-host', path: 'package-lock.json', text: '"resolved": "https://a.b/c"' },
  { rule: 'no-registry-host', path: '.npmrc', text: 'registry=https://a.b' },
  { rule: 'file-size', path: 'src/api/x.ts', text: lines(801), line: 800 },
  { rule: 'function-size', path: 'src/api/x.ts', text: `\nfunction a() {\n${lines(69)}}`, line: 2 },
  { rule: 'function-size', path: 'src/api/x.ts', text: `const a = () => {\n${lines(69)}};` },
  {
    rule: 'function-size',
    path: 'src/api/x.ts',
    text: `class A {\n  a(): A[] {\n${lines(69)}}\n}`,
    line: 2,
  },
  { rule: 'file-name', path: 'src/api/someThing.ts', text: '' },
  { rule: 'file-name', path: 'src/api/Kinds/pod.ts', text: '' },
];

/** Lines that look like violations and are none. */
const fine: readonly (readonly [path: string, text: string])[] = [
  ['src/api/x.ts', "import { a } from '#base/a.ts';\nimport { b } from './b.ts';"],
  ['src/main/x.ts', "import about from '../../package.json' with { type: 'json' };"],
  ['src/wire/x.ts', "import { createServer } from 'node:http2';"],
  ['src/wire/x.ts', "import { pipeline } from 'node:stream/promises';"],
  ['src/node/x.ts', "import type { Socket } from 'node:net';"],
  ['src/controllers/a/x.test.ts', "import { a } from '#server/a.ts';\nimport 'node:test';"],
  ['src/store/conformance.ts', "import { test } from 'node:test';"],
  ['src/node/decide/x.ts', "import { a } from './a.ts';\nimport { b } from '#api/b.ts';"],
  ['src/api/x.ts', 'const a = new Date(0).toISOString();\nconst b: Date = Date.UTC(1);'],
  ['src/api/x.ts', '// Date.now() and setTimeout( in words\nconst a = "Math.random()";'],
  ['src/api/x.ts', 'const a = /console.log("x")/;\nconst b = clock.now() / 2; // process.env'],
  ['src/client/x.ts', 'timers.setTimeout(1);\nexport const table = new Map([[1, 2]]);'],
  ['src/api/x.ts', 'const memo = new WeakMap<object, string>();'],
  ['src/client/x.ts', 'function f() {\n  const a = new Map();\n  let b = 1;\n}'],
  ['src/api/x.ts', '// TODO(docs/roadmap.md#ipv6): both families'],
  ['src/api/x.ts', '// oxlint-disable-next-line eqeqeq -- the outer one is the same thing'],
  ['src/api/generated/types.ts', lines(2000)],
  ['src/api/x.ts', `function a() {\n${lines(68)}}`],
  ['src/api/x.ts', `function a() {\n${lines(40)}  const b = () => {\n${lines(40)}};\n}`],
  ['src/api/x.test.ts', `describe('a', () => {\n${lines(100)}});`],
  ['docs/x.md', 'the folder /home/<you>/x, and a URL https://example.com/checkout/x'],
];

describe('each planted violation is found, by its own rule', () => {
  for (const { rule, path, text, line = 1 } of plants) {
    test(`${rule}: ${path}: ${text.slice(0, 60).replaceAll('\n', '⏎')}`, () => {
      const found = findingsIn(path, text).filter((one) => !one.includes('no-module-state'));
      const expected = rule === 'no-module-state' ? [] : [`${line} ${rule}`];
      assert.deepEqual(found, expected);
      if (rule === 'no-module-state') assert.deepEqual(findingsIn(path, text), [`${line} ${rule}`]);
    });
  }

  test('room-readme: a room without an opening paragraph', () => {
    const found = check(makeTree(new Map([['src/api/x.ts', '']])));
    assert.deepEqual(
      found.map(({ file, rule }) => `${file} ${rule}`),
      ['src/api/README.md room-readme'],
    );
  });

  test('no-import-ring: files that load each other, types excepted', () => {
    const files = new Map([
      ['tools/a.ts', "import { b } from './b.ts';"],
      ['tools/b.ts', "import { c } from './c.ts';\nimport type { A } from './a.ts';"],
      ['tools/c.ts', "import type { A } from './a.ts';"],
    ]);
    assert.deepEqual(check(makeTree(files)), []);
    files.set('tools/c.ts', "import { b } from './b.ts';");
    const whats = check(makeTree(files)).map(({ rule, what }) => `${rule} ${what}`);
    assert.deepEqual(whats, ['no-import-ring tools/b.ts → tools/c.ts → tools/b.ts']);
  });

  test('no rule is without a plant', () => {
    const others = ['room-readme', 'no-import-ring'];
    const planted = new Set([...plants.map(({ rule }) => rule), ...others]);
    assert.deepEqual(
      rules.map(({ name }) => name).filter((name) => !planted.has(name)),
      [],
    );
  });
});

test('what only looks like a violation passes', () => {
  for (const [path, text] of fine) assert.deepEqual(findingsIn(path, text), [], text.slice(0, 80));
});

test('a message names the place, the rule, the reason and the cure', () => {
  const tree = makeTree(new Map([['src/api/x.ts', "import 'node:fs';"]]));
  const finding = check(tree).find(({ rule }) => rule === 'node-import');
  assert.ok(finding);
  assert.match(formatFinding(finding), /^src\/api\/x\.ts:1: node-import: .+ – .+ – use .+$/);
});

test('the command reads new files in a git tree and fails on them', () => {
  const tree = mkdtempSync(join(tmpdir(), 'tidy-'));
  try {
    execFileSync('git', ['init', '-q'], { cwd: tree });
    mkdirSync(join(tree, 'src/api'), { recursive: true });
    writeFileSync(join(tree, 'src/api/README.md'), readme);
    const run = () =>
      spawnSync(process.execPath, [join(root, 'tools/tidy.ts'), tree], { encoding: 'utf8' });
    assert.equal(run().status, 0, run().stdout);
    writeFileSync(join(tree, 'src/api/x.ts'), 'export const a = Date.now();\n');
    const { status, stdout } = run();
    assert.equal(status, 1);
    assert.match(stdout, /^src\/api\/x\.ts:1: no-wall-clock: /);
  } finally {
    rmSync(tree, { recursive: true });
  }
});

describe('the table of rooms', () => {
  const names = Object.keys(rooms).filter(isRoom);
  const importers = (of: RoomName): RoomName[] =>
    names.filter((name) => rooms[name].mayImport.includes(of));

  test('holds the five laws', () => {
    assert.deepEqual(importers('store'), ['server', 'main']);
    assert.ok(!rooms.server.mayImport.includes('client'));
    assert.ok(!rooms.client.mayImport.includes('server'));
    for (const loop of loopRooms) assert.deepEqual(importers(loop), ['main']);
    assert.deepEqual(decideMayImport, ['base', 'api']);
  });

  test('has no room that imports itself, and no ring', () => {
    const left = new Set(names);
    for (let found = true; found; ) {
      found = false;
      for (const name of left) {
        if (rooms[name].mayImport.some((other) => left.has(other))) continue;
        left.delete(name);
        found = true;
      }
    }
    assert.deepEqual([...left], []);
  });

  test('lets a room go to the machine "via sys" only when it may import sys', () => {
    for (const name of names) {
      const { touchesNode, mayImport, nodeModules } = rooms[name];
      if (touchesNode === 'via sys') assert.ok(mayImport.includes('sys'), name);
      if (touchesNode === 'no') assert.ok(!mayImport.includes('sys'), name);
      if (nodeModules !== undefined) assert.ok(nodeModules.because.length > 20, name);
    }
    assert.ok(mayLoadNodeModule('sys', 'fs'));
    assert.ok(!mayLoadNodeModule('wire', 'fs'));
  });

  test('has one subpath import in package.json for each room, and no other', () => {
    const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const expected = Object.fromEntries(names.map((name) => [`#${name}/*`, `./src/${name}/*`]));
    assert.deepEqual(imports, expected);
  });
});

describe('the scanner', () => {
  test('sees code inside template literals and none in strings, comments and patterns', () => {
    const text = 'a(`x ${b("}") + `${c}`} y`); // d\nconst e = f / g / h; /* i */ j = /k"[/]/.l;';
    const { code } = readSource('x.ts', text);
    assert.equal(code.length, text.length);
    assert.equal(
      code.replace(/\s+/g, ' ').trim(),
      'a(` ${b(" ") + `${c}`} `); const e = f / g / h; j = / /.l;',
    );
  });

  test('finds functions by their braces', () => {
    const text = [
      'function a(b = { c: 1 }): { d: number; e: string } {',
      '  if (b) { go(); }',
      '  return list.map((x) => {',
      '    return x;',
      '  });',
      '}',
      'class F { async *g(): AsyncIterable<string> {',
      '} }',
    ].join('\n');
    assert.deepEqual(findFunctions(readSource('x.ts', text)), [
      { line: 3, ownLines: 3 },
      { line: 1, ownLines: 4 },
      { line: 7, ownLines: 2 },
    ]);
  });
});

test('paths that every machine has are not taken for this machine', () => {
  assert.deepEqual(machinePathsOf('/tmp/x', '/root'), ['/tmp/x/']);
  assert.deepEqual(machinePathsOf('/data/x', '/data/me'), ['/data/x/', '/data/me/']);
});
