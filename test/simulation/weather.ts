/** What goes wrong by itself, as chances between 0 and 1. One object per run; the plan changes it. */
import type { Random } from '#base/random.ts';

export interface Weather {
  /** A request never arrives: nothing was done, and the caller is told of a time-out. */
  lostRequest: number;
  /** A write was carried out, and the caller is told of a time-out. */
  lostAnswer: number;
  /** An update or patch is refused as if somebody else had been faster. */
  conflict: number;
  /** A request is refused by a server that is too busy, or that fails while it answers. */
  refusal: number;
  /** After an event, the watch that carried it ends. */
  droppedWatch: number;
  /** A request, an answer or an event takes up to `lateMs` instead of up to `delayMs`. */
  late: number;
  delayMs: number;
  lateMs: number;
  /** An image cannot be pulled, a sandbox or a container cannot be made. */
  runtimeFailure: number;
  /** The runtime does what it is asked, takes too long for it, and the asker hears of a failure. */
  lostRuntimeAnswer: number;
  /** Nobody hears that a container began or ended. */
  lostRuntimeEvent: number;
  /** A container that starts ends by itself within a minute. */
  crash: number;
  /** The disk refuses what the store writes: nothing of it was done, and the caller hears so. */
  diskFailure: number;
  /** A probe of a container that works fails. */
  probeFailure: number;
}

/** What can happen by chance; the rest of a weather says how much of it. */
export type Fault = Exclude<keyof Weather, 'delayMs' | 'lateMs'>;

/** Of each, how often it happened. */
export type Faults = Map<Fault, number>;

export interface Chances {
  readonly random: Random;
  readonly weather: Readonly<Weather>;
  readonly faults: Faults;
}

/** Whether it happens this time. */
export function strikes({ random, weather, faults }: Chances, fault: Fault): boolean {
  const chance = weather[fault];
  if (chance <= 0 || random.fraction() >= chance) return false;
  faults.set(fault, (faults.get(fault) ?? 0) + 1);
  return true;
}

export const calm: Readonly<Weather> = {
  lostRequest: 0,
  lostAnswer: 0,
  conflict: 0,
  refusal: 0,
  droppedWatch: 0,
  late: 0,
  delayMs: 0,
  lateMs: 0,
  runtimeFailure: 0,
  lostRuntimeAnswer: 0,
  lostRuntimeEvent: 0,
  crash: 0,
  diskFailure: 0,
  probeFailure: 0,
};

export const rough: Readonly<Weather> = {
  lostRequest: 0.04,
  lostAnswer: 0.04,
  conflict: 0.05,
  refusal: 0.02,
  droppedWatch: 0.03,
  late: 0.05,
  delayMs: 20,
  lateMs: 4_000,
  runtimeFailure: 0.05,
  lostRuntimeAnswer: 0.03,
  lostRuntimeEvent: 0.05,
  crash: 0.1,
  diskFailure: 0.005,
  probeFailure: 0.02,
};
