/** Which thresholds are met, since when, and what the node says of itself. */
import { type NodeSettings, type Signal, signals, type Threshold } from '../node-settings.ts';

export interface Amount {
  readonly available: number;
  readonly capacity: number;
}

/** What cannot be told on this machine is absent. */
export type Amounts = ReadonlyMap<Signal, Amount>;

export type PressureCondition = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

/** What the next look needs to know of this one; empty after a start. */
export interface PressureMemory {
  /** By threshold (`hard memory.available`): when it was met first, without a gap since. */
  readonly metAtMs: ReadonlyMap<string, number>;
  readonly seenAtMs: ReadonlyMap<PressureCondition, number>;
}

export interface Starved {
  readonly signal: Signal;
  readonly hard: boolean;
  readonly threshold: number;
  readonly available: number;
}

export interface Observation {
  readonly memory: PressureMemory;
  readonly conditions: ReadonlySet<PressureCondition>;
  /** What has to be freed now, the most pressing first. */
  readonly starved: readonly Starved[];
  /** Some threshold is near: look again soon. */
  readonly isClose: boolean;
}

export const nothingObserved: PressureMemory = { metAtMs: new Map(), seenAtMs: new Map() };

/** Memory first: a machine without any stands still. */
const order: readonly Signal[] = signals;
/** As part of the threshold on top of it. */
const closePart = 0.5;

export function conditionOf(signal: Signal): PressureCondition {
  if (signal === 'memory.available') return 'MemoryPressure';
  return signal === 'pid.available' ? 'PIDPressure' : 'DiskPressure';
}

export function observe(
  amounts: Amounts,
  settings: NodeSettings,
  before: PressureMemory,
  now: number,
): Observation {
  const metAtMs = new Map<string, number>();
  const seenAtMs = new Map(before.seenAtMs);
  const starved: Starved[] = [];
  let isClose = false;
  for (const signal of order) {
    const amount = amounts.get(signal);
    if (!amount) continue;
    for (const kind of ['hard', 'soft'] as const) {
      const wanted = settings[kind].get(signal);
      if (!wanted) continue;
      const key = `${kind} ${signal}`;
      const threshold = amountOf(wanted, amount);
      const more = settings.minimumReclaim.get(signal);
      // Once met, it is left only with something to spare.
      const spare = before.metAtMs.has(key) && more ? amountOf(more, amount) : 0;
      if (amount.available < threshold * (1 + closePart)) isClose = true;
      if (amount.available >= threshold + spare) continue;
      const since = before.metAtMs.get(key) ?? now;
      metAtMs.set(key, since);
      seenAtMs.set(conditionOf(signal), now);
      const graceMs = kind === 'soft' ? (settings.soft.get(signal)?.graceMs ?? 0) : 0;
      if (now - since < graceMs || starved.some((one) => one.signal === signal)) continue;
      starved.push({ signal, hard: kind === 'hard', threshold, available: amount.available });
    }
  }
  const conditions = new Set<PressureCondition>();
  for (const [condition, seen] of seenAtMs) {
    if (now - seen < settings.transitionMs || seen === now) conditions.add(condition);
    else seenAtMs.delete(condition);
  }
  return { memory: { metAtMs, seenAtMs }, conditions, starved, isClose };
}

function amountOf(threshold: Threshold, { capacity }: Amount): number {
  return 'amount' in threshold ? threshold.amount : threshold.part * capacity;
}
