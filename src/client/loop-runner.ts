/** Runs one loop: wakes its keys, decides them, carries the decisions out, tries again. */
import type { Action, Failure, View } from '#api/decision.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import type { Logger } from '#base/log.ts';
import { isStatusError, type StatusError } from '#base/status-error.ts';
import { ActionRefused, Carrier, type Certify } from './carry-out.ts';
import type { EventRecorder } from './events.ts';
import { type Informers, InformerView } from './informers.ts';
import type { LoopDefinition, Source } from './loop.ts';
import { Spacing } from './spacing.ts';
import { WorkQueue } from './work-queue.ts';

export interface LoopRunnerOptions {
  readonly verbs: Verbs;
  readonly informers: Informers;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly certify?: Certify | undefined;
  /** Called before each decision. */
  readonly decides: () => void;
}

export interface LoopStats {
  readonly name: string;
  readonly waiting: number;
  readonly delayed: number;
  readonly running: number;
  readonly decisions: number;
  /** By action type. */
  readonly actions: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  /** Exceptions that are bugs. */
  readonly faults: number;
  /** Keys that nothing woke and that had something to do. */
  readonly fullPassFindings: number;
}

const usualWorkers = 8;
/** Keys decided, and objects looked through, before other work of the process gets its turn. */
const turn = { keys: 100, objects: 2000 };
/** A key whose own time comes within this is nothing for the full pass to find. */
const soonMs = 1000;

export class LoopRunner {
  readonly #definition: LoopDefinition;
  readonly #options: LoopRunnerOptions;
  readonly #view: InformerView;
  readonly #carrier: Carrier;
  readonly #queue: WorkQueue;
  readonly #spacing: Spacing;
  /** Keys whose status is held back. */
  readonly #held = new Set<string>();
  readonly #logger: Logger;
  readonly #unlisten: (() => void)[] = [];
  readonly #failures = new Map<string, Failure>();
  /** Actions of which nobody knows whether they were carried out: found out before their key is decided. */
  readonly #open = new Map<string, Action>();
  /** Keys that only the full pass has put into the queue. */
  readonly #audited = new Set<string>();
  readonly #actions: Record<string, number> = {};
  readonly #refusals: Record<string, number> = {};
  #decisions = 0;
  #faults = 0;
  #findings = 0;
  /** The pump is on its way: in a microtask, or after a rest. */
  #pumping = false;
  #begun = false;
  #stopped = false;
  #whenQuiet: (() => void) | undefined;

