/**
 * Every check, in one command: `npm run ok`. One line per check with its time; what a failed check
 * said comes right below it. `npm run ok -- tidy lint` runs only those; `-- --help` lists them.
 *
 * Two checks run at a time (each is mostly single-threaded); the unit tests come last and have the
 * machine to themselves.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);

export interface Check {
  readonly name: string;
  readonly holds: string;
  readonly command: readonly string[];
}

const tool = (name: string, ...args: string[]): string[] => [
  process.execPath,
  join('tools', name),
  ...args,
];
/** A program of a package whose first line asks for "node", run with ours and not the machine's. */
const script = (path: string, ...args: string[]): string[] => [
  process.execPath,
  join('node_modules', path),
  ...args,
];

/** What has not changed since the last run is not looked at again: a quarter of the time. */
const rememberedIn = (name: string): string[] => [
  '--incremental',
  '--tsBuildInfoFile',
  `node_modules/.gantry/${name}.tsbuildinfo`,
];

export const staticChecks: readonly Check[] = [
  {
    name: 'lint',
    holds: 'oxlint with types: floating promises, exhaustive switches, no any',
    command: [...script('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '-f', 'unix', '.'],
  },
  {
    name: 'types',
    holds: 'tsc over everything, every strict flag',
    command: script('typescript/bin/tsc', '-p', 'tsconfig.json', ...rememberedIn('types')),
  },
  {
    name: 'pure',
    holds: 'tsc over base, api and every decide folder, without Node’s types',
    command: script('typescript/bin/tsc', '-p', 'tsconfig.pure.json', ...rememberedIn('pure')),
  },
  {
    name: 'dead-code',
    holds: 'knip: unused files, exports and dependencies',
    command: script('knip/bin/knip.js', '--no-progress', '--no-config-hints'),
  },
  { name: 'tidy', holds: 'layers, seams, sizes, names', command: tool('tidy.ts') },
  {
    name: 'format',
    holds: 'Biome; `npm run format` writes it',
    command: script('@biomejs/biome/bin/biome', 'format', '--reporter=summary', '.'),
  },
  {
    name: 'lock',
    holds: 'package-lock.json names every platform',
    command: tool('complete-lock.ts', '--check'),
  },
  {
    name: 'generated',
    holds: 'types, man page and table of limits are what tools/generated.ts makes',
    command: tool('generated.ts', '--check'),
  },
];

const unitTests: Check = {
  name: 'unit',
  holds: 'the tests beside the code',
  command: tool('test-files.ts', 'src/**/*.test.ts', 'tools/**/*.test.ts'),
};

export interface Outcome {
  readonly check: Check;
  readonly passed: boolean;
  readonly output: string;
  readonly durationMs: number;
}

export async function runCheck(check: Check, cwd: string): Promise<Outcome> {
  const started = performance.now();
  const [program = '', ...args] = check.command;
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      NODE_COMPILE_CACHE: join(root, 'node_modules/.gantry/compile-cache'),
      ...process.env,
      NO_COLOR: '1',
      // Set inside a test file; node:test would skip every file below it.
      NODE_TEST_CONTEXT: undefined,
    },
  });
  let output = '';
  const collect = (part: Buffer): void => {
    output += part.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.on('error', (error) => {
    output += `${error.message}\n`;
    resolve(null);
  });
  child.on('close', resolve);
  const code = await promise;
  return { check, passed: code === 0, output, durationMs: performance.now() - started };
}

function report({ check, passed, output, durationMs }: Outcome): void {
  const counted = /^# tests (\d+)$/m.exec(output)?.[1];
  const count = counted === undefined ? '' : `  ${counted} tests`;
  const time = `${(durationMs / 1000).toFixed(1)} s`.padStart(7);
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${check.name.padEnd(10)}${time}${count}`);
  if (!passed) console.log(output.trimEnd().replace(/^/gm, '     '));
}

/** Runs `checks` in order, `lanes` at a time, and reports each when it is done. */
async function runAll(checks: readonly Check[], lanes: number): Promise<Outcome[]> {
  const waiting = [...checks];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const outcome = await runCheck(check, root);
      report(outcome);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return outcomes;
}

function select(names: readonly string[]): { fast: Check[]; unit: Check[] } | string {
  const present = staticChecks.filter(({ command }) => existsSync(join(root, command[1] ?? '')));
  const all = [...present, unitTests];
  const unknown = names.filter((name) => !all.some((check) => check.name === name));
  if (unknown.length > 0 || names.includes('--help')) {
    const list = all.map(({ name, holds }) => `  ${name.padEnd(10)} ${holds}`).join('\n');
    return `checks:\n${list}`;
  }
  const wanted = (check: Check): boolean => names.length === 0 || names.includes(check.name);
  return { fast: present.filter(wanted), unit: [unitTests].filter(wanted) };
}

async function main(names: readonly string[]): Promise<number> {
  const selected = select(names);
  if (typeof selected === 'string') {
    console.log(selected);
    return names.includes('--help') ? 0 : 2;
  }
  const started = performance.now();
  const outcomes = [...(await runAll(selected.fast, 2)), ...(await runAll(selected.unit, 1))];
  const failed = outcomes.filter(({ passed }) => !passed).map(({ check }) => check.name);
  const time = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    failed.length === 0 ? `all ok in ${time} s` : `failed: ${failed.join(', ')} (${time} s)`,
  );
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
