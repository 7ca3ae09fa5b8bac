/**
 * The groups above those of pods: pods together stay within what the node lets them have, best effort
 * pods get what the others leave, burstable ones share by the sum of what they asked for.
 */
import type { Pod } from '#api/types.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import { cpuShares, podLimits } from '../config/resources.ts';
import { qosOf } from '../decide/qos.ts';

const leastShares = 2;

export class QosCgroups {
  readonly #cgroups: Cgroups;
  readonly #root: string;
  readonly #logger: Logger;
  #burstable = 0;

  constructor(cgroups: Cgroups, prefix: string, logger: Logger) {
    this.#cgroups = cgroups;
    this.#root = `${prefix}/kubepods`;
    this.#logger = logger;
  }

  async start(allocatable: { cpuMilli: number; memoryBytes: number }): Promise<void> {
    await this.#quietly(async () => {
      const cgroups = this.#cgroups;
      const besteffort = `${this.#root}/besteffort`;
      await cgroups.create(besteffort);
      await cgroups.create(`${this.#root}/burstable`);
      await cgroups.write('cpu', besteffort, 'cpu.shares', String(leastShares));
      await cgroups.write('cpu', this.#root, 'cpu.shares', String(cpuShares(allocatable.cpuMilli)));
      const memory = String(allocatable.memoryBytes);
      await cgroups.write('memory', this.#root, 'memory.limit_in_bytes', memory);
    });
  }

  async balance(pods: readonly Pod[]): Promise<void> {
    const shares = pods
      .filter((pod) => (pod.status?.qosClass ?? qosOf(pod)) === 'Burstable')
      .reduce((sum, pod) => sum + podLimits(pod).cpuShares, 0);
    const wanted = Math.max(leastShares, shares);
    if (wanted === this.#burstable) return;
    this.#burstable = wanted;
    await this.#quietly(() =>
      this.#cgroups.write('cpu', `${this.#root}/burstable`, 'cpu.shares', String(wanted)),
    );
  }

  async #quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#logger.warn('cannot share the machine between classes of pods', {
        error: wordsOf(error),
      });
    }
  }
}
