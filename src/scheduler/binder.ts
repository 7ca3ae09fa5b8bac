/**
 * Tells the server which node a pod has got, its volumes first, and finds out what became of that. Many
 * at once, beside the decisions: whoever decides has counted the pod already, and hears only of failures.
 */
import type { Action } from '#api/decision.ts';
import { pods } from '#api/kinds/index.ts';
import type { Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { ActionRefused, type Carrier } from '#client/carry-out.ts';
import type { EventRecorder } from '#client/events.ts';
import type { PodNeeds } from './decide/pod-needs.ts';
import type { VolumePlan } from './decide/volumes.ts';
import { type Volumes, VolumesNotBound } from './volumes.ts';

const bounds = {
  /** Bindings under way; more wait, which fills the server's write batches without flooding it. */
  bindingsMax: 256,
  /** So often, each time twice as long after, the server is asked what became of a binding. */
  questionsMax: 10,
  firstQuestionMs: 100,
};

export interface BinderOptions {
  readonly carrier: Carrier;
  readonly volumes: Volumes;
  readonly recorder: EventRecorder;
  readonly timers: Timers;
  readonly logger: Logger;
  /** The pod was not bound: its place on the node is free again. */
  readonly takeBack: (needs: PodNeeds) => void;
  /** A binding has ended: there may be more to do. */
  readonly wakeUp: () => void;
}

export interface BinderStats {
  readonly binding: number;
  readonly bound: number;
  readonly bindingsFailed: number;
}

export class Binder {
  readonly #options: BinderOptions;
  #binding = 0;
  #bound = 0;
  #failed = 0;
  #stopped = false;
  #whenQuiet: (() => void) | undefined;

  constructor(options: BinderOptions) {
    this.#options = options;
  }

  /** No more should be begun for now. */
  get isFull(): boolean {
    return this.#binding >= bounds.bindingsMax;
  }

  stats(): BinderStats {
    return { binding: this.#binding, bound: this.#bound, bindingsFailed: this.#failed };
  }

  /** Resolves when bindings under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#binding > 0) await new Promise<void>((resolve) => (this.#whenQuiet = resolve));
  }

  async bind(needs: PodNeeds, node: string, volumes: VolumePlan | undefined): Promise<void> {
    if (volumes !== undefined && !(await this.#bindVolumes(needs, node, volumes))) return;
    const { namespace = '', name } = needs.pod.metadata;
    const bind: Action = { type: 'bind', namespace, name, uid: needs.uid, node };
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    const regarding = needs.pod;
    await this.#carryOut(needs, [
      bind,
      { type: 'event', regarding, level: 'Normal', reason: 'Scheduled', message },
    ]);
  }

  /** Answers whether they are bound; else the pod waits again. Counts not as a binding: it may take long. */
  async #bindVolumes(needs: PodNeeds, node: string, plan: VolumePlan): Promise<boolean> {
    const { volumes, wakeUp } = this.#options;
    volumes.promise(needs, plan);
    try {
      await volumes.bind(plan, node);
      return !this.#stopped;
    } catch (error) {
      const known = error instanceof ActionRefused || error instanceof VolumesNotBound;
      if (!known) throw error;
      this.#volumesNotBound(needs, error);
      return false;
    } finally {
      volumes.forget(needs.key);
      wakeUp();
    }
  }

  #volumesNotBound(needs: PodNeeds, error: Error): void {
    const { logger, recorder, takeBack } = this.#options;
    const message = `running PreBind plugin "VolumeBinding": binding volumes: ${error.message}`;
    logger.info('the volumes of a pod were not bound', { pod: needs.key, error: message });
    if (!this.#stopped) {
      const regarding = needs.pod;
      recorder.record({ regarding, level: 'Warning', reason: 'FailedScheduling', message });
    }
    this.#failed++;
    takeBack(needs);
  }

  async #carryOut(needs: PodNeeds, actions: readonly Action[]): Promise<void> {
    const { carrier, logger, takeBack, wakeUp } = this.#options;
    this.#binding++;
    try {
      await carrier.carryOut(actions);
      this.#bound++;
    } catch (error) {
      this.#failed++;
      const known = error instanceof ActionRefused;
      const fields = { pod: needs.key, error: known ? error.message : error };
      logger.warn('a pod could not be bound', fields);
      if (known && error.cause.retry === 'again') void this.#takeBackUnlessBound(needs);
      else takeBack(needs);
    }
    this.#binding--;
    if (this.#stopped && this.#binding === 0) this.#whenQuiet?.();
    wakeUp();
  }

  /**
   * The answer may have been lost and not the binding: the node's room is given to nobody else before the
   * server itself has said what is so, which the watch may tell much later.
   */
  async #takeBackUnlessBound(needs: PodNeeds): Promise<void> {
    const { carrier, timers, takeBack, wakeUp } = this.#options;
    const { namespace, name } = needs.pod.metadata;
    const { uid } = needs;
    let delayMs = bounds.firstQuestionMs;
    for (let asked = 0; asked < bounds.questionsMax; asked++) {
      try {
        await carrier.carryOut([{ type: 'confirmPresent', kind: pods, namespace, name, uid }]);
        break;
      } catch (error) {
        if (!(error instanceof ActionRefused) || error.cause.retry !== 'again') break;
      }
      await new Promise<void>((resolve) => timers.after(delayMs, resolve));
      delayMs *= 2;
      if (this.#stopped) return;
    }
    if (this.#stopped) return;
    takeBack(needs);
    wakeUp();
  }
}
