/**
 * Runs test files and says what failed: `tools/test-files.ts [--serial] [--list] <glob>...`.
 *
 * `--serial`: one file at a time, for tests that need the machine to themselves.
 * `--list`: a line per finished test, for runs that take minutes.
 * The closing lines (`# tests N`, `# pass N`, ...) are those of node:test's TAP output. A run
 * without a single test fails: a glob that matches nothing must not look like success.
 */
import { relative } from 'node:path';
import { run } from 'node:test';
import { inspect, parseArgs } from 'node:util';

interface TestRun {
  readonly globs: readonly string[];
  /** Files that run at the same time, each in its own process. */
  readonly concurrency: number;
  /** Print a line for each finished test, not only for failed ones. */
  readonly listAll: boolean;
  readonly print: (line: string) => void;
}

interface Counts {
  tests: number;
  suites: number;
  passed: number;
  failed: number;
  cancelled: number;
  skipped: number;
  todo: number;
}

/** Resolves to whether everything passed; prints failures as they come and the counts at the end. */
async function runTestFiles({
  globs,
  concurrency,
  listAll,
  print,
}: TestRun): Promise<boolean> {
  const output = new Map<string, string[]>();
  let counts: Counts | undefined;
  let success = true;
  const started = performance.now();
  for await (const { type, data } of run({ globPatterns: [...globs], concurrency })) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      const lines = output.get(data.file) ?? [];
      output.set(data.file, [...lines, data.message].slice(-outputLinesMax));
    } else if (type === 'test:fail' && !isSuite(data)) {
      print(describeFailure(data));
    } else if (type === 'test:pass' && listAll && !isSuite(data)) {
      const skipped = data.skip === undefined ? '' : ` # SKIP ${data.skip}`;
      print(`ok ${data.name} (${seconds(data.details.duration_ms)})${skipped}`);
    } else if (type === 'test:summary') {
      if (!data.success && data.file !== undefined) printOutput(output, data.file, print);
      if (data.file === undefined) counts = data.counts;
      success &&= data.success;
    }
  }
  if (counts === undefined || counts.tests === 0) {
    print(`no tests in ${globs.join(' ')}`);
    return false;
  }
  printCounts(counts, performance.now() - started, print);
  return success;
}

/** What a test file wrote is shown when it fails, from its end. */
const outputLinesMax = 100;

function printOutput(
  output: ReadonlyMap<string, string[]>,
  file: string,
  print: (line: string) => void,
): void {
  const lines = output.get(file) ?? [];
  if (lines.length > 0) print(`output of ${relative('.', file)}:\n${lines.join('').trimEnd()}`);
}

interface Finished {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly details: { readonly type?: string | undefined; readonly duration_ms: number };
}

/** A suite fails only because a test in it did, and that one is reported itself. */
function isSuite({ details }: Finished): boolean {
  return details.type === 'suite';
}

function describeFailure(data: Finished & { details: { error: Error } }): string {
  const { name, file, line, details } = data;
  const place = file === undefined ? '' : `${relative('.', file)}:${line ?? 1}: `;
  const { cause } = details.error;
  const error = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  return `not ok ${place}${name} (${seconds(details.duration_ms)})\n${error.replace(/^/gm, '    ')}`;
}

function printCounts(counts: Counts, durationMs: number, print: (line: string) => void): void {
  print(`# tests ${counts.tests}`);
  print(`# suites ${counts.suites}`);
  print(`# pass ${counts.passed}`);
  print(`# fail ${counts.failed}`);
  print(`# cancelled ${counts.cancelled}`);
  print(`# skipped ${counts.skipped}`);
  print(`# todo ${counts.todo}`);
  print(`# duration_ms ${durationMs.toFixed(0)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { serial: { type: 'boolean' }, list: { type: 'boolean' } },
  });
  const passed = await runTestFiles({
    globs: positionals,
    concurrency: values.serial === true ? 1 : 2,
    listAll: values.list === true,
    print: (line) => console.log(line),
  });
  process.exitCode = passed ? 0 : 1;
}
