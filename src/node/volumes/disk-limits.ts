/**
 * Looks from time to time how much pods with limits keep on disk, and ends those that keep too much.
 * The kernel here has no quotas for directories, so it is measured, as the kubelet does. While no
 * pod has such a limit nothing is looked at.
 */
import type { Pod } from '#api/types.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import type { Files } from '#sys/files.ts';
import {
  type DiskUse,
  hasContainerLimits,
  hasDiskLimits,
  overDiskLimit,
  volumesOnDisk,
} from '../decide/disk-limits.ts';
import type { NodePaths } from '../paths.ts';
import type { Evictable } from '../pressure/pressure.ts';
import type { Runtime } from '../runtime/runtime.ts';

export interface DiskLimitsOptions {
  readonly paths: NodePaths;
  readonly files: Files;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly pods: () => readonly Evictable[];
}

const lookMs = 10_000;
/** Looking takes at most this part of the time. */
const busyPart = 0.05;
/** As the kubelet has it: who uses too much disk gets no time to use more. */
const graceSeconds = 1;

export class DiskLimits {
  readonly #options: DiskLimitsOptions;
  #timer: Timer | undefined;
  #looking = false;
  #stopped = false;

  constructor(options: DiskLimitsOptions) {
    this.#options = options;
  }

  /** A pod has come. */
  podAdded(pod: Pod): void {
    if (hasDiskLimits(pod)) this.#arm(lookMs);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #arm(delayMs: number): void {
    if (this.#timer || this.#looking || this.#stopped) return;
    this.#timer = this.#options.timers.after(delayMs, () => {
      this.#timer = undefined;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const { clock, logger, pods } = this.#options;
    const begun = clock.monotonic();
    this.#looking = true;
    try {
      for (const each of pods()) if (hasDiskLimits(each.pod)) await this.#check(each);
    } catch (error) {
      logger.warn('cannot measure what pods keep on disk', { error: wordsOf(error) });
    }
    this.#looking = false;
    const isNeeded = pods().some(({ pod, isLeaving }) => !isLeaving && hasDiskLimits(pod));
    const took = clock.monotonic() - begun;
    if (isNeeded) this.#arm(Math.max(lookMs, took / busyPart));
  }

  async #check(evictable: Evictable): Promise<void> {
    if (evictable.isLeaving) return;
    const why = overDiskLimit(evictable.pod, await this.#useOf(evictable.pod));
    if (why === undefined) return;
    const { namespace, name } = evictable.pod.metadata;
    this.#options.logger.warn('evicting a pod', { pod: `${namespace}/${name}`, message: why });
    evictable.evict(why, graceSeconds);
  }

  async #useOf(pod: Pod): Promise<DiskUse> {
    const { paths } = this.#options;
    const { uid = '' } = pod.metadata;
    const volumes = new Map<string, number>();
    for (const { name } of volumesOnDisk(pod)) {
      volumes.set(name, await this.#bytesBelow(paths.volume(uid, name)));
    }
    return { volumes, containers: hasContainerLimits(pod) ? await this.#written(pod) : new Map() };
  }

  async #written(pod: Pod): Promise<ReadonlyMap<string, number>> {
    const { runtime, paths } = this.#options;
    const containers = new Map<string, number>();
    for (const { podUid, name, rootfsBytes } of await runtime.stats()) {
      if (podUid !== pod.metadata.uid) continue;
      const logs = await this.#bytesBelow(`${paths.podLogs(pod)}/${name}`);
      containers.set(name, rootfsBytes + logs);
    }
    return containers;
  }

  /** Blocks, not lengths: a file with holes takes less than it seems to, a small one more. */
  async #bytesBelow(path: string): Promise<number> {
    const { files } = this.#options;
    let sum = 0;
    for (const { name, type } of await files.list(path)) {
      const inner = `${path}/${name}`;
      if (type === 'directory') sum += await this.#bytesBelow(inner);
      sum += (await files.info(inner, { followLinks: false }))?.diskBytes ?? 0;
    }
    return sum;
  }
}
