/**
 * Runs loops over shared informers. It waits until all caches hold a whole state, then decides every
 * key once, and from then on whenever a source's change wakes it.
 *
 * Each loop also makes a full pass from time to time. A key that nothing woke and that still has
 * something to do is a missed wake: a bug, counted as `fullPassFindings`.
 */
import type { View } from '#api/decision.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import type { Certify } from './carry-out.ts';
import { EventRecorder } from './events.ts';
import { Informers, InformerView } from './informers.ts';
import type { LoopDefinition } from './loop.ts';
import { LoopRunner, type LoopStats } from './loop-runner.ts';

export interface LoopRuntimeOptions {
  /** The caches' own identity: reads everything. */
  readonly verbs: Verbs;
  /** Under which identity a loop writes: `system:controller:NAME`. */
  readonly verbsFor: (loop: string) => Verbs;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** 0 or less: never. */
  readonly fullPassMs?: number;
  /** The cluster's authority, for the loop that has requests signed. */
  readonly certify?: Certify | undefined;
}

const usualFullPassMs = 10 * 60_000;
/** By less a clock may be off from one moment to the next, for its makers' reasons. */
const clockStepMs = 1000;

export class LoopRuntime {
  readonly informers: Informers;
  /** The caches as they are at the moment of each question. */
  readonly view: View;
  readonly #options: LoopRuntimeOptions;
  readonly #runners: LoopRunner[] = [];
  readonly #recorders: EventRecorder[] = [];
  /** How far the wall clock was from the monotonic one. */
  #offMs: number;
  #timer: Timer | undefined;
  #started = false;
  #stopped = false;

  constructor(options: LoopRuntimeOptions) {
    this.#options = options;
    this.#offMs = this.#clockOffMs;
    this.informers = new Informers(options);
    this.view = new InformerView(this.informers);
  }

  /** Before or after `start`. A loop added later decides when its own sources are there. */
  add(definition: LoopDefinition): void {
    const verbs = this.#options.verbsFor(definition.name);
    const recorder = this.#record(verbs, definition.component ?? definition.name);
    const { informers } = this;
    const runner = new LoopRunner(definition, {
      ...this.#options,
      verbs,
      recorder,
      informers,
      decides: () => this.#lookAtClock(),
    });
    this.#runners.push(runner);
    if (this.#started) void runner.start();
  }

  /** Also for parts that are not loops (the scheduler): `stop` waits for its events. */
  recorderFor(component: string): EventRecorder {
    return this.#record(this.#options.verbsFor(component), component);
  }

  #record(verbs: Verbs, component: string): EventRecorder {
    const recorder = new EventRecorder({ ...this.#options, verbs, component });
    this.#recorders.push(recorder);
    return recorder;
  }

  /** Resolves when all caches hold a whole state and the loops have begun. */
  async start(): Promise<void> {
    this.#started = true;
    this.informers.start();
    await Promise.all(this.#runners.map((runner) => runner.start()));
    this.#scheduleFullPass();
  }

  /** Resolves when what was under way has ended; nothing is decided any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await Promise.all(this.#runners.map((runner) => runner.stop()));
    await Promise.all(this.#recorders.map((recorder) => recorder.flush()));
    this.informers.stop();
  }

  /** Nothing waits, runs or is being retried, in any loop. */
  get idle(): boolean {
    return this.#runners.every((runner) => runner.idle);
  }

  stats(): readonly LoopStats[] {
    return this.#runners.map((runner) => runner.stats());
  }

  get #clockOffMs(): number {
    const { clock } = this.#options;
    return clock.now() - clock.monotonic();
  }

  /**
   * Keys wait for a time of the wall clock by timers that do not know it: when somebody has set it, all
   * are asked anew. Nobody tells of that; it is seen when something is decided the next time, which the
   * signs of life of nodes see to.
   */
  #lookAtClock(): void {
    const offMs = this.#clockOffMs;
    if (Math.abs(offMs - this.#offMs) < clockStepMs) return;
    this.#offMs = offMs;
    this.#options.logger.info('the clock was set: all that waits for a time is decided anew');
    for (const runner of this.#runners) runner.hurry();
  }

  #scheduleFullPass(): void {
    const period = this.#options.fullPassMs ?? usualFullPassMs;
    if (period <= 0 || this.#stopped) return;
    this.#timer = this.#options.timers.after(period, () => {
      for (const runner of this.#runners) runner.fullPass();
      this.#scheduleFullPass();
    });
  }
}
