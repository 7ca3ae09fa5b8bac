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
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { run } from 'node:test';
import { inspect, parseArgs } from 'node:util';

interface Options {
  /** Files that run at the same time. */
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

const nothing: Counts = {
  tests: 0,
  suites: 0,
  passed: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  todo: 0,
};

/** What a test file wrote is shown when it fails, from its end. */
const outputLinesMax = 100;

/** Runs every file, and returns the sum of what they counted. */
async function runFiles(files: readonly string[], options: Options): Promise<Counts> {
  const sum = { ...nothing };
  const waiting = [...files];
  const lane = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const counts = await runInGroup(file, options);
      for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key];
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return sum;
}

const running = new Set<ChildProcess>();

/**
 * One file in a process group of its own, which is ended as a whole: whatever a test started goes
 * with it. Also, `run()` of node:test does not end when it is called twice at a time.
 */
async function runInGroup(file: string, options: Options): Promise<Counts> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const args = [import.meta.filename, '--one', ...(options.listAll ? ['--list'] : []), file];
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  running.add(child);
  let counts: Counts | undefined;
  let isLate = false;
  child.on('message', (message) => {
    counts = message as Counts;
  });
  child.on('exit', resolve);
  const deadline = setTimeout(() => {
    isLate = true;
    endGroup(child, 'SIGTERM');
    setTimeout(endGroup, 5000, child, 'SIGKILL').unref();
  }, options.fileTimeoutMs);
  await promise;
  clearTimeout(deadline);
  endGroup(child, 'SIGTERM');
  running.delete(child);
  if (counts !== undefined) return counts;
  const what = isLate ? `did not end in ${seconds(options.fileTimeoutMs)}, and was ended` : 'died';
  console.log(`not ok ${file} ${what}`);
  return { ...nothing, tests: 1, failed: 1 };
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

async function runFile(file: string, listAll: boolean): Promise<Counts> {
  const counts = { ...nothing };
  const output: string[] = [];
  for await (const { type, data } of run({ files: [file] })) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      output.push(data.message);
      if (output.length > outputLinesMax) output.shift();
    } else if (type === 'test:fail' && !isSuite(data)) {
      console.log(describeFailure(data));
    } else if (type === 'test:pass' && listAll && !isSuite(data)) {
      const skipped = data.skip === undefined ? '' : ` # SKIP ${data.skip}`;
      console.log(`ok ${data.name} (${seconds(data.details.duration_ms)})${skipped}`);
    } else if (type === 'test:summary' && data.file === undefined) {
      Object.assign(counts, data.counts);
      if (!data.success && counts.failed + counts.cancelled === 0) counts.failed += 1;
    }
  }
  if (counts.failed + counts.cancelled > 0 && output.length > 0) {
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

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      serial: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      /** Seconds that one file may take. */
      limit: { type: 'string' },
      /** How this program starts itself for one file; the counts go to the parent. */
      one: { type: 'boolean', default: false },
    },
  });
  if (values.one) {
    process.send?.(await runFile(positionals[0] ?? '', values.list));
    process.disconnect?.();
    return true;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      for (const child of running) endGroup(child, 'SIGTERM');
      process.kill(process.pid, signal);
    });
  }
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
  return counts.tests > 0 && counts.failed + counts.cancelled === 0;
}

if (import.meta.main) process.exitCode = (await main()) ? 0 : 1;
