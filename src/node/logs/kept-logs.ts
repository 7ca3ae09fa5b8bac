/**
 * Logs of pods that are gone: moved aside when the last of a pod is removed, a few per workload, within
 * bounds of size and age. Each lies in a folder by the pod's uid, with a note of whose it was.
 */
import type { Pod } from '#api/types.ts';
import type { Clock } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import type { Files } from '#sys/files.ts';
import {
  excessLogs,
  type KeptPod,
  type KeptSize,
  keptPodOf,
  type Workload,
} from '../decide/kept-logs.ts';
import type { NodePaths } from '../paths.ts';
import { type ByteSink, LogReader, type LogReadOptions } from './log-reader.ts';

export interface KeptLogsOptions {
  readonly paths: NodePaths;
  readonly files: Files;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What one asks for; whatever is absent does not matter. */
export type KeptQuery = Partial<Workload> & { readonly pod?: string };

const bounds = {
  podsPerWorkload: limits.keptLogPodsPerWorkload,
  pods: limits.keptLogPods,
  bytes: limits.keptLogBytes,
  ageMs: limits.keptLogAgeMs,
};
const note = 'pod.json';

export class KeptLogs {
  readonly #options: KeptLogsOptions;
  #trimming = false;
  #trimAgain = false;

  constructor(options: KeptLogsOptions) {
    this.#options = options;
  }

  /** In place of removing them. Never rejects: logs are not worth keeping a pod for. */
  async keep(pod: Pod): Promise<void> {
    const { paths, files, clock, logger } = this.#options;
    const from = paths.podLogs(pod);
    try {
      if (!(await files.info(from))) return;
      const to = `${paths.keptLogs}/${pod.metadata.uid}`;
      await files.makeDirectory(paths.keptLogs, 0o700);
      await files.write(`${from}/${note}`, JSON.stringify(keptPodOf(pod, clock.now())), 0o600);
      await files.rename(from, to);
      await this.#trim();
    } catch (error) {
      logger.warn('cannot keep the logs of a pod', { from, error: wordsOf(error) });
      await files.remove(from);
    }
  }

  /** Newest first. */
  async list(query: KeptQuery = {}): Promise<readonly KeptPod[]> {
    const all = (await this.#all()).map(({ kept }) => kept);
    return all
      .filter(({ workload, pod }) =>
        Object.entries(query).every(
          ([key, wanted]) => wanted === (key === 'pod' ? pod : workload[key as keyof Workload]),
        ),
      )
      .sort((a, b) => b.endedAtMs - a.endedAtMs);
  }

  /** The log of the container's last attempt, or of the one before; answers whether there is one. */
  async read(
    { uid, container, previous = false }: { uid: string; container: string; previous?: boolean },
    options: Omit<LogReadOptions, 'follow'>,
    sink: ByteSink,
  ): Promise<boolean> {
    const { paths, files, clock } = this.#options;
    // A name from outside must not lead anywhere else.
    if (uid.includes('/') || container.includes('/')) return false;
    const folder = `${paths.keptLogs}/${uid}/${container}`;
    const attempts = (await files.list(folder))
      .map(({ name }) => /^(\d+)\.log$/.exec(name)?.[1])
      .filter((number) => number !== undefined)
      .sort((a, b) => Number(b) - Number(a));
    const attempt = attempts[previous ? 1 : 0];
    if (attempt === undefined) return false;
    const reader = new LogReader({ ...options, follow: false }, sink, files, clock);
    const file = await reader.open(`${folder}/${attempt}.log`);
    if (!file) return false;
    try {
      await reader.readFrom(file, await reader.startOffset(file));
      return true;
    } finally {
      await file.close();
    }
  }

  async #all(): Promise<KeptSize[]> {
    const { paths, files } = this.#options;
    const found: KeptSize[] = [];
    for (const { name } of await files.list(paths.keptLogs)) {
      const folder = `${paths.keptLogs}/${name}`;
      const kept = noteOf(await files.readText(`${folder}/${note}`));
      if (!kept) await files.remove(folder);
      else found.push({ kept, bytes: await this.#sizeOf(folder) });
    }
    return found;
  }

  async #sizeOf(folder: string): Promise<number> {
    const { files } = this.#options;
    let sum = 0;
    for (const { name, type } of await files.list(folder)) {
      const path = `${folder}/${name}`;
      sum +=
        type === 'directory'
          ? await this.#sizeOf(path)
          : ((await files.info(path))?.sizeBytes ?? 0);
    }
    return sum;
  }

  /** One at a time, however many pods go at once. */
  async #trim(): Promise<void> {
    const { paths, files, clock } = this.#options;
    this.#trimAgain = true;
    if (this.#trimming) return;
    this.#trimming = true;
    try {
      while (this.#trimAgain) {
        this.#trimAgain = false;
        for (const { uid } of excessLogs(await this.#all(), bounds, clock.now())) {
          await files.remove(`${paths.keptLogs}/${uid}`);
        }
      }
    } finally {
      this.#trimming = false;
    }
  }
}

/** Undefined for one that was cut short: nobody knows whose it is. */
function noteOf(text: string | undefined): KeptPod | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as KeptPod);
  } catch {
    return undefined;
  }
}
