/**
 * Takes pods from the queue one after the other, decides, assumes, and has them bound beside the next
 * decisions (`binder.ts`). Decisions are synchronous over the snapshot, so no two of them see the same
 * free room.
 */
import type { Action } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { namespaces, nodes, podDisruptionBudgets, pods } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import { isFinal } from '#api/pod-phase.ts';
import type { Namespace, Node, Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import { ActionRefused, Carrier } from '#client/carry-out.ts';
import type { EventRecorder } from '#client/events.ts';
import { type Informers, InformerView } from '#client/informers.ts';
import { LruMap } from '#base/lru-map.ts';
import { Binder, type BinderStats } from './binder.ts';
import { Changes } from './changes.ts';
import { type Budget, budgetOf } from './decide/budgets.ts';
import { eventsOf } from './decide/cures.ts';
import { refusalsOf } from './decide/filters.ts';
import { messageOf } from './decide/message.ts';
import { type Chance, codesOf, type NoPlacement, placementOf } from './decide/placement.ts';
import { isGated, isUnchanged, sameLabels } from './decide/pod-changes.ts';
import { needsOf, type PodNeeds, type PodShape } from './decide/pod-needs.ts';
import { withoutNomination } from './decide/preempting.ts';
import { type Preemption, preemptionOf } from './decide/preemption.ts';
import { siblingSources } from './decide/siblings.ts';
import { unschedulableStatus } from './decide/unschedulable.ts';
import { Preemptor } from './preemptor.ts';
import { type Refused, SchedulingQueue } from './queue.ts';
import { Snapshot } from './snapshot.ts';
import { Volumes } from './volumes.ts';

export interface SchedulerOptions {
  readonly verbs: Verbs;
  readonly informers: Informers;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  /** Pods that name another scheduler are not ours. */
  readonly schedulerName?: string;
}

export interface SchedulerStats extends BinderStats {
  readonly waiting: number;
  readonly unschedulable: number;
  readonly refused: number;
  /** Pods that were made to leave for others. */
  readonly preempted: number;
}

const bounds = {
  /** Time spent deciding before other work of the process gets its turn. */
  turnMs: 10,
  forgottenMs: 60_000,
  /** A status that somebody else wrote in the meantime is written again so often. */
  reportsMax: 3,
  /** Templates of which what they need is remembered. */
  shapesMax: 8192,
};

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #name: string;
  readonly #logger: Logger;
  readonly #carrier: Carrier;
  readonly #preemptor: Preemptor;
  readonly #binder: Binder;
  readonly #snapshot: Snapshot;
  readonly #volumes: Volumes;
  readonly #queue = new SchedulingQueue();
  readonly #changes: Changes;
  readonly #shapes = new LruMap<string, PodShape>(bounds.shapesMax);
  /** Pods counted on a node that the server has not confirmed: by key, their uid. */
  readonly #assumed = new Map<string, string>();
  readonly #unlisten: (() => void)[] = [];
  #from = 0;
  #refused = 0;
  #preempted = 0;
  #scheduled = false;
  #wakeTimer: Timer | undefined;
  #forgottenTimer: Timer | undefined;
  #begun = false;
  #stopped = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#name = options.schedulerName ?? 'default-scheduler';
    this.#logger = options.logger.with({ loop: 'scheduler' });
    this.#carrier = new Carrier(options);
    this.#preemptor = new Preemptor({ ...options, carrier: this.#carrier, logger: this.#logger });
    for (const kind of sources) options.informers.of(kind);
    this.#volumes = new Volumes({
      ...options,
      carrier: this.#carrier,
      nodeOf: (key) => this.#snapshot.nodeOf(key),
      changed: (event, mayHelp) => this.#changes.noteAnywhere(event, mayHelp),
    });
    this.#binder = new Binder({
      ...options,
      carrier: this.#carrier,
      logger: this.#logger,
      volumes: this.#volumes,
      takeBack: (needs) => this.#takeBack(needs),
      wakeUp: () => this.#wakeUp(),
    });
    this.#snapshot = new Snapshot(this.#volumes, new InformerView(options.informers));
    this.#changes = new Changes({
      queue: this.#queue,
      snapshot: this.#snapshot,
      timers: options.timers,
      now: () => this.#now(),
      wakeUp: () => this.#wakeUp(),
    });
  }

  /** Resolves when the cluster is known and scheduling has begun. */
  async start(): Promise<void> {
    const { informers } = this.#options;
    await Promise.all(sources.map((kind) => informers.of(kind).whenSynced()));
    await this.#volumes.start();
    if (this.#stopped) return;
    this.#unlisten.push(
      informers.of(namespaces).listen((previous, next) => this.#namespaceChanged(previous, next)),
      informers.of(nodes).listen((previous, next) => this.#nodeChanged(previous, next)),
      informers.of(pods).listen((previous, next) => this.#podChanged(previous, next)),
    );
    this.#begun = true;
    this.#wakeForgotten();
    this.#wakeUp();
  }

  /** Resolves when bindings under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const quiet = this.#binder.stop();
    this.#volumes.stop();
    for (const unlisten of this.#unlisten) unlisten();
    for (const timer of [this.#wakeTimer, this.#forgottenTimer]) timer?.cancel();
    this.#changes.stop();
    await quiet;
  }

  stats(): SchedulerStats {
    return {
      waiting: this.#queue.size,
      unschedulable: this.#queue.parked,
      ...this.#binder.stats(),
      refused: this.#refused,
      preempted: this.#preempted,
    };
  }

  #namespaceChanged(previous: Namespace | undefined, next: Namespace | undefined): void {
    const { metadata } = next ?? previous ?? {};
    if (metadata === undefined) return;
    const [before, labels] = [previous?.metadata.labels, next?.metadata.labels];
    if (next !== undefined && previous !== undefined && sameLabels(before, labels)) return;
    this.#snapshot.setNamespace(metadata.name, next && (labels ?? {}));
    // Rules that select namespaces may mean other pods now.
    for (const event of ['pod-added', 'pod-removed'] as const) {
      this.#changes.noteAnywhere(event, () => true);
    }
  }

  #nodeChanged(previous: Node | undefined, next: Node | undefined): void {
    if (next === undefined) {
      if (previous === undefined) return;
      this.#snapshot.removeNode(previous.metadata.name);
      this.#changes.note('node-removed', previous.metadata.name);
      return;
    }
    this.#snapshot.setNode(next);
    for (const event of eventsOf(previous, next)) this.#changes.note(event, next.metadata.name);
  }

  #podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    const pod = next ?? previous;
    if (pod === undefined) return;
    const key = keyOf(pod);
    // Another pod under the same name: the first one's end was not told on its own.
    if (previous !== undefined && previous.metadata.uid !== pod.metadata.uid) this.#gone(key);
    if (next === undefined || isFinal(next.status?.phase)) {
      this.#gone(key);
      this.#volumes.podGone(pod);
    } else if (next.spec.nodeName) {
      this.#confirmed(key, next, next.spec.nodeName);
    } else if (this.#isOurs(next)) {
      this.#pending(key, previous, next);
    } else {
      this.#leaveQueue(key);
    }
  }

  #gone(key: string): void {
    this.#assumed.delete(key);
    this.#leaveQueue(key);
    const shape = this.#snapshot.podOf(key)?.shape;
    const node = this.#snapshot.remove(key);
    if (node !== undefined) this.#changes.note('pod-removed', node, shape);
  }

  #leaveQueue(key: string): void {
    this.#queue.remove(key, this.#now());
    this.#snapshot.unnominate(key);
  }

  #confirmed(key: string, pod: Pod, node: string): void {
    this.#assumed.delete(key);
    this.#leaveQueue(key);
    const counted = this.#snapshot.nodeOf(key);
    const known = counted === node ? this.#snapshot.podOf(key) : undefined;
    if (known !== undefined && isUnchanged(known.pod, pod)) {
      this.#snapshot.renew(key, pod);
      return;
    }
    const before = this.#snapshot.podOf(key)?.shape;
    const needs = this.#needsOf(pod);
    // What was assumed has come true, as far as anything counts.
    if (known?.uid === needs.uid && known.shape === needs.shape) {
      this.#snapshot.renew(key, pod);
      return;
    }
    this.#snapshot.place(needs, node);
    if (counted !== undefined) this.#changes.note('pod-removed', counted, before);
    this.#changes.note('pod-added', node, needs.shape);
  }

  #pending(key: string, previous: Pod | undefined, pod: Pod): void {
    const { uid = '' } = pod.metadata;
    if (this.#assumed.get(key) === uid) return;
    if (pod.metadata.deletionTimestamp !== undefined || isGated(pod)) {
      this.#leaveQueue(key);
      return;
    }
    const known = this.#queue.get(key);
    if (known?.uid === uid && previous !== undefined && isUnchanged(previous, pod)) {
      this.#queue.renew(key, pod);
      return;
    }
    const needs = this.#needsOf(pod);
    const nominated = pod.status?.nominatedNodeName;
    if (nominated) this.#snapshot.nominate(needs, nominated);
    this.#queue.add(needs, this.#now());
    this.#wakeUp();
  }

  #needsOf(pod: Pod): PodNeeds {
    return needsOf(pod, this.#shapes);
  }

  #isOurs(pod: Pod): boolean {
    return (pod.spec.schedulerName || 'default-scheduler') === this.#name;
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #wakeForgotten(): void {
    this.#forgottenTimer = this.#options.timers.after(bounds.forgottenMs, () => {
      this.#queue.wakeForgotten(this.#now());
      this.#wakeUp();
      this.#wakeForgotten();
    });
  }

  /** In a microtask: who calls is in the middle of telling others what changed. */
  #wakeUp(): void {
    if (!this.#begun || this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    void Promise.resolve().then(() => this.#turn());
  }

  #turn(): void {
    const end = this.#now() + bounds.turnMs;
    while (!this.#stopped && !this.#binder.isFull) {
      const needs = this.#queue.pop(this.#now());
      if (needs === undefined) break;
      this.#tryToSchedule(needs);
      if (this.#now() >= end) {
        this.#options.timers.after(0, () => this.#turn());
        return;
      }
    }
    this.#scheduled = false;
    this.#armBackoff();
  }

  #armBackoff(): void {
    const at = this.#queue.nextAt();
    this.#wakeTimer?.cancel();
    this.#wakeTimer = undefined;
    if (at === undefined || this.#stopped) return;
    const delay = Math.max(0, at - this.#now());
    this.#wakeTimer = this.#options.timers.after(delay, () => this.#wakeUp());
  }

  /** A decision that throws is a fault of its pod alone: the others get their nodes, and it is tried again. */
  #tryToSchedule(needs: PodNeeds): void {
    try {
      this.#schedule(needs);
    } catch (error) {
      this.#logger.error('a pod could not be decided', { pod: needs.key, error });
      this.#queue.failed(needs.key, this.#now());
    }
  }

  #schedule(needs: PodNeeds): void {
    const known = this.#queue.known(needs.shape);
    if (known !== undefined && this.#snapshot.nominationOf(needs.key) === undefined) {
      this.#park(needs, known, undefined);
      return;
    }
    this.#snapshot.pods.trim();
    const placement = placementOf(needs, this.#snapshot, this.#chance());
    if (placement.type === 'none') {
      this.#refuse(needs, placement);
      return;
    }
    const { node, looked, volumes } = placement;
    this.#from = (this.#from + looked) % Math.max(1, this.#snapshot.nodes.length);
    this.#snapshot.unnominate(needs.key);
    this.#snapshot.place(needs, node);
    this.#assumed.set(needs.key, needs.uid);
    this.#queue.placed(needs.key, this.#now());
    this.#changes.note('pod-added', node, needs.shape);
    void this.#binder.bind(needs, node, volumes);
  }

  #chance(): Chance {
    const { random } = this.#options;
    return { from: this.#from, below: (bound: number) => random.below(bound) };
  }

  #refuse(needs: PodNeeds, placement: NoPlacement): void {
    const codes = codesOf(placement);
    const preemption = preemptionOf(
      needs,
      placement,
      this.#snapshot,
      this.#budgets(),
      this.#chance(),
    );
    if (preemption.type === 'preempt') {
      this.#refused++;
      this.#preempt(needs, { codes, message: messageOf(placement, undefined) }, preemption);
      return;
    }
    if (!preemption.isWaiting) this.#snapshot.unnominate(needs.key);
    const nominated = this.#snapshot.nominationOf(needs.key);
    this.#park(needs, { codes, message: messageOf(placement, preemption.because) }, nominated);
  }

  #park(needs: PodNeeds, refused: Refused, nominated: string | undefined): void {
    this.#refused++;
    this.#queue.refused(needs.key, refused, this.#now(), nominated !== undefined);
    this.#tell(needs, refused, nominated);
  }

  #tell(needs: PodNeeds, { message }: Refused, nominated: string | undefined): void {
    const now = this.#options.clock.now();
    void this.#report(needs, (pod) => unschedulableStatus(pod, message, nominated, now));
  }

  /** The pod stays out of the queue until its victims have been told. */
  #preempt(needs: PodNeeds, refused: Refused, preemption: Preemption): void {
    const { node, victims } = preemption;
    for (const other of this.#snapshot.nominatedTo(node)) {
      if (other.shape.priority >= needs.shape.priority) continue;
      this.#snapshot.unnominate(other.key);
      void this.#report(other, withoutNomination);
    }
    this.#snapshot.nominate(needs, node);
    this.#preempted += victims.length;
    this.#tell(needs, refused, node);
    void this.#preemptor.carryOut(needs, preemption).then((isDone) => {
      if (this.#stopped) return;
      if (!isDone) this.#queue.failed(needs.key, this.#now());
      // They may have gone in the meantime.
      else if (this.#hasRoom(needs, node)) this.#queue.retried(needs.key, this.#now());
      else this.#queue.refused(needs.key, refused, this.#now(), true);
      this.#wakeUp();
    });
  }

  #hasRoom(needs: PodNeeds, node: string): boolean {
    const state = this.#snapshot.find(node);
    if (state?.node === undefined) return false;
    return refusalsOf(needs, state, this.#snapshot) === undefined;
  }

  #budgets(): readonly Budget[] {
    return this.#options.informers.of(podDisruptionBudgets).cache.list().map(budgetOf);
  }

  /** `actionsOf` is asked with the pod as it is now; somebody may be writing its status at the same time. */
  async #report(needs: PodNeeds, actionsOf: (pod: Pod) => readonly Action[]): Promise<void> {
    for (let tries = 1; tries <= bounds.reportsMax; tries++) {
      const pod = this.#options.informers.of(pods).cache.get(needs.key);
      if (pod === undefined || pod.metadata.uid !== needs.uid || pod.spec.nodeName) return;
      try {
        await this.#carrier.carryOut(actionsOf(pod));
        return;
      } catch (error) {
        if (error instanceof ActionRefused && error.cause.reason === 'Conflict') continue;
        this.#logger.debug('a refusal could not be reported', { pod: needs.key, error });
        return;
      }
    }
  }

  /** Takes the assumption back, unless the watch has already told better. */
  #takeBack(needs: PodNeeds): void {
    if (this.#assumed.get(needs.key) !== needs.uid) return;
    this.#assumed.delete(needs.key);
    const node = this.#snapshot.remove(needs.key);
    if (node !== undefined) this.#changes.note('pod-removed', node, needs.shape);
    const pod = this.#options.informers.of(pods).cache.get(needs.key);
    if (pod === undefined || pod.metadata.uid !== needs.uid || pod.spec.nodeName) {
      this.#leaveQueue(needs.key);
    } else {
      this.#queue.failed(needs.key, this.#now());
    }
  }
}

/** Nodes and pods are listened to; the others are looked up. */
const sources: readonly Kind[] = [namespaces, nodes, pods, podDisruptionBudgets, ...siblingSources];
