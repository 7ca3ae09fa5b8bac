/**
 * The HAProxy that gantry runs: started when there is none, adopted when an earlier gantry left one,
 * started again when it ends. Endpoints change over its runtime socket; structure by a reload that
 * hands the listening sockets over, so that no connection is refused.
 */
import type { Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Files } from '#sys/files.ts';
import type { Processes } from '#sys/process.ts';
import { type Console, openConsole } from '#wire/unix/console.ts';

export interface HaproxyOptions {
  readonly folder: string;
  readonly program: string;
  readonly files: Files;
  readonly processes: Processes;
  readonly timers: Timers;
  readonly logger: Logger;
  /** It ended, and is to be started with the whole configuration. */
  readonly lost: () => void;
}

const answersWithinMs = 10_000;
const lookEveryMs = 10;

export class Haproxy {
  readonly #options: HaproxyOptions;
  #console: Console | undefined;
  #stopped = false;
  /** Of what runs; 0: not known. */
  #revision = 0;

  constructor(options: HaproxyOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#console !== undefined;
  }

  /**
   * Makes the running process use these files: adopts it when it does already, reloads it when not,
   * starts it when there is none. Nothing of it is used when HAProxy finds a fault in it.
   */
  async configure(config: string, contents: ReadonlyMap<string, string>): Promise<void> {
    const { folder, files } = this.#options;
    await files.makeDirectory(folder, 0o700);
    const changed = await this.#write(contents);
    const master = await this.#master();
    const applied = (await files.readText(this.#applied)) ?? '';
    const known = revisionOf(applied);
    if (master !== undefined && !changed && known > 0 && applied === stamped(config, known)) {
      if (await this.#follows(known)) {
        this.#revision = known;
        return;
      }
    }
    const tried = revisionOf((await files.readText(this.#config)) ?? '');
    const revision = Math.max(known, tried) + 1;
    // Until it is known to follow the new one it counts as following none: its files are others already.
    if (applied !== '') await files.replace(this.#applied, stamped(applied, 0), 0o600);
    await files.replace(this.#config, stamped(config, revision), 0o600);
    await this.#check();
    if (master === undefined) await this.#start(revision);
    else await this.#reload(master, revision);
    this.#revision = revision;
    await files.replace(this.#applied, stamped(config, revision), 0o600);
  }

  /** Changes what runs without a reload; `config` says the same for the next one. */
  async command(commands: readonly string[], config: string): Promise<void> {
    const { files } = this.#options;
    if (commands.length === 0) return;
    const text = stamped(config, this.#revision);
    await files.replace(this.#config, text, 0o600);
    for (const command of commands) {
      const answer = (await this.#needConsole().send(command)).trim();
      if (answer !== '' && !/^(IP changed|no need|port changed|nothing changed)/i.test(answer)) {
        throw new Error(`HAProxy refused "${command}": ${answer}`);
      }
    }
    await files.replace(this.#applied, text, 0o600);
  }

  /** Ports that a running process has already: of the configuration that it followed last. */
  async ports(): Promise<ReadonlySet<number>> {
    if ((await this.#master()) === undefined) return new Set();
    const text = (await this.#options.files.readText(this.#applied)) ?? '';
    return new Set([...text.matchAll(/^ {2}bind :(\d+)/gm)].map(([, port]) => Number(port)));
  }

  get #config(): string {
    return `${this.#options.folder}/haproxy.cfg`;
  }

  /** The configuration that the running process is known to follow: written after it does. */
  get #applied(): string {
    return `${this.#options.folder}/haproxy.applied`;
  }

  /** The process stays, and traffic with it. */
  stop(): void {
    this.#stopped = true;
    this.#console?.close();
    this.#console = undefined;
  }

  #needConsole(): Console {
    if (this.#console === undefined) throw new Error('HAProxy does not run');
    return this.#console;
  }

  async #write(contents: ReadonlyMap<string, string>): Promise<boolean> {
    const { folder, files } = this.#options;
    let changed = false;
    for (const [name, text] of contents) {
      const path = `${folder}/${name}`;
      if ((await files.readText(path)) === text) continue;
      await files.replace(path, text, 0o600);
      changed = true;
    }
    return changed;
  }

  async #check(): Promise<void> {
    const { folder, program, processes } = this.#options;
    const result = await processes.run(program, ['-c', '-q', '-f', `${folder}/haproxy.cfg`], {
      timeoutMs: 30_000,
    });
    if (result.code !== 0)
      throw new Error(
        `HAProxy does not accept its configuration: ${result.stderr.trim().slice(0, 2000)}`,
      );
  }

  async #start(revision: number): Promise<void> {
    const { folder, program, processes, files } = this.#options;
    const { pid } = await processes.startDetached(
      program,
      ['-W', '-db', '-f', `${folder}/haproxy.cfg`],
      {
        logPath: `${folder}/haproxy.log`,
      },
    );
    await files.replace(`${folder}/haproxy.pid`, `${processes.identity(pid) ?? ''}\n`, 0o600);
    await this.#until(async () => {
      if (processes.identity(pid) === undefined) {
        throw new Error(
          `HAProxy ended at once: ${((await files.readText(`${folder}/haproxy.log`)) ?? '').trim().slice(-1000)}`,
        );
      }
      await this.#openRevision(revision);
    });
  }

  async #reload(master: number, revision: number): Promise<void> {
    this.#options.processes.signal(master, 'SIGUSR2');
    await this.#until(() => this.#openRevision(revision));
  }

  /** The socket belongs to the old process until the new one has taken it over. */
  async #openRevision(revision: number): Promise<void> {
    this.#console?.close();
    this.#console = undefined;
    const opened = await this.#open();
    if (described(await opened.send('show info')) === revision) {
      this.#console = opened;
      return;
    }
    opened.close();
    throw new Error(`HAProxy goes on with its old configuration: ${await this.#alerts()}`);
  }

  async #follows(revision: number): Promise<boolean> {
    try {
      await this.#openRevision(revision);
      return true;
    } catch (error) {
      if (isPassing(error)) return false;
      throw error;
    }
  }

  /** What it complained about last. */
  async #alerts(): Promise<string> {
    const log = (await this.#options.files.readText(`${this.#options.folder}/haproxy.log`)) ?? '';
    const lines = log.slice(-4000).split('\n');
    return lines.filter((line) => line.startsWith('[ALERT]')).at(-1) ?? 'it has not said why';
  }

  async #open(): Promise<Console> {
    const opened: Console = await openConsole(`${this.#options.folder}/runtime.sock`, () => {
      if (this.#console !== opened) return;
      this.#console = undefined;
      if (!this.#stopped) this.#options.lost();
    });
    return opened;
  }

  async #master(): Promise<number | undefined> {
    return runningMaster(this.#options.files, this.#options.processes, this.#options.folder);
  }

  async #until(attempt: () => Promise<void>): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (waitedMs >= answersWithinMs || !isPassing(error)) throw error;
      }
      await new Promise<void>((resolve) => this.#options.timers.after(lookEveryMs, resolve));
    }
  }
}

/** Not there yet, or on its way: worth another look. */
function isPassing(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  const message = error instanceof Error ? error.message : '';
  return (
    code === 'ENOENT' ||
    code === 'ECONNREFUSED' ||
    /old configuration|has gone|is closed/.test(message)
  );
}

const revisionLine = /^ {2}description revision (\d+)\n/m;

/** 0: none. */
function revisionOf(config: string): number {
  return Number(revisionLine.exec(config)?.[1] ?? 0);
}

/** The same text with this revision, by which its process can be told from one with an older text; 0: without. */
function stamped(config: string, revision: number): string {
  const line = revision > 0 ? `  description revision ${revision}\n` : '';
  return config.replace(revisionLine, '').replace(/^global\n/, `global\n${line}`);
}

/** What a process says of itself, by `show info`. */
function described(info: string): number {
  return Number(/^description: revision (\d+)$/im.exec(info)?.[1] ?? 0);
}

async function runningMaster(
  files: Files,
  processes: Processes,
  folder: string,
): Promise<number | undefined> {
  const text = (await files.readText(`${folder}/haproxy.pid`))?.trim() ?? '';
  const pid = Number(text.split('@')[0]);
  return text !== '' && processes.identity(pid) === text ? pid : undefined;
}

/** Ends the process with its connections. Answers whether there was one. */
export async function endHaproxy(
  files: Files,
  processes: Processes,
  folder: string,
): Promise<boolean> {
  const master = await runningMaster(files, processes, folder);
  if (master === undefined) return false;
  processes.signal(master, 'SIGTERM');
  await files.remove(`${folder}/haproxy.pid`);
  return true;
}
