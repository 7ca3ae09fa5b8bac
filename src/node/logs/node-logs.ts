/** Logs of the containers of a node: read for the server, rotated when they grow. */
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { StatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import type { Files } from '#sys/files.ts';
import type { NodeAgent } from '../agent.ts';
import type { ObservedContainer } from '../decide/observed.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { LogReader, type LogReadOptions } from './log-reader.ts';
import { rotateLog } from './rotate.ts';

export interface NodeLogsOptions {
  readonly agent: NodeAgent;
  readonly runtime: Runtime;
  readonly files: Files;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

interface LogTarget {
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
}

interface Sink {
  data(chunk: Uint8Array): void | Promise<void>;
  end(error?: Error): void;
}

const rotateEveryMs = 10_000;
/** File watching may miss a change on some file systems; then this finds it. */
const lookEveryMs = 1_000;

export class NodeLogs {
  readonly #options: NodeLogsOptions;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: NodeLogsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.timers.after(rotateEveryMs, () => {
      void this.#rotate().then(() => !this.#stopped && this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Rejects with a StatusError when there is no such container or log. */
  async logs(
    target: LogTarget,
    options: LogReadOptions & { readonly previous: boolean },
    sink: Sink,
  ): Promise<{ close(): void }> {
    const container = this.#find(target, options.previous);
    const reader = new LogReader(options, sink, this.#options.files, this.#options.clock);
    const state = { closed: false, wake: (): void => undefined };
    const done = this.#stream(container, reader, options.follow, state);
    void done.then(
      () => !state.closed && sink.end(),
      (error: unknown) => !state.closed && sink.end(new Error(wordsOf(error), { cause: error })),
    );
    return {
      close: () => {
        state.closed = true;
        state.wake();
      },
    };
  }

  #find({ pod, podUid, container: name }: LogTarget, previous: boolean): ObservedContainer {
    const attempts = this.#options.agent
      .containersNamed(podUid, name)
      .filter(({ state }) => state !== 'created');
    const found = attempts[previous ? 1 : 0];
    if (found?.logPath) return found;
    if (previous) {
      throw new StatusError(
        'BadRequest',
        `previous terminated container "${name}" in pod "${pod}" not found`,
      );
    }
    const {
      containerStatuses = [],
      initContainerStatuses = [],
      ephemeralContainerStatuses = [],
    } = this.#options.agent.podObjectOf(podUid)?.status ?? {};
    const status = [
      ...containerStatuses,
      ...initContainerStatuses,
      ...ephemeralContainerStatuses,
    ].find((one) => one.name === name);
    const { running, terminated, waiting } = status?.state ?? {};
    if (running ?? terminated) {
      // It was collected when the disk was short, and its log with it.
      const id = terminated?.containerID ?? status?.containerID;
      throw new StatusError('BadRequest', `unable to retrieve container logs for ${id}`);
    }
    const reason = waiting?.reason ?? 'ContainerCreating';
    throw new StatusError(
      'BadRequest',
      `container "${name}" in pod "${pod}" is waiting to start: ${reason}`,
    );
  }

  async #stream(
    container: ObservedContainer,
    reader: LogReader,
    follow: boolean,
    state: { closed: boolean; wake(): void },
  ): Promise<void> {
    const { files } = this.#options;
    const path = container.logPath;
    let file = await reader.open(path);
    if (!file) return;
    const watch = follow
      ? files.watch(path.slice(0, path.lastIndexOf('/')), () => state.wake())
      : undefined;
    try {
      let offset = await reader.startOffset(file);
      for (;;) {
        // Asked before reading: what was written until the end is then read for certain.
        const running = this.#isRunning(container.id);
        offset = await reader.readFrom(file, offset);
        if (!follow || state.closed || reader.full) return;
        const next = await this.#rotated(path, file, reader);
        if (next) {
          await reader.readFrom(file, offset);
          await file.close();
          file = next;
          offset = 0;
        } else if (!running) {
          return;
        } else {
          await this.#untilWoken(state);
        }
      }
    } finally {
      watch?.close();
      await file.close();
    }
  }

  #isRunning(id: string): boolean {
    return this.#options.agent.mirror.container(id)?.state === 'running';
  }

  /** The file that has the name now, when it is another one than ours. */
  async #rotated(path: string, file: { info(): Promise<{ inode: number }> }, reader: LogReader) {
    const [ours, now] = await Promise.all([file.info(), this.#options.files.info(path)]);
    return now && now.inode !== ours.inode ? reader.open(path) : undefined;
  }

  #untilWoken(state: { closed: boolean; wake(): void }): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.timers.after(lookEveryMs, () => resolve());
      state.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  async #rotate(): Promise<void> {
    const { agent, files, runtime, logger } = this.#options;
    for (const uid of agent.mirror.podUids()) {
      for (const { id, state, logPath } of agent.mirror.containersOf(uid)) {
        if (state !== 'running' || !logPath) continue;
        try {
          await rotateLog(logPath, () => runtime.reopenLog(id), files);
        } catch (error) {
          logger.warn('cannot rotate a log', { logPath, error: wordsOf(error) });
        }
      }
    }
  }
}
