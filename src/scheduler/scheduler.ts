/**
 * Takes pods from the queue one after the other, decides, assumes, and binds beside the next
 * decisions. Decisions are synchronous over the snapshot, so no two of them see the same free room.
 */
import type { Action } from '#api/decision.ts';
import { nodes, pods } from '#api/kinds/index.ts';
import { keyOf } from '#api/object.ts';
import type { Node, Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import { ActionRefused, Carrier } from '#client/carry-out.ts';
import type { EventRecorder } from '#client/events.ts';
import type { Informers } from '#client/informers.ts';
import { type ClusterEvent, eventsOf } from './decide/cures.ts';
import { refusalsOf } from './decide/filters.ts';
import { messageOf } from './decide/message.ts';
import { codesOf, type Placement, placementOf } from './decide/placement.ts';
import { needsOf, type PodNeeds } from './decide/pod-needs.ts';
import { unschedulableStatus } from './decide/unschedulable.ts';
import type { VolumePlan } from './decide/volumes.ts';
import { SchedulingQueue } from './queue.ts';
import { Snapshot } from './snapshot.ts';
import { Volumes, VolumesNotBound } from './volumes.ts';

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

export interface SchedulerStats {
  readonly waiting: number;
  readonly unschedulable: number;
  readonly binding: number;
  readonly bound: number;
  readonly refused: number;
  readonly bindingsFailed: number;
}

const bounds = {
  /** Bindings under way; more wait, which fills the server's write batches without flooding it. */
  bindingsMax: 256,
  /** Time spent deciding before other work of the process gets its turn. */
  turnMs: 10,
  /** Changes of nodes are gathered for so long before waiting pods are looked at. */
  gatherMs: 50,
  forgottenMs: 60_000,
};

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #name: string;
  readonly #logger: Logger;
  readonly #carrier: Carrier;
  readonly #snapshot: Snapshot;
  readonly #volumes: Volumes;
  readonly #queue = new SchedulingQueue();
  /** Pods counted on a node that the server has not confirmed: by key, their uid. */
  readonly #assumed = new Map<string, string>();
  readonly #changed = new Map<string, Set<ClusterEvent>>();
  readonly #unlisten: (() => void)[] = [];
  #from = 0;
  #binding = 0;
  #bound = 0;
  #refused = 0;
  #bindingsFailed = 0;
  #scheduled = false;
  #wakeTimer: Timer | undefined;
  #gatherTimer: Timer | undefined;
  #forgottenTimer: Timer | undefined;
  #begun = false;
  #stopped = false;
  #whenQuiet: (() => void) | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#name = options.schedulerName ?? 'default-scheduler';
    this.#logger = options.logger.with({ loop: 'scheduler' });
    this.#carrier = new Carrier(options);
    this.#volumes = new Volumes({
      ...options,
      carrier: this.#carrier,
      isPlaced: (key) => this.#snapshot.nodeOf(key) !== undefined,
      changed: (event, mayHelp) => this.#wakeSome(event, mayHelp),
    });
    this.#snapshot = new Snapshot(this.#volumes);
    options.informers.of(nodes);
    options.informers.of(pods);
  }

  /** Resolves when nodes and pods are known and scheduling has begun. */
  async start(): Promise<void> {
    const { informers } = this.#options;
    await Promise.all([informers.of(nodes).whenSynced(), informers.of(pods).whenSynced()]);
    await this.#volumes.start();
    if (this.#stopped) return;
    this.#unlisten.push(
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
    this.#volumes.stop();
    for (const unlisten of this.#unlisten) unlisten();
    for (const timer of [this.#wakeTimer, this.#gatherTimer, this.#forgottenTimer]) timer?.cancel();
    if (this.#binding > 0) await new Promise<void>((resolve) => (this.#whenQuiet = resolve));
  }

  stats(): SchedulerStats {
    return {
      waiting: this.#queue.size,
      unschedulable: this.#queue.parked,
      binding: this.#binding,
      bound: this.#bound,
      refused: this.#refused,
      bindingsFailed: this.#bindingsFailed,
    };
  }

  #nodeChanged(previous: Node | undefined, next: Node | undefined): void {
    if (next === undefined) {
      if (previous !== undefined) this.#snapshot.removeNode(previous.metadata.name);
      return;
    }
    this.#snapshot.setNode(next);
    for (const event of eventsOf(previous, next)) this.#note(next.metadata.name, event);
  }

  #podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    const pod = next ?? previous;
    if (pod === undefined) return;
    const key = keyOf(pod);
    // Another pod under the same name: the first one's end was not told on its own.
    if (previous !== undefined && previous.metadata.uid !== pod.metadata.uid) this.#gone(key);
    if (next === undefined || isFinished(next)) {
      this.#gone(key);
      this.#volumes.podGone(pod);
    } else if (next.spec.nodeName) {
      this.#confirmed(key, next, next.spec.nodeName);
    } else if (this.#isOurs(next)) {
      this.#pending(key, previous, next);
    } else {
      this.#queue.remove(key);
    }
  }

  #gone(key: string): void {
    this.#assumed.delete(key);
    this.#queue.remove(key);
    const node = this.#snapshot.remove(key);
    if (node !== undefined) this.#note(node, 'pod-removed');
  }

  #confirmed(key: string, pod: Pod, node: string): void {
    this.#assumed.delete(key);
    this.#queue.remove(key);
    const counted = this.#snapshot.nodeOf(key);
    const state = counted === node ? this.#snapshot.find(node)?.pod(key) : undefined;
    if (state !== undefined && isUnchanged(state.pod, pod)) return;
    this.#snapshot.place(needsOf(pod), node);
    if (counted !== undefined) this.#note(counted, 'pod-removed');
  }

  #pending(key: string, previous: Pod | undefined, pod: Pod): void {
    const { uid = '' } = pod.metadata;
    if (this.#assumed.get(key) === uid) return;
    if (pod.metadata.deletionTimestamp !== undefined || isGated(pod)) {
      this.#queue.remove(key);
      return;
    }
    const known = this.#queue.get(key);
    if (known?.uid === uid && previous !== undefined && isUnchanged(previous, pod)) return;
    this.#queue.add(needsOf(pod), this.#now());
    this.#wakeUp();
  }

  #isOurs(pod: Pod): boolean {
    return (pod.spec.schedulerName || 'default-scheduler') === this.#name;
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  /** A node that may take pods that it refused before. */
  #note(node: string, event: ClusterEvent): void {
    if (this.#queue.parked === 0) return;
    const events = this.#changed.get(node) ?? new Set();
    this.#changed.set(node, events.add(event));
    this.#gatherTimer ??= this.#options.timers.after(bounds.gatherMs, () => this.#wakeCured());
  }

  /** Only pods that one of the changed nodes would take now: the others would be refused again. */
  #wakeCured(): void {
    this.#gatherTimer = undefined;
    const now = this.#now();
    for (const [name, events] of this.#changed) {
      const state = this.#snapshot.find(name);
      if (state?.node === undefined) continue;
      this.#queue.wake(events, (needs) => refusalsOf(needs, state) === undefined, now);
    }
    this.#changed.clear();
    this.#wakeUp();
  }

  #wakeSome(event: ClusterEvent, mayHelp: (needs: PodNeeds) => boolean): void {
    if (this.#queue.parked === 0) return;
    this.#queue.wake(new Set([event]), mayHelp, this.#now());
    this.#wakeUp();
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
    while (!this.#stopped && this.#binding < bounds.bindingsMax) {
      const needs = this.#queue.pop(this.#now());
      if (needs === undefined) break;
      this.#schedule(needs);
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

  #schedule(needs: PodNeeds): void {
    const { random } = this.#options;
    const chance = { from: this.#from, below: (bound: number) => random.below(bound) };
    const placement = placementOf(needs, this.#snapshot, chance);
    if (placement.type === 'none') {
      this.#refuse(needs, placement);
      return;
    }
    this.#from = (this.#from + placement.looked) % Math.max(1, this.#snapshot.nodes.length);
    this.#snapshot.place(needs, placement.node);
    this.#assumed.set(needs.key, needs.uid);
    void this.#bind(needs, placement.node, placement.volumes);
  }

  async #bind(needs: PodNeeds, node: string, volumes: VolumePlan | undefined): Promise<void> {
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
    this.#volumes.promise(needs, plan);
    try {
      await this.#volumes.bind(plan, node);
      return !this.#stopped;
    } catch (error) {
      const known = error instanceof ActionRefused || error instanceof VolumesNotBound;
      if (!known) throw error;
      const message = `running PreBind plugin "VolumeBinding": binding volumes: ${error.message}`;
      this.#logger.info('the volumes of a pod were not bound', { pod: needs.key, error: message });
      if (!this.#stopped) {
        const regarding = needs.pod;
        const reason = 'FailedScheduling';
        this.#options.recorder.record({ regarding, level: 'Warning', reason, message });
      }
      this.#bindingsFailed++;
      this.#forget(needs);
      return false;
    } finally {
      this.#volumes.forget(needs.key);
      this.#wakeUp();
    }
  }

  #refuse(needs: PodNeeds, placement: Extract<Placement, { type: 'none' }>): void {
    this.#refused++;
    this.#queue.refused(needs.key, codesOf(placement.refusals));
    const message = messageOf(placement.refusals, placement.nodes);
    const actions = unschedulableStatus(needs.pod, message, this.#options.clock.now());
    void this.#report(needs.key, actions);
  }

  async #report(key: string, actions: readonly Action[]): Promise<void> {
    try {
      await this.#carrier.carryOut(actions);
    } catch (error) {
      // The pod changed or went: the watch tells, and another decision says it anew.
      this.#logger.debug('a refusal could not be reported', { key, error });
    }
  }

  async #carryOut(needs: PodNeeds, actions: readonly Action[]): Promise<void> {
    this.#binding++;
    try {
      await this.#carrier.carryOut(actions);
      this.#bound++;
    } catch (error) {
      this.#bindingsFailed++;
      this.#forget(needs);
      const known = error instanceof ActionRefused;
      const fields = { pod: needs.key, error: known ? error.message : error };
      this.#logger.warn('a pod could not be bound', fields);
    }
    this.#binding--;
    if (this.#stopped && this.#binding === 0) this.#whenQuiet?.();
    this.#wakeUp();
  }

  /** Takes the assumption back, unless the watch has already told better. */
  #forget(needs: PodNeeds): void {
    if (this.#assumed.get(needs.key) !== needs.uid) return;
    this.#assumed.delete(needs.key);
    const node = this.#snapshot.remove(needs.key);
    if (node !== undefined) this.#note(node, 'pod-removed');
    const { namespace, name } = needs.pod.metadata;
    const pod = this.#options.informers.of(pods).cache.get(`${namespace}/${name}`);
    if (pod === undefined || pod.metadata.uid !== needs.uid || pod.spec.nodeName) {
      this.#queue.remove(needs.key);
    } else {
      this.#queue.failed(needs.key, this.#now());
    }
  }
}

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function isGated(pod: Pod): boolean {
  return (pod.spec.schedulingGates?.length ?? 0) > 0;
}

/** Its status alone changed, which counts for nothing here. */
function isUnchanged(previous: Pod, next: Pod): boolean {
  const { uid, generation } = previous.metadata;
  if (uid !== next.metadata.uid) return false;
  if (generation !== undefined && next.metadata.generation !== undefined) {
    return generation === next.metadata.generation;
  }
  return JSON.stringify(previous.spec) === JSON.stringify(next.spec);
}
