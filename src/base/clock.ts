/**
 * Time comes from outside. Rooms never read `Date` or set bare timers: `sys` has the real twins,
 * `test/simulation` the virtual ones.
 */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. May jump. */
  now(): number;
  /** Never goes back; milliseconds from an arbitrary start. For durations and deadlines. */
  monotonic(): number;
}

export interface Timer {
  /** After this the callback does not run. Harmless when it has run already. */
  cancel(): void;
}

export interface Timers {
  /** Runs `callback` once, not before `delayMs` has passed. A pending timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
}

/** RFC 3339 with whole seconds in UTC, the form of Kubernetes' `metav1.Time`. */
export type Timestamp = string;
