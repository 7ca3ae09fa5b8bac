/**
 * One run: a cluster starts, people and misfortune work on it as the seed says, then everything
 * calms down and the desired state must be reached, and kept without further work.
 */
import {
  cronJobs,
  daemonSets,
  deployments,
  horizontalPodAutoscalers,
  leases,
  statefulSets,
} from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { Deployment } from '#api/types.ts';
import type { Random } from '#base/random.ts';
import { prefixOf } from '#server/core/keys.ts';
import { drawAction, rollOut } from './actions.ts';
import { suspend } from './batch-actions.ts';
import { setAutoscalerBounds } from './bound-actions.ts';
import { SimulatedCluster } from './cluster.ts';
import { notStarted } from './cron-checks.ts';
import { inTheEnd, Invariants } from './invariants.ts';
import { rollOutSet } from './set-actions.ts';
import { previousSet, undo } from './undo.ts';
import { drained } from './virtual-time.ts';
import { takenBack } from './wishes.ts';

export interface SimulationOptions {
  /** Actions of people and misfortune. */
  readonly actions?: number;
  /** Lines of the trace in the report. */
  readonly tailMax?: number;
  /** Hears every line of the trace. */
  readonly print?: (line: string) => void;
}

export interface SimulationReport {
  readonly seed: number;
  /** Empty: the run went well. */
  readonly violations: readonly string[];
  /** Of each action, how often it was drawn. */
  readonly happened: Readonly<Record<string, number>>;
  /** Of what goes wrong by chance, how often it did. */
  readonly faults: Readonly<Record<string, number>>;
  /** The same for the same seed, always. */
  readonly traceHash: string;
  readonly traceLines: number;
  readonly traceTail: readonly string[];
  readonly virtualMs: number;
  /** From the last fault to the desired state. */
  readonly settledInMs: number | undefined;
  readonly timersFired: number;
}

const bounds = {
  settleMs: 15 * 60_000,
  /** A CronJob is due every other minute at least. */
  cronJobsMs: 3 * 60_000,
  /** A node counts as lost only after forty seconds: a good state must last longer. */
  quietMs: 60_000,
  /** The loops' own full pass comes every ten minutes; it must find nothing. */
  fullPassMs: 11 * 60_000,
  fullPassEverySeeds: 4,
  rollOutMs: 3 * 60_000,
  lookEveryMs: 500,
  patienceMs: 10_000,
};

/** In some runs there is not room for all; in the end people ask for less, so that there is. */
const tightEverySeeds = 3;
const tightPodsMax = 9;
const askingsMax = 4;
/** One node can take what all have: where a claim holds a pod, others may have come for lack of memory elsewhere. */
const roomyPodsMax = 40;

/** Commits are durable at once, as in memory, or after up to so many milliseconds, by the seed. */
const commitMsMaxOf = [0, 0, 8, 40];

/** Between two actions, in milliseconds at most: often the second meets the first half done. */
const pauses = [20, 100, 100, 1_000, 5_000, 5_000, 60_000];

export async function simulate(
  seed: number,
  options: SimulationOptions = {},
): Promise<SimulationReport> {
  const simulation = new Simulation(seed, options);
  return simulation.run();
}

class Simulation {
  readonly #seed: number;
  readonly #options: SimulationOptions;
  readonly #cluster: SimulatedCluster;
  readonly #invariants: Invariants;
  readonly #happened = new Map<string, number>();

  constructor(seed: number, options: SimulationOptions) {
    const { tailMax = 60, print } = options;
    this.#seed = seed;
    this.#options = options;
    const podsMax = seed % tightEverySeeds === 0 ? tightPodsMax : roomyPodsMax;
    const commitMsMax = commitMsMaxOf[seed % commitMsMaxOf.length] ?? 0;
    const nodes = 2 + (seed % 2);
    this.#cluster = new SimulatedCluster({ seed, nodes, podsMax, commitMsMax, tailMax, print });
    this.#invariants = new Invariants(this.#cluster);
  }

  async run(): Promise<SimulationReport> {
    const cluster = this.#cluster;
    const onUnhandled = (error: unknown): void =>
      cluster.violated(`nobody handles: ${error instanceof Error ? error.stack : String(error)}`);
    process.on('unhandledRejection', onUnhandled);
    let settledInMs: number | undefined;
    try {
      await cluster.start();
      await this.#advance(5_000);
      await this.#disturb();
      settledInMs = await this.#settle();
      if (settledInMs !== undefined) await this.#stayQuiet();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      cluster.stop();
      await drained();
      process.off('unhandledRejection', onUnhandled);
    }
    return this.#report(settledInMs);
  }

  #report(settledInMs: number | undefined): SimulationReport {
    const { trace, time, violations, faults } = this.#cluster;
    return {
      seed: this.#seed,
      violations,
      happened: Object.fromEntries(this.#happened),
      faults: Object.fromEntries(faults),
      traceHash: trace.digest(),
      traceLines: trace.lines,
      traceTail: trace.tail,
      virtualMs: time.elapsedMs,
      settledInMs,
      timersFired: time.fired,
    };
  }