  constructor(definition: LoopDefinition, options: LoopRunnerOptions) {
    this.#definition = definition;
    this.#options = options;
    this.#logger = options.logger.with({ loop: definition.name });
    this.#view = new InformerView(options.informers);
    this.#carrier = new Carrier({
      ...options,
      count: (type, refused) => this.#count(type, refused),
    });
    this.#queue = new WorkQueue({ ...options, ready: () => this.#pump() });
    this.#spacing = new Spacing(options.clock);
    for (const source of definition.sources) this.#prepare(source);
  }

  /** Resolves when the sources are there and the first decisions can be made. */
  async start(): Promise<void> {
    const { sources } = this.#definition;
    const { informers } = this.#options;
    await Promise.all(sources.map(({ kind }) => informers.of(kind).whenSynced()));
    if (this.#stopped) return;
    for (const source of sources) this.#listen(source);
    this.#definition.hears?.(() => this.#eachKey((key) => this.#wakeKey(key)));
    this.#begun = true;
    this.#pump();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unlisten of this.#unlisten) unlisten();
    this.#queue.close();
    if (this.#queue.running === 0) return;
    await new Promise<void>((resolve) => (this.#whenQuiet = resolve));
  }

  get idle(): boolean {
    return this.#begun && this.#queue.idle && this.#held.size === 0;
  }

  stats(): LoopStats {
    return {
      name: this.#definition.name,
      waiting: this.#queue.depth,
      delayed: this.#queue.delayed,
      running: this.#queue.running,
      decisions: this.#decisions,
      actions: { ...this.#actions },
      refusals: { ...this.#refusals },
      faults: this.#faults,
      fullPassFindings: this.#findings,
    };
  }

  /** Keys that wait for a later time are decided now. */
  hurry(): void {
    this.#queue.hurry();
  }

  /** Puts every key that is not in the queue anyway into it, in turns. */
  fullPass(): void {
    if (this.#begun) this.#eachKey((key) => this.#audit(key));
  }

  #eachKey(take: (key: string) => void): void {
    const objects = this.#definition.sources.flatMap((source) =>
      this.#view.list(source.kind).map((object) => ({ source, object })),
    );
    const pass = (from: number): void => {
      if (this.#stopped) return;
      for (const { source, object } of objects.slice(from, from + turn.objects)) {
        for (const key of this.#keysOf(source, object)) take(key);
      }
      const next = from + turn.objects;
      if (next < objects.length) this.#options.timers.after(0, () => pass(next));
    };
    pass(0);
  }

  #audit(key: string): void {
    // What is asked for changes by itself: nobody missed a wake.
    if (this.#definition.gather !== undefined) return;
    if (this.#queue.isDirty(key) || this.#failures.has(key)) return;
    if (this.#queue.isDueSoon(key, soonMs)) return;
    this.#audited.add(key);
    this.#queue.add(key);
  }

  #prepare(source: Source): void {
    const informer = this.#options.informers.of(source.kind);
    for (const [name, values] of Object.entries(source.indexes ?? {})) {
      informer.cache.addIndex(name, values);
    }
    if (source.remembersChanges === true) informer.rememberChanges();
  }

  #listen(source: Source): void {
    const informer = this.#options.informers.of(source.kind);
    const unlisten = informer.listen((previous, next) => {
      if (previous !== undefined && next !== undefined) {
        if (source.matters?.(previous, next) === false) return;
      }
      if (previous !== undefined) this.#wake(source, previous);
      if (next !== undefined) this.#wake(source, next);
    });
    this.#unlisten.push(unlisten);
  }

  #wake(source: Source, object: KubeObject): void {
    for (const key of this.#keysOf(source, object)) this.#wakeKey(key);
  }

  #wakeKey(key: string): void {
    this.#audited.delete(key);
    this.#queue.add(key);
  }

  #keysOf(source: Source, object: KubeObject): readonly string[] {
    return source.keysOf?.(object, this.#view) ?? [keyOf(object)];
  }

  /** Never at once: who wakes a key is in the middle of telling others, and may wake it again. */
  #pump(): void {
    if (!this.#begun || this.#pumping) return;
    this.#pumping = true;
    void Promise.resolve().then(() => this.#startWaiting());
  }

  /** Starts waiting keys while there are workers; rests now and then, so that it never holds the process. */
  #startWaiting(): void {
    const workers = this.#definition.workers ?? usualWorkers;
    for (let started = 0; this.#queue.depth > 0 && this.#queue.running < workers; started++) {
      if (started === turn.keys) {
        this.#options.timers.after(0, () => this.#startWaiting());
        return;
      }
      this.#step(this.#queue.take());
    }
    this.#pumping = false;
  }

  /** Decides at once; only what has something to carry out goes on beside. */
  #step(key: string | undefined): void {
    if (key === undefined) return;
    const open = this.#open.get(key);
    if (open) {
      void this.#find(key, open);
      return;
    }
    this.#options.decides();
    const audited = this.#audited.delete(key);
    this.#held.delete(key);
    const failure = this.#failures.get(key);
    const view = failure ? new InformerView(this.#options.informers, failure) : this.#view;
    const { gather } = this.#definition;
    if (gather === undefined) {
      this.#decide(key, view, audited);
      return;
    }
    gather(view, key, this.#options.verbs).then(
      (gathered) => this.#decide(key, view, audited, gathered),
      (error: unknown) => {
        this.#fault(key, error);
        this.#done(key);
      },
    );
  }

  #decide(key: string, view: View, audited: boolean, gathered?: unknown): void {
    const { clock } = this.#options;
    try {
      this.#decisions++;
      const { actions, again } = this.#definition.decide(view, key, clock.now(), gathered);
      if (actions.length === 0) {
        this.#wentWell(key, again);
        this.#done(key);
        return;
      }
      if (audited) this.#found(key, actions);
      const waitMs = this.#spacing.waitMs(key, actions);
      if (waitMs > 0) {
        this.#held.add(key);
        this.#queue.addAfter(key, waitMs);
        this.#done(key);
        return;
      }
      void this.#carryOut(key, actions, again);
    } catch (error) {
      this.#fault(key, error);
      this.#done(key);
    }
  }

  async #carryOut(key: string, actions: readonly Action[], again: number | undefined) {
    try {
      await this.#carrier.carryOut(actions);
      this.#wentWell(key, again);
    } catch (error) {
      if (error instanceof ActionRefused) this.#refused(key, error);
      else this.#fault(key, error);
    }
    this.#done(key);
  }

  async #find(key: string, action: Action): Promise<void> {
    try {
      await this.#carrier.find(action);
      this.#open.delete(key);
      this.#queue.add(key);
    } catch (error) {
      if (isStatusError(error)) this.#queue.retry(key);
      else this.#fault(key, error);
    }
    this.#done(key);
  }

  #wentWell(key: string, again: number | undefined): void {
    this.#queue.forget(key);
    this.#failures.delete(key);
    if (again !== undefined)
      this.#queue.addAfter(key, Math.max(1, again - this.#options.clock.now()));
  }

  /** Even what no retry of the same request can cure is tried again: the decision may be another. */
  #refused(key: string, { action, cause, isOpen }: ActionRefused): void {
    if (isOpen) this.#open.set(key, action);
    const resource = 'kind' in action ? action.kind.resource : 'pods';
    const { reason, message } = cause;
    this.#spacing.forget(key);
    this.#failures.set(key, { action: action.type, resource, reason, message });
    if (endsWithNamespace(cause)) {
      this.#queue.forget(key);
      this.#logger.debug('an action came too late for its namespace', { key, resource });
      return;
    }
    const waitMs = (cause.details?.retryAfterSeconds ?? 0) * 1000;
    const delayMs = this.#stopped ? 0 : this.#queue.retry(key, waitMs);
    const fields = { key, action: action.type, resource, reason, error: message, delayMs };
    if (cause.retry === 'refresh') this.#logger.debug('an action met a newer state', fields);
    else this.#logger.warn('an action was refused', fields);
  }

  #fault(key: string, error: unknown): void {
    this.#faults++;
    this.#queue.retry(key);
    this.#logger.error('a decision failed', { key, error });
  }

  #found(key: string, actions: readonly Action[]): void {
    this.#findings++;
    const types = actions.map((action) => action.type);
    this.#logger.warn('the full pass found work that nothing had woken', { key, actions: types });
  }

  #done(key: string): void {
    this.#queue.done(key);
    if (this.#stopped && this.#queue.running === 0) this.#whenQuiet?.();
    else this.#pump();
  }

  #count(type: Action['type'], refused: boolean): void {
    const counts = refused ? this.#refusals : this.#actions;
    counts[type] = (counts[type] ?? 0) + 1;
  }
}

/** Its namespace takes nothing new any more, and what the key stands for goes with it: nothing to try again. */
function endsWithNamespace({ details }: StatusError): boolean {
  return details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}
