/**
 * What this node and its containers use. Nothing is measured until somebody asks: memory is as it is
 * then, and the use of processors is the difference to an earlier sample. The first question in a
 * while waits for a second sample; after that a few recent ones are kept, and questions in quick
 * succession share one.
 */
import type { Clock, Timers } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import type { Files } from '#sys/files.ts';
import type { ContainerStats } from '../runtime/runtime.ts';

export interface Usage {
  readonly cpuNanocores: number;
  readonly memoryBytes: number;
}

export interface ContainerUsage extends Usage {
  readonly podUid: string;
  readonly container: string;
}

export interface NodeUsage {
  /** Of the newer sample, clock milliseconds. */
  readonly timeMs: number;
  readonly windowMs: number;
  readonly node: Usage;
  readonly containers: readonly ContainerUsage[];
}

export interface UsageMeterOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly stats: () => Promise<readonly ContainerStats[]>;
}

/** Totals since each thing began. */
export interface Sample {
  readonly timeMs: number;
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
  /** By their ids. */
  readonly containers: ReadonlyMap<string, ContainerStats>;
}

/** `/proc/stat` counts hundredths of a second on every Linux that gantry runs on. */
const nanosPerTick = 10_000_000;

export class UsageMeter {
  readonly #options: UsageMeterOptions;
  /** Oldest first. */
  #samples: readonly Sample[] = [];
  #asking: Promise<NodeUsage> | undefined;

  constructor(options: UsageMeterOptions) {
    this.#options = options;
  }

  /** Rejects when the runtime does not answer. */
  measure(): Promise<NodeUsage> {
    this.#asking ??= this.#measure().finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  /** As of now, or of a moment ago. Rejects when the runtime does not answer. */
  async sample(): Promise<Sample> {
    const now = this.#options.clock.now();
    const last = this.#recent(now).at(-1);
    const isFresh = last !== undefined && now - last.timeMs < limits.usageFreshMs;
    return isFresh ? last : this.#take();
  }

  async #measure(): Promise<NodeUsage> {
    const { clock, timers } = this.#options;
    const known = this.#recent(clock.now());
    let newest = await this.sample();
    let base = baseFor(newest, known);
    if (base === undefined) {
      await new Promise<void>((resolve) => timers.after(limits.usageFirstWindowMs, resolve));
      base = newest;
      newest = await this.#take();
    }
    return difference(base, newest);
  }

  #recent(now: number): readonly Sample[] {
    // From the future: the clock was set back since.
    return this.#samples.filter(
      ({ timeMs }) => timeMs <= now && now - timeMs <= limits.usageWindowMs,
    );
  }

  async #take(): Promise<Sample> {
    const { files, clock, stats } = this.#options;
    const [containers, cpu, memory] = await Promise.all([
      stats(),
      files.readText('/proc/stat'),
      files.readText('/proc/meminfo'),
    ]);
    const timeMs = clock.now();
    const sample: Sample = {
      timeMs,
      cpuNanoseconds: busyNanoseconds(cpu ?? ''),
      memoryBytes: usedMemory(memory ?? ''),
      containers: new Map(containers.map((each) => [each.containerId, each])),
    };
    this.#samples = [...this.#recent(timeMs), sample].slice(-limits.usageSamples);
    return sample;
  }
}

/** The youngest that is old enough for a steady number, else the oldest that is old enough for any. */
function baseFor(newest: Sample, known: readonly Sample[]): Sample | undefined {
  const age = ({ timeMs }: Sample): number => newest.timeMs - timeMs;
  const steady = known.findLast((sample) => age(sample) >= limits.usageSteadyMs);
  return steady ?? known.find((sample) => age(sample) >= limits.usageFirstWindowMs);
}

function difference(base: Sample, newest: Sample): NodeUsage {
  const windowMs = newest.timeMs - base.timeMs;
  const containers = [...newest.containers.values()].map((stats): ContainerUsage => {
    const before = base.containers.get(stats.containerId);
    // Without one it was started since.
    const elapsedMs = before === undefined ? windowMs : stats.timeMs - before.timeMs;
    const spent = stats.cpuNanoseconds - (before?.cpuNanoseconds ?? 0);
    return {
      podUid: stats.podUid,
      container: stats.name,
      cpuNanocores: rate(spent, elapsedMs),
      memoryBytes: stats.workingSetBytes,
    };
  });
  const spent = newest.cpuNanoseconds - base.cpuNanoseconds;
  const node = { cpuNanocores: rate(spent, windowMs), memoryBytes: newest.memoryBytes };
  return { timeMs: newest.timeMs, windowMs, node, containers };
}

/** A clock that was set back, or a runtime that shows the same statistics twice, is no use of anything. */
function rate(nanoseconds: number, elapsedMs: number): number {
  return elapsedMs <= 0 ? 0 : Math.max(0, Math.round((nanoseconds / elapsedMs) * 1000));
}

/** user, nice, system, idle, iowait, irq, softirq, steal: all but the two in which nothing is done. */
function busyNanoseconds(stat: string): number {
  const words = /^cpu\s+(.*)$/m.exec(stat)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  const busy = words.slice(0, 8).filter((_, index) => index !== 3 && index !== 4);
  return busy.reduce((sum, ticks) => sum + ticks, 0) * nanosPerTick;
}

function usedMemory(meminfo: string): number {
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  return Math.max(0, bytes('MemTotal') - bytes('MemAvailable'));
}
