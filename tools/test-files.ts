/**
 * Runs test files and says what failed: `tools/test-files.ts [--serial] [--list] <glob>...`.
 *
 * `--serial`: one file at a time, for tests that need the machine to themselves.
 * `--list`: a line per finished test, for runs that take minutes.
 * The closing lines (`# tests N`, `# pass N`, ...) are those of node:test's TAP output. A run
 * without a single test fails: a glob that matches nothing must not look like success. A file that
 * does not end (a hung test, or a handle left open after the last one) is ended and has failed:
 * node:test itself would wait for it for ever.
 */
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { run } from 'node:test';
import { inspect, parseArgs } from 'node:util';

interface Options {
  /** Files that run at the same time, each in its own process. */
  readonly lanes: number;
  readonly fileTimeoutMs: number;
  /** Print a line for each finished test, not only for failed ones. */
  readonly listAll: boolean;
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

/** What a test file wrote is shown when it fails, from its end. */
const outputLinesMax = 100;

/** Runs every file, and returns the sum of what they counted. */
async function runFiles(files: readonly string[], options: Options): Promise<Counts> {
  const sum = { tests: 0, suites: 0, passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0 };
  const waiting = [...files];
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const counts = await runFile(file, options);
      for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key];
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return sum;
}

async function runFile(file: string, { fileTimeoutMs, listAll }: Options): Promise<Counts> {
  const counts = { tests: 0, suites: 0, passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0 };
  const output: string[] = [];
  const signal = AbortSignal.timeout(fileTimeoutMs);
  for await (const { type, data } of run({ files: [file], signal })) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      output.push(data.message);
      if (output.length > outputLinesMax) output.shift();
    } else if (type === 'test:fail' && !isSuite(data) && !signal.aborted) {
      console.log(describeFailure(data));
    } else if (type === 'test:pass' && listAll && !isSuite(data)) {
      const skipped = data.skip === undefined ? '' : ` # SKIP ${data.skip}`;
      console.log(`ok ${data.name} (${seconds(data.details.duration_ms)})${skipped}`);
    } else if (type === 'test:summary' && data.file === undefined) {
      Object.assign(counts, data.counts);
      if (!data.success && counts.failed + counts.cancelled === 0) counts.failed += 1;
    }
  }
  if (signal.aborted) {
    console.log(`not ok ${file} did not end in ${seconds(fileTimeoutMs)}, and was ended`);
    counts.failed = Math.max(counts.failed, 1);
  }
  const failed = counts.failed + counts.cancelled > 0;
  if (failed && output.length > 0) {
    console.log(`output of ${file}:\n${output.join('').trimEnd()}`);
  }
  return counts;
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
  const { cause = details.error.message } = details.error;
  const error = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  return `not ok ${place}${name} (${seconds(details.duration_ms)})\n${error.replace(/^/gm, '    ')}`;
}

function printCounts(counts: Counts, durationMs: number): void {
  console.log(`# tests ${counts.tests}`);
  console.log(`# suites ${counts.suites}`);
  console.log(`# pass ${counts.passed}`);
  console.log(`# fail ${counts.failed}`);
  console.log(`# cancelled ${counts.cancelled}`);
  console.log(`# skipped ${counts.skipped}`);
  console.log(`# todo ${counts.todo}`);
  console.log(`# duration_ms ${durationMs.toFixed(0)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      serial: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      /** Seconds that one file may take. */
      limit: { type: 'string' },
    },
  });
  const started = performance.now();
  const files = globSync(positionals, { exclude: ['**/node_modules/**'] }).sort();
  const limitSeconds = Number(values.limit ?? (values.serial ? 600 : 120));
  const counts = await runFiles(files, {
    lanes: values.serial ? 1 : 2,
    fileTimeoutMs: limitSeconds * 1000,
    listAll: values.list,
  });
  if (counts.tests === 0) console.log(`no tests in ${positionals.join(' ')}`);
  printCounts(counts, performance.now() - started);
  const passed = counts.tests > 0 && counts.failed + counts.cancelled === 0;
  // Explicitly: an ended file's pipes may still be open.
  process.exit(passed ? 0 : 1);
}
