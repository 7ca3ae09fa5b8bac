/**
 * A simulated machine with a container runtime: what runs, and what becomes of it in time. It
 * outlives the node agent that drives it, as containerd does.
 */
import type { ObservedContainer, ObservedSandbox } from '#node/decide/observed.ts';
import { labels } from '#node/decide/labels.ts';
import type { LinuxResources, RuntimeEvent } from '#node/runtime/runtime.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Files } from '#sys/files.ts';
import type { Mounts } from '#sys/mounts.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { type Faults, strikes, type Weather } from '../weather.ts';
import { endsByItself } from '../workload.ts';
import { memoryFiles } from './memory-files.ts';
import { memoryMounts } from './memory-mounts.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type MachineSandbox = Mutable<ObservedSandbox>;
export interface MachineContainer extends Mutable<ObservedContainer> {
  /** From then on it answers probes. */
  servesAtMs: number;
  /** How long it takes to end after SIGTERM; some never do by themselves. */
  readonly endsWithinMs: number;
  readonly ended: PromiseWithResolvers<void>;
  /** What it may use, as the runtime was told last. */
  resources: LinuxResources;
}

export interface MachineOptions {
  readonly name: string;
  /** Third number of the addresses of its pods. */
  readonly subnet: number;
  readonly time: VirtualTime;
  readonly clock: Clock;
  readonly random: Random;
  readonly weather: Readonly<Weather>;
  readonly faults: Faults;
  readonly trace: (line: string) => void;
  /** A container has begun or ended, or may use more or less. */
  readonly changed: () => void;
}

const system: Readonly<Record<string, string>> = {
  '/proc/loadavg': '0.10 0.20 0.30 2/300 12345\n',
  '/proc/sys/kernel/pid_max': '4194304\n',
  '/proc/cpuinfo': Array.from({ length: 8 }, (_, index) => `processor : ${index}\n`).join(''),
  '/proc/sys/kernel/osrelease': '6.12.0\n',
  '/proc/sys/kernel/random/boot_id': '00000000-0000-4000-8000-000000000000\n',
  '/etc/os-release': 'PRETTY_NAME="Simulated Linux"\n',
  '/etc/machine-id': '00000000000000000000000000000000\n',
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/etc/resolv.conf': 'nameserver 192.0.2.1\n',
};

const memoryKb = { whole: 16_777_216, usual: 12_582_912, short: 65_536 };

const killed = 137;
const terminated = 143;
const longestCrashMs = 60_000;
const longestWorkMs = 3_000;

