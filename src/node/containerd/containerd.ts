/**
 * A containerd of our own: started when there is none, adopted when an earlier run of the agent
 * left one, started again when it ends. Containers do not notice any of it.
 */
import { limits } from '#base/limits.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Files } from '#sys/files.ts';
import { type Processes, pidsOf } from '#sys/process.ts';
import {
  type ContainerdLayout,
  cniConfig,
  containerdConfig,
  containerdPaths,
  hostsToml,
  type NodeNetwork,
  type RegistryHost,
} from './config.ts';

export interface ContainerdOptions {
  readonly layout: ContainerdLayout;
  readonly network: NodeNetwork;
  readonly registries: readonly RegistryHost[];
  /** `/usr/bin/containerd`. */
  readonly program: string;
  /** Words before the program: `nsenter --net=…` for a node in namespaces of its own. */
  readonly launcher?: readonly string[];
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Answers whether containerd serves calls. */
  readonly probe: () => Promise<boolean>;
}

const startMaxMs = 30_000;
const probeEveryMs = 20;
/** How often an adopted process, which is not our child, is looked at. */
const lookEveryMs = 1_000;
/** Between starts of one that ends at once. */
const restartDelayMs = 1_000;

export class Containerd {
  readonly #options: ContainerdOptions;
  readonly #paths: ReturnType<typeof containerdPaths>;
  #process: { pid: number; identity: string } | undefined;
  #stopping = false;
  #checking = false;
  #lastStartMs = Number.NEGATIVE_INFINITY;

  constructor(options: ContainerdOptions) {
    this.#options = options;
    this.#paths = containerdPaths(options.layout.directory);
  }

  /** Settles when it serves calls. Also adopts one whose configuration is the same. */
  async start(): Promise<void> {
    this.#stopping = false;
    const changed = await this.#writeConfiguration();
    const found = await this.#find();
    for (const pid of await this.#running()) {
      if (pid !== found?.pid) this.#options.processes.signal(pid, 'SIGKILL');
    }
    if (found && changed) await this.#end(found.pid);
    if (found && !changed) {
      this.#options.logger.info('containerd is running already', { pid: found.pid });
      this.#process = found;
      this.#look();
    } else {
      await this.#launch();
    }
    await this.#untilServing();
  }

  /** Looks at once whether it still runs: for whoever sees a connection break. */
  check(): void {
    const { processes, logger } = this.#options;
    if (this.#stopping || this.#checking || !this.#process) return;
    if (processes.identity(this.#process.pid) === this.#process.identity) return;
    this.#checking = true;
    logger.warn('containerd ended, starting it again', { pid: this.#process.pid });
    void this.#relaunch();
  }

  /** Leaves it running and looks after it no more: another one may adopt or end it. */
  detach(): void {
    this.#stopping = true;
    this.#process = undefined;
  }

  /** Ends it; containers go on without it. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#process = undefined;
    for (const pid of await this.#running()) await this.#end(pid);
    await this.#options.files.remove(this.#paths.pid);
  }

  async #relaunch(): Promise<void> {
    const { clock, timers, logger } = this.#options;
    while (!this.#stopping) {
      const waitMs = this.#lastStartMs + restartDelayMs - clock.monotonic();
      if (waitMs > 0) await new Promise<void>((resolve) => timers.after(waitMs, resolve));
      try {
        await this.#launch();
        await this.#untilServing();
        break;
      } catch (error) {
        logger.error('containerd does not start', { error: String(error) });
      }
    }
    this.#checking = false;
  }

  /** Answers whether something changed that only a restart brings in. */
  async #writeConfiguration(): Promise<boolean> {
    const { files, layout, network, registries } = this.#options;
    for (const directory of [
      this.#paths.root,
      this.#paths.state,
      this.#paths.cniConfig,
      this.#paths.cniData,
      this.#paths.registries,
    ]) {
      await files.makeDirectory(directory);
    }
    for (const registry of registries) {
      await files.makeDirectory(`${this.#paths.registries}/${registry.name}`);
      await files.replace(
        `${this.#paths.registries}/${registry.name}/hosts.toml`,
        hostsToml(registry),
      );
    }
    // containerd itself watches the directory of network configurations.
    const cni = `${this.#paths.cniConfig}/10-gantry.conflist`;
    await files.replace(cni, cniConfig(network, this.#paths.cniData));
    const config = containerdConfig(layout);
    if ((await files.readText(this.#paths.config)) === config) return false;
    await files.replace(this.#paths.config, config);
    return true;
  }

  async #find(): Promise<{ pid: number; identity: string } | undefined> {
    const { files, processes } = this.#options;
    const identity = (await files.readText(this.#paths.pid))?.trim();
    const pid = Number.parseInt(identity ?? '', 10);
    if (!identity || !(pid > 1) || processes.identity(pid) !== identity) return undefined;
    return this.#isOurs(pid) ? { pid, identity } : undefined;
  }

  /**
   * All with our configuration. One that was started by a gantry that was killed before it wrote
   * down which would wait for its turn with the books for ever, and take it when ours ends.
   */
  async #running(): Promise<readonly number[]> {
    return (await pidsOf(this.#options.files)).filter((pid) => this.#isOurs(pid));
  }

  #isOurs(pid: number): boolean {
    const words = this.#options.processes.commandLine(pid) ?? [];
    return words.at(-2) === '--config' && words.at(-1) === this.#paths.config;
  }

  async #launch(): Promise<void> {
    const { files, processes, program, launcher = [], clock, logger } = this.#options;
    this.#lastStartMs = clock.monotonic();
    if (((await files.info(this.#paths.log))?.sizeBytes ?? 0) > limits.logFileBytes) {
      await files.rename(this.#paths.log, `${this.#paths.log}.1`);
    }
    const [first = program, ...rest] = [...launcher, program, '--config', this.#paths.config];
    const { pid, ended } = await processes.startDetached(first, rest, { logPath: this.#paths.log });
    const identity = processes.identity(pid);
    if (!identity) throw new Error(`containerd ended at once, see ${this.#paths.log}`);
    await files.replace(this.#paths.pid, `${identity}\n`);
    this.#process = { pid, identity };
    logger.info('started containerd', { pid });
    void ended.then(() => this.check());
  }

  #look(): void {
    this.#options.timers.after(lookEveryMs, () => {
      if (this.#stopping) return;
      this.check();
      this.#look();
    });
  }

  async #untilServing(): Promise<void> {
    const { clock, timers, probe } = this.#options;
    const deadline = clock.monotonic() + startMaxMs;
    while (!(await probe())) {
      if (clock.monotonic() > deadline) {
        throw new Error(`containerd does not answer, see ${this.#paths.log}`);
      }
      await new Promise<void>((resolve) => timers.after(probeEveryMs, resolve));
    }
  }

  async #end(pid: number): Promise<void> {
    const { processes, clock, timers } = this.#options;
    const identity = processes.identity(pid);
    const deadline = clock.monotonic() + 10_000;
    processes.signal(pid, 'SIGTERM');
    while (identity && processes.identity(pid) === identity) {
      if (clock.monotonic() > deadline) processes.signal(pid, 'SIGKILL');
      await new Promise<void>((resolve) => timers.after(probeEveryMs, resolve));
    }
  }
}