  async #disturb(): Promise<void> {
    const cluster = this.#cluster;
    const random = cluster.chance('plan');
    const { actions = 10 + random.below(40) } = this.#options;
    for (let count = 0; count < actions; count++) {
      const action = drawAction(random);
      if (action) this.#happened.set(action.name, (this.#happened.get(action.name) ?? 0) + 1);
      const running = action?.run(cluster, random);
      running?.catch((error: unknown) => cluster.trace.add(`${action?.name}: ${String(error)}`));
      await this.#advance(random.below(pauses[random.below(pauses.length)] ?? 0));
    }
  }

  /** Faults end; answers how long it took until all was as it should be. */
  async #settle(): Promise<number | undefined> {
    const cluster = this.#cluster;
    const { time, trace } = cluster;
    cluster.calmDown();
    trace.add('nothing goes wrong any more');
    await this.#askForLess();
    await this.#endCronJobs();
    const from = time.elapsedMs;
    let reachedMs: number | undefined;
    for (;;) {
      const wrong = inTheEnd(cluster);
      const now = time.elapsedMs;
      if (wrong.length > 0) reachedMs = undefined;
      else reachedMs ??= now;
      if (reachedMs !== undefined && now - reachedMs >= bounds.quietMs) return reachedMs - from;
      if (wrong.length > 0 && now - from > bounds.settleMs) {
        for (const words of wrong) cluster.violated(`not reached: ${words}`);
        return undefined;
      }
      await this.#advance(bounds.lookEveryMs);
    }
  }

  /** Until nothing is left to take back, which others may be making still. */
  async #askForLess(): Promise<void> {
    const cluster = this.#cluster;
    // The control plane may be on its way up or down.
    while (!cluster.controlPlane.started) await this.#advance(bounds.lookEveryMs);
    for (let round = 0; round < askingsMax; round++) {
      const work = takenBack(cluster);
      for (const one of work) await this.#during(one());
      await this.#advance(bounds.lookEveryMs);
    }
  }

  /** They start what is due for a while yet: else nothing would ever be at rest. */
  async #endCronJobs(): Promise<void> {
    const cluster = this.#cluster;
    const running = () => cluster.ledger.list(cronJobs).filter(({ spec }) => !spec.suspend);
    if (running().length === 0) return;
    await this.#advance(bounds.cronJobsMs);
    for (const words of notStarted(cluster)) cluster.violated(words);
    for (const cronJob of running()) await this.#during(suspend(cluster, cronJob));
  }

  /** Nothing is written without a reason, full passes find nothing, and updates keep their bounds. */
  async #stayQuiet(): Promise<void> {
    const cluster = this.#cluster;
    // What an autoscaler has recommended ages, and its status tells.
    const restless = [leases as Kind, horizontalPodAutoscalers as Kind].map((one) => prefixOf(one));
    const prefixes = [...restless, '/core/nodes/', '/core/events/'];
    const listening = { on: true };
    cluster.ledger.listen(({ key }) => {
      if (!listening.on || prefixes.some((prefix) => key.startsWith(prefix))) return;
      cluster.violated(`a write without a reason: ${key}`);
    });
    const waitsLong = this.#seed % bounds.fullPassEverySeeds === 0;
    await this.#advance(waitsLong ? bounds.fullPassMs : bounds.quietMs);
    listening.on = false;
    for (const words of inTheEnd(cluster)) cluster.violated(`not kept: ${words}`);
    for (const { name, fullPassFindings } of cluster.controlPlane.plane?.runtime.stats() ?? []) {
      if (fullPassFindings > 0) cluster.violated(`${name}: a full pass found work nobody woke for`);
    }
    await this.#rollOutUndisturbed();
    cluster.ledger.compare();
  }

  async #rollOutUndisturbed(): Promise<void> {
    const cluster = this.#cluster;
    const random = cluster.chance('last update');
    const app = cluster.ledger.list(deployments)[0];
    const sets = [cluster.ledger.list(statefulSets), cluster.ledger.list(daemonSets)].flat();
    if (!app && sets.length === 0) return;
    this.#invariants.undisturbedSinceMs = 0;
    if (app) await this.#during(this.#renew(app, random));
    for (const set of sets) await this.#during(rollOutSet(cluster, random, set));
    await this.#advance(bounds.rollOutMs);
    for (const words of inTheEnd(cluster)) cluster.violated(`after an update: ${words}`);
  }

  /** Forth, or back where there is something to go back to; its autoscaler may ask for one more meanwhile. */
  async #renew(app: Deployment, random: Random): Promise<void> {
    const cluster = this.#cluster;
    const previous = random.fraction() < 0.5 ? previousSet(app, cluster.ledger) : undefined;
    if (previous) await undo(cluster, app, previous);
    else await rollOut(cluster, random, app);
    const autoscaler = cluster.ledger
      .list(horizontalPodAutoscalers)
      .find(({ metadata: { name, namespace } }) => {
        return name === app.metadata.name && namespace === app.metadata.namespace;
      });
    if (!autoscaler || cluster.isTight) return;
    const { minReplicas = 1, maxReplicas } = autoscaler.spec;
    const bounds = { minReplicas: minReplicas + 1, maxReplicas: maxReplicas + 1 };
    await setAutoscalerBounds(cluster, autoscaler, bounds);
  }

  /** Lets time go by until it is done; what a control plane was asked that was just stopped never is. */
  async #during(work: Promise<unknown>): Promise<void> {
    let done = false;
    const ended = work.finally(() => (done = true));
    ended.catch(() => undefined);
    const until = this.#cluster.time.elapsedMs + bounds.patienceMs;
    do await this.#advance(1);
    while (!done && this.#cluster.time.elapsedMs < until);
    if (done) await ended;
  }

  #advance(ms: number): Promise<void> {
    return this.#cluster.advance(ms, () => {
      this.#invariants.check();
      if (this.#cluster.violations.length > 0) throw new Stopped();
    });
  }
}

/** The first violation ends the run: what comes after it may be its consequence. */
class Stopped extends Error {}
