/** Each check of `npm run ok` is able to fail: a planted violation proves it, in a small tree. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { type Check, runCheck, staticChecks } from './ok.ts';

const root = dirname(import.meta.dirname);
const base = mkdtempSync(join(tmpdir(), 'ok-'));
after(() => rmSync(base, { recursive: true }));

const configs = [
  'tsconfig.json',
  'tsconfig.pure.json',
  '.oxlintrc.json',
  'biome.json',
  'knip.json',
  'package.json',
  '.gitignore',
];

function plant(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(join(base, 'tree-'));
  for (const config of configs) copyFileSync(join(root, config), join(tree, config));
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  return tree;
}

function checkNamed(name: string): Check {
  const check = staticChecks.find((one) => one.name === name);
  assert.ok(check, name);
  return check;
}

/** Runs the check over the planted files, which must fail it with words that match `says`. */
async function refuses(name: string, text: string, says: RegExp, path = 'src/base/x.ts') {
  const { passed, output } = await runCheck(checkNamed(name), plant({ [path]: text }));
  assert.equal(passed, false, `${name} accepts ${text}\n${output}`);
  assert.match(output, says);
}

async function accepts(name: string, text: string, path = 'src/base/x.ts') {
  const { passed, output } = await runCheck(checkNamed(name), plant({ [path]: text }));
  assert.ok(passed, output);
}

test('types: strict, with every index possibly undefined', async () => {
  await refuses('types', 'export const a: string = [""][0];\n', /TS2322/);
  await accepts('types', "export const a: string = ['x'][0] ?? '';\n");
});

test('pure: no Node and no timers in base, api and decide folders', async () => {
  const text = [
    "import { readFileSync } from 'node:fs';",
    'export const a = readFileSync;',
    'export const b = setTimeout;',
    'export const c = process;',
    'export const d = Buffer;',
    'export const e = fetch;',
    '',
  ].join('\n');
  const all = /'node:fs'.+'setTimeout'.+'process'.+'Buffer'.+'fetch'/s;
  await refuses('pure', text, all);
  await refuses('pure', text, all, 'src/api/pods/x.ts');
  await refuses('pure', text, all, 'src/controllers/jobs/decide/x.ts');
  await accepts('pure', 'export const a = new Map([[1, 2n]]).get(1);\n');
});

test('lint: promises, unions, any and non-null assertions', async () => {
  const go = 'export async function go(): Promise<void> {}\n';
  await refuses('lint', `${go}export function a() {\n  go();\n}\n`, /no-floating-promises/);
  await refuses('lint', `${go}export const a = [1].forEach(go);\n`, /no-misused-promises/);
  await refuses('lint', 'export const a = (b: any) => b;\n', /no-explicit-any/);
  await refuses('lint', 'export const a = [1][0]!;\n', /no-non-null-assertion/);
  const union = [
    "export function a(b: 'x' | 'y'): number {",
    '  switch (b) {',
    "    case 'x':",
    '      return 1;',
    '  }',
    '  return 2;',
    '}',
    '',
  ].join('\n');
  await refuses('lint', union, /switch-exhaustiveness-check/);
  await accepts('lint', `${go}export async function a() {\n  await go();\n}\n`);
});

test('format: 100 columns, single quotes, semicolons', async () => {
  await refuses('format', 'export const a = "x"\n', /x\.ts/);
  await accepts('format', "export const a = 'x';\n");
});

test('dead-code: a file and an export that nobody uses', async () => {
  const tree = plant({
    'src/main/gantry.ts': "import { used } from '#base/used.ts';\nused();\n",
    'src/base/used.ts': 'export function used() {}\nexport function unused() {}\n',
    'src/base/alone.ts': 'export const alone = 1;\n',
  });
  const { passed, output } = await runCheck(checkNamed('dead-code'), tree);
  assert.equal(passed, false);
  assert.match(output, /src\/base\/alone\.ts/);
  assert.match(output, /unused +function/);
});

test('unit: a failed test, a hung file, and a run without a single test', async () => {
  const tree = plant({
    'bad.test.ts':
      "import { test } from 'node:test';\ntest('is bad', () => {\n  throw new Error('so bad');\n});\n",
    'hung.spec.ts':
      "import { test } from 'node:test';\ntest('is hung', () => void setInterval(() => {}, 999));\n",
    'good.test.ts': "import { test } from 'node:test';\ntest('is good', () => {});\n",
  });
  const run = (...args: string[]) => {
    const command = [process.execPath, join(root, 'tools/test-files.ts'), ...args];
    return runCheck({ name: 'unit', holds: '', command }, tree);
  };
  assert.equal((await run('good.test.ts')).passed, true);
  const { passed, output } = await run('*.test.ts');
  assert.equal(passed, false);
  assert.match(output, /not ok bad\.test\.ts:2: is bad .*\n {4}Error: so bad/);
  assert.match(output, /^# tests 2$.*^# fail 1$/ms);
  assert.equal((await run('none.test.ts')).passed, false);
  const hung = await run('--limit', '1', 'hung.spec.ts');
  assert.equal(hung.passed, false);
  assert.match(hung.output, /not ok hung\.spec\.ts did not end in 1\.00 s/);
});
