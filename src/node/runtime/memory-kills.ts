/**
 * Which containers the kernel ended because they took more memory than they may. containerd tells
 * it as well, unless the group of the container is gone before its shim has looked.
 */
import { limits } from '#base/limits.ts';
import type { KernelLog } from '#sys/kernel-log.ts';

/** The exit code of what SIGKILL has ended. */
export const killedCode = 137;

/** Names the group, whose last part is the container; a burst of them is cut short by the kernel. */
const namingGroup = /oom-kill:constraint=CONSTRAINT_MEMCG,.*task_memcg=\S*\/([0-9a-f]{64}),/;
/** Names the process as the machine numbers it; there is one for each end. */
const namingProcess = /Memory cgroup out of memory: Killed process (\d+) /;

export class MemoryKills {
  readonly #log: KernelLog;
  /** Container ids, and `pid N`; the oldest are forgotten. */
  readonly #ended = new Set<string>();

  constructor(log: KernelLog) {
    this.#log = log;
  }

  /** To be asked once SIGKILL has ended it: the kernel has said why by then. */
  hasContainer(id: string): boolean {
    this.#read();
    return this.#ended.has(id);
  }

  /** The first process of the container was ended by SIGKILL. A pid means somebody else next time. */
  containerEnded(id: string, pid: number): void {
    this.#read();
    if (this.#ended.delete(`pid ${pid}`)) this.#ended.add(id);
  }

  #read(): void {
    for (const record of this.#log.news()) {
      const id = namingGroup.exec(record)?.[1];
      const pid = namingProcess.exec(record)?.[1];
      if (id !== undefined) this.#ended.add(id);
      if (pid !== undefined) this.#ended.add(`pid ${pid}`);
    }
    for (const oldest of this.#ended) {
      if (this.#ended.size <= limits.memoryKills) break;
      this.#ended.delete(oldest);
    }
  }
}
