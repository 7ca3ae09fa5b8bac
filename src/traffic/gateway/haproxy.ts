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
    await files.replace(`${folder}/haproxy.cfg`, config, 0o600);
    const master = await this.#master();
    if (master === undefined) {
      await this.#check();
      await this.#start();
    } else if (changed || (await files.readText(this.#applied)) !== config) {
      await this.#check();
      await this.#reload(master);
    }
    if (this.#console === undefined) await this.#open();
    await files.replace(this.#applied, config, 0o600);
  }

  /** Changes what runs without a reload; `config` says the same for the next one. */
  async command(commands: readonly string[], config: string): Promise<void> {
    const { folder, files } = this.#options;
    if (commands.length === 0) return;
    await files.replace(`${folder}/haproxy.cfg`, config, 0o600);
    for (const command of commands) {
      const answer = (await this.#needConsole().send(command)).trim();
      if (answer !== '' && !/^(IP changed|no need|port changed|nothing changed)/i.test(answer)) {
        throw new Error(`HAProxy refused "${command}": ${answer}`);
      }
    }
    await files.replace(this.#applied, config, 0o600);
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

  async #start(): Promise<void> {
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
      await this.#open();
    });
  }

  async #reload(master: number): Promise<void> {
    // Of an earlier gantry's process, too: else its old worker might be taken for the new one.
    if (this.#console === undefined) await this.#open().catch(() => undefined);
    const before = this.#console ? await workerOf(this.#console).catch(() => undefined) : undefined;
    this.#console?.close();
    this.#console = undefined;
    this.#options.processes.signal(master, 'SIGUSR2');
    await this.#until(async () => {
      await this.#open();
      if (before !== undefined && (await workerOf(this.#needConsole())) === before) {
        this.#console?.close();
        this.#console = undefined;
        throw new Error('HAProxy goes on with its old configuration');
      }
    });
  }

  async #open(): Promise<void> {
    const opened: Console = await openConsole(`${this.#options.folder}/runtime.sock`, () => {
      if (this.#console !== opened) return;
      this.#console = undefined;
      if (!this.#stopped) this.#options.lost();
    });
    this.#console = opened;
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

async function workerOf(console: Console): Promise<string | undefined> {
  return /^Pid: (\d+)/m.exec(await console.send('show info'))?.[1];
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