export class Machine {
  readonly name: string;
  readonly disk = { full: false };
  /** Short: something else than its pods has taken nearly all of it. */
  readonly memory = { short: false };
  readonly files: Files = memoryFiles(
    system,
    { '/proc/meminfo': () => this.#memoryInfo() },
    this.disk,
  );
  readonly mounts: Mounts = memoryMounts();
  readonly sandboxes = new Map<string, MachineSandbox>();
  readonly containers = new Map<string, MachineContainer>();
  readonly images = new Set<string>();
  readonly #options: MachineOptions;
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();
  #made = 0;
  #available = true;

  constructor(options: MachineOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get running(): readonly MachineContainer[] {
    return [...this.containers.values()].filter(({ state }) => state === 'running');
  }

  listen(listener: (event: RuntimeEvent) => void): { close(): void } {
    this.#listeners.add(listener);
    return { close: () => void this.#listeners.delete(listener) };
  }

  nextId(type: 'sandbox' | 'container'): string {
    this.#made++;
    return `${this.name}-${type}-${this.#made}`;
  }

  nextAddress(): string {
    return `10.${200 + this.#options.subnet}.${this.#made >> 8}.${this.#made & 255}`;
  }

  addSandbox(sandbox: MachineSandbox): void {
    this.sandboxes.set(sandbox.id, sandbox);
  }

  addContainer(container: Omit<MachineContainer, 'servesAtMs' | 'endsWithinMs' | 'ended'>): void {
    const { random } = this.#options;
    const stubborn = random.fraction() < 0.1;
    const whole: MachineContainer = {
      ...container,
      servesAtMs: 0,
      endsWithinMs: stubborn ? Number.POSITIVE_INFINITY : random.below(3_000),
      ended: Promise.withResolvers(),
    };
    this.containers.set(whole.id, whole);
  }

  start(container: MachineContainer): void {
    const { time, clock, random } = this.#options;
    container.state = 'running';
    container.startedAtMs = clock.now();
    container.servesAtMs = time.elapsedMs + random.below(2_000);
    this.#toldOf('started', container, '');
    if (strikes(this.#options, 'crash')) {
      time.after(random.below(longestCrashMs), () => this.end(container, 1));
    }
    if (endsByItself(container.image)) {
      time.after(random.below(longestWorkMs), () => this.end(container, 0));
    }
  }

  resize(container: MachineContainer, resources: LinuxResources): void {
    container.resources = { ...container.resources, ...resources };
    this.#options.trace(`${this.name}: ${container.id} has ${resources.cpuShares} shares now`);
    this.#options.changed();
  }

  /** It never ran. */
  refuse(container: MachineContainer): void {
    container.state = 'exited';
    container.exitCode = 128;
    container.reason = 'StartError';
    container.finishedAtMs = this.#options.clock.now();
    this.tell({ type: 'exited', id: container.id });
  }

  end(
    container: MachineContainer,
    exitCode: number,
    reason = exitCode === 0 ? 'Completed' : 'Error',
  ): void {
    if (container.state !== 'running') return;
    container.state = 'exited';
    container.exitCode = exitCode;
    container.reason = reason;
    container.finishedAtMs = this.#options.clock.now();
    container.ended.resolve();
    this.#toldOf('exited', container, ` with ${exitCode}`);
  }

  /** SIGTERM, and SIGKILL when the grace is over. */
  terminate(container: MachineContainer, graceMs: number): void {
    const { time } = this.#options;
    const gently = container.endsWithinMs < graceMs;
    const after = gently ? container.endsWithinMs : graceMs;
    time.after(after, () => this.end(container, gently ? terminated : killed));
  }

  stopSandbox(sandbox: MachineSandbox): void {
    for (const container of this.running) {
      if (container.sandboxId === sandbox.id) this.end(container, killed);
    }
    if (!sandbox.ready) return;
    sandbox.ready = false;
    sandbox.ips = [];
    this.tell({ type: 'exited', id: sandbox.id });
  }

  /** A runtime that is away refuses every call and tells nothing; what runs goes on. */
  get available(): boolean {
    return this.#available;
  }

  setAvailable(available: boolean): void {
    if (this.#available === available) return;
    this.#options.trace(`${this.name}: the runtime is ${available ? 'back' : 'away'}`);
    this.#available = true;
    this.tell({ type: available ? 'connected' : 'disconnected' });
    this.#available = available;
  }

  tell(event: RuntimeEvent): void {
    if (!this.#available) return;
    const isOfOne = event.type === 'started' || event.type === 'exited';
    if (isOfOne && strikes(this.#options, 'lostRuntimeEvent')) return;
    for (const listener of this.#listeners) listener(event);
  }

  /** Power lost: nothing runs any more, the disk stays. */
  reboot(): void {
    for (const sandbox of this.sandboxes.values()) this.stopSandbox(sandbox);
  }

  #memoryInfo(): string {
    const available = this.memory.short ? memoryKb.short : memoryKb.usual;
    return `MemTotal: ${memoryKb.whole} kB\nMemAvailable: ${available} kB\n`;
  }

  #toldOf(type: 'started' | 'exited', container: MachineContainer, more: string): void {
    const { [labels.podNamespace]: namespace, [labels.podName]: pod } = container.labels;
    this.#options.trace(
      `${this.name}: ${container.id} of ${namespace}/${pod} ${type}${more} (pod ${container.podUid})`,
    );
    this.#options.changed();
    this.tell({ type, id: container.id });
  }
}
