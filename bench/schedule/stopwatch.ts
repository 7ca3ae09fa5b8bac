import { systemClock } from '#sys/clock.ts';

export interface Rates {
  readonly podsPerSecond: number;
  /** By this process's processor time on all threads, which a busy machine changes less. */
  readonly podsPerCpuSecond: number;
}

/** Begins now; the answer tells how fast so many pods were. */
export function stopwatch(): (pods: number) => Rates {
  const [start, cpu] = [systemClock.monotonic(), process.cpuUsage()];
  return (pods) => {
    const { user, system } = process.cpuUsage(cpu);
    return {
      podsPerSecond: Math.round((pods * 1000) / (systemClock.monotonic() - start)),
      podsPerCpuSecond: Math.round((pods * 1e6) / (user + system)),
    };
  };
}
