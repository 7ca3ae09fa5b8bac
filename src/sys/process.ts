/** Processes of this machine. */
import { limits } from '#base/limits.ts';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Files } from './files.ts';

export interface RunOptions {
  readonly input?: string | Uint8Array;
  /** The process is killed after it; the answer says so. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunResult {
  /** Absent when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface StartedProcess {
  readonly pid: number;
  /** Settles when this process sees it end; never for a process that outlives us. */
  readonly ended: Promise<{ code: number | undefined; signal: string | undefined }>;
}

export interface Processes {
  /** Runs to the end. Rejects only when the program cannot be started. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts one that lives on when we are gone; output is appended to `logPath`. */
  startDetached(
    program: string,
    args: readonly string[],
    options: { logPath: string; env?: Readonly<Record<string, string>> },
  ): Promise<StartedProcess>;
  /** A word that tells this process from a later one with the same id; absent when it is gone. */
  identity(pid: number): string | undefined;
  /** Arguments of a running process, empty for a kernel thread; absent when it is gone. */
  commandLine(pid: number): readonly string[] | undefined;
  /** Answers whether there was such a process. */
  signal(pid: number, signal: NodeJS.Signals): boolean;
}

/** Of all processes that run now, kernel threads included; the machine's first is left out. */
export async function pidsOf(files: Files): Promise<readonly number[]> {
  return (await files.list('/proc')).map(({ name }) => Number(name)).filter((pid) => pid > 1);
}

export const systemProcesses: Processes = {
  run,
  startDetached,
  identity: (pid) => {
    const fields = statFields(pid);
    // Field 3 is the state (a zombie has ended), field 22 the start time in ticks since boot.
    return fields && fields[0] !== 'Z' && fields[0] !== 'X' ? `${pid}@${fields[19]}` : undefined;
  },
  commandLine: (pid) => {
    const text = readOrAbsent(`/proc/${pid}/cmdline`);
    return text?.split('\0').filter((word) => word !== '');
  },
  signal: (pid, signal) => {
    try {
      process.kill(pid, signal);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
      throw error;
    }
  },
};

/** The words after the command name in /proc/PID/stat; the name itself may hold anything. */
function statFields(pid: number): string[] | undefined {
  const text = readOrAbsent(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function readOrAbsent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function run(
  program: string,
  args: readonly string[],
  { input, timeoutMs, env }: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(env && { env: { ...process.env, ...env } }),
    });
    let timedOut = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGKILL');
          }, timeoutMs);
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? undefined, stdout: stdout(), stderr: stderr(), timedOut });
    });
    if (child.stdin) {
      // A program may end before it has read its input; its exit code tells the story.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    }
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (length < limits.programOutputBytes) chunks.push(chunk);
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function startDetached(
  program: string,
  args: readonly string[],
  { logPath, env }: { logPath: string; env?: Readonly<Record<string, string>> },
): Promise<StartedProcess> {
  return new Promise((resolve, reject) => {
    const log = openSync(logPath, 'a');
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', log, log],
      ...(env && { env: { ...process.env, ...env } }),
    });
    closeSync(log);
    const ended = new Promise<{ code: number | undefined; signal: string | undefined }>((done) => {
      child.on('exit', (code, signal) =>
        done({ code: code ?? undefined, signal: signal ?? undefined }),
      );
    });
    child.on('error', reject);
    child.on('spawn', () => {
      child.unref();
      if (child.pid !== undefined) resolve({ pid: child.pid, ended });
    });
  });
}
