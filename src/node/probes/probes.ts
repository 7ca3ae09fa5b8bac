/**
 * Runs the probes of the containers that run here, each on its own timer, and keeps what came out.
 * Results are told when a threshold is reached, not at each run. Source: core/v1 Probe.
 */
import type { Container, Pod, Probe } from '#api/types.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { ProbeFact } from '../decide/facts.ts';
import { type HandlerResult, type HandlerTools, runHandler } from './handler.ts';

export interface ProbesOptions {
  readonly tools: HandlerTools;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly changed: (podUid: string) => void;
  /** Each failed run. */
  readonly unhealthy: (pod: Pod, container: string, message: string) => void;
}

export interface ProbedContainer {
  readonly id: string;
  readonly container: Container;
  readonly podIP: string;
  readonly startedAtMs: number;
}

type ProbeType = 'startup' | 'liveness' | 'readiness';

const words: Readonly<Record<ProbeType, string>> = {
  startup: 'Startup',
  liveness: 'Liveness',
  readiness: 'Readiness',
};

const firstLookMs = 100;
/** Of one round, while it cannot be asked at all. */
const triesAtOnce = 3;

interface Watched {
  readonly uid: string;
  pod: Pod;
  readonly target: ProbedContainer;
  fact: ProbeFact;
  readonly timers: Set<Timer>;
  stopped: boolean;
}

export class Probes {
  readonly #options: ProbesOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: ProbesOptions) {
    this.#options = options;
  }

  /** By container id. */
  factsOf(uid: string): Map<string, ProbeFact> {
    const facts = new Map<string, ProbeFact>();
    for (const [id, { uid: own, fact }] of this.#watched) if (own === uid) facts.set(id, fact);
    return facts;
  }

  /** Exactly these containers of the pod run and want probing. */
  sync(pod: Pod, running: readonly ProbedContainer[]): void {
    const uid = pod.metadata.uid ?? '';
    const wanted = new Set(running.map(({ id }) => id));
    for (const [id, watched] of this.#watched) {
      if (watched.uid !== uid) continue;
      if (wanted.has(id)) watched.pod = pod;
      else this.#stop(id, watched);
    }
    for (const target of running) {
      if (!this.#watched.has(target.id)) this.#start(uid, pod, target);
    }
  }

  stop(): void {
    for (const [id, watched] of this.#watched) this.#stop(id, watched);
  }

  #stop(id: string, watched: Watched): void {
    watched.stopped = true;
    for (const timer of watched.timers) timer.cancel();
    this.#watched.delete(id);
  }

  #start(uid: string, pod: Pod, target: ProbedContainer): void {
    const { startupProbe, livenessProbe, readinessProbe } = target.container;
    if (!startupProbe && !livenessProbe && !readinessProbe) return;
    const watched: Watched = { uid, pod, target, fact: {}, timers: new Set(), stopped: false };
    this.#watched.set(target.id, watched);
    if (startupProbe) this.#begin(watched, 'startup', startupProbe);
    else this.#beginAfterStartup(watched);
  }

  /** Liveness and readiness are not asked before the startup probe has passed. */
  #beginAfterStartup(watched: Watched): void {
    const { livenessProbe, readinessProbe } = watched.target.container;
    if (livenessProbe) this.#begin(watched, 'liveness', livenessProbe);
    if (readinessProbe) this.#begin(watched, 'readiness', readinessProbe);
  }

  #begin(watched: Watched, type: ProbeType, probe: Probe): void {
    const { clock } = this.#options;
    const { initialDelaySeconds = 0 } = probe;
    const ranMs = clock.now() - watched.target.startedAtMs;
    const waitMs = Math.max(0, initialDelaySeconds * 1000 - ranMs);
    this.#later(watched, waitMs, () => this.#round(watched, type, probe, { good: 0, bad: 0 }));
  }

  #later(watched: Watched, delayMs: number, work: () => Promise<void> | void): void {
    const timer = this.#options.timers.after(delayMs, () => {
      watched.timers.delete(timer);
      if (!watched.stopped) void work();
    });
    watched.timers.add(timer);
  }

  async #round(
    watched: Watched,
    type: ProbeType,
    probe: Probe,
    streak: { good: number; bad: number },
  ): Promise<void> {
    const { periodSeconds = 10, failureThreshold = 3 } = probe;
    const { container } = watched.target;
    const { state, output } = await this.#ask(watched, probe);
    if (watched.stopped) return;
    if (state === 'unknown') {
      // Neither for nor against the container: a probe that cannot be asked restarts nothing, and lets nothing in.
      const message = `${words[type]} probe errored and resulted in unknown state: ${output.trim()}`;
      this.#options.unhealthy(watched.pod, container.name, message);
      return this.#again(watched, type, probe, streak);
    }
    const passed = state === 'success';
    const quick = type === 'readiness' && watched.fact.ready === undefined && !probe.exec;
    // What is not there yet in the first moments is no news.
    const early = quick && firstLookMs * 2 ** streak.bad < periodSeconds * 1000;
    if (!passed && !early) {
      const message = `${words[type]} probe failed: ${output.trim()}`;
      this.#options.unhealthy(watched.pod, container.name, message);
    }
    const next = passed ? { good: streak.good + 1, bad: 0 } : { good: 0, bad: streak.bad + 1 };
    const passes = next.good >= (type === 'readiness' ? (probe.successThreshold ?? 1) : 1);
    const fails = next.bad >= failureThreshold && !early;
    if (passes || fails) this.#settle(watched, type, passes, output.trim());
    if (type === 'startup' && passes) return this.#beginAfterStartup(watched);
    if (fails && type !== 'readiness') return;
    if (!passed && early) {
      // A server that is just starting is asked again soon: cheap, and a second saved is a second served.
      const soonMs = firstLookMs * 2 ** streak.bad;
      return this.#later(watched, soonMs, () => this.#round(watched, type, probe, next));
    }
    this.#again(watched, type, probe, next);
  }

  async #ask(watched: Watched, probe: Probe): Promise<HandlerResult> {
    const { container, id, podIP } = watched.target;
    const asked = { container, containerId: id, podIP };
    const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
    for (let tries = 1; ; tries += 1) {
      const result = await runHandler(probe, asked, timeoutMs, this.#options.tools);
      if (result.state !== 'unknown' || tries >= triesAtOnce || watched.stopped) return result;
    }
  }

  #again(
    watched: Watched,
    type: ProbeType,
    probe: Probe,
    streak: { good: number; bad: number },
  ): void {
    // A little apart, so that many containers that start together do not ask together for ever.
    const jitter = 0.95 + this.#options.random.fraction() * 0.1;
    const periodMs = (probe.periodSeconds ?? 10) * 1000;
    this.#later(watched, periodMs * jitter, () => this.#round(watched, type, probe, streak));
  }

  #settle(watched: Watched, type: ProbeType, passed: boolean, message: string): void {
    const before = watched.fact;
    if (type === 'readiness') {
      if (before.ready === passed) return;
      watched.fact = { ...before, ready: passed };
    } else if (!passed) {
      watched.fact = { ...before, failed: { probe: type, message } };
    } else if (type === 'startup') {
      watched.fact = { ...before, started: true };
    } else {
      return;
    }
    this.#options.changed(watched.uid);
  }
}
