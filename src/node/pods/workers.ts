/**
 * Which pods have a worker here: those that the API gives to this node, those of its own files, and what the
 * runtime still has of pods that neither knows. Each begins once, and is forgotten when nothing is left of it.
 */
import { podRequests } from '#api/kinds/pod-spec/requests.ts';
import { isFinal } from '#api/pod-phase.ts';
import { millisOf, unitsOf } from '#api/quantity.ts';
import type { Pod } from '#api/types.ts';
import type { Logger } from '#base/log.ts';
import type { Informer } from '#client/informer.ts';
import type { Allocatable } from '../config/field-refs.ts';
import type { NodeRoom } from '../decide/resize.ts';
import type { RuntimeMirror } from '../runtime/mirror.ts';
import type { StaticPods } from '../static/static-pods.ts';
import { PodWorker } from './pod-worker.ts';
import type { PodServices } from './services.ts';

export interface WorkersOptions {
  readonly pods: Informer<Pod>;
  readonly static: StaticPods;
  readonly mirror: RuntimeMirror;
  readonly logger: Logger;
  /** Undefined: the agent has not begun yet, and nobody else does. */
  readonly servicesFor: (pod: Pod) => PodServices | undefined;
  readonly began: (worker: PodWorker) => void;
  /** Has to be let in before its first step. */
  readonly knocks: (worker: PodWorker) => void;
  /** Labels or annotations, which files in its volumes may show. */
  readonly relabelled: (uid: string) => void;
}

export class Workers {
  readonly #options: WorkersOptions;
  readonly #byUid = new Map<string, PodWorker>();

  constructor(options: WorkersOptions) {
    this.#options = options;
  }

  get(uid: string): PodWorker | undefined {
    return this.#byUid.get(uid);
  }

  /** As they are now: who goes through them may start and end some. */
  all(): readonly PodWorker[] {
    return [...this.#byUid.values()];
  }

  uids(): readonly string[] {
    return [...this.#byUid.keys()];
  }

  /** What the API tells of a pod of this node. */
  podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    if (this.#options.static.mirrorChanged(previous, next)) return;
    const before = previous?.metadata.uid ?? '';
    if (previous && before !== next?.metadata.uid) {
      this.get(before)?.setGone();
      this.#lookForRemains(before);
    }
    if (!next) return;
    const uid = next.metadata.uid ?? '';
    const worker = this.get(uid);
    if (!worker) return this.#start(next, false);
    const old = worker.pod;
    worker.update(next);
    if (old.spec !== next.spec || isOver(old) !== isOver(next)) this.#roomChanged();
    if (
      JSON.stringify(old.metadata.labels) !== JSON.stringify(next.metadata.labels) ||
      JSON.stringify(old.metadata.annotations) !== JSON.stringify(next.metadata.annotations)
    ) {
      this.#options.relabelled(uid);
    }
  }

  /** What the node's own files say. */
  staticChanged(uid: string, pod: Pod | undefined): void {
    const worker = this.get(uid);
    if (!pod) worker?.setGone();
    else if (worker) worker.update(pod);
    else this.#start(pod, false);
  }

  /** The node's own files have been read: mirrors that came before can be told apart now. */
  staticSynced(): void {
    const { pods, static: own } = this.#options;
    for (const pod of pods.cache.list()) own.mirrorChanged(undefined, pod);
    this.adoptOrphans();
  }

  runtimeChanged(uid: string): void {
    const worker = this.get(uid);
    if (worker) worker.wake();
    else this.adoptOrphans();
  }

  /**
   * Pods of the runtime that neither the API nor a file of the node knows: ended by what their labels say.
   * While either is still being read nobody is an orphan.
   */
  adoptOrphans(): void {
    const { pods, static: own, mirror, logger } = this.#options;
    if (!pods.synced || !own.synced) return;
    const known = new Set(pods.cache.list().map(({ metadata }) => metadata.uid));
    for (const uid of mirror.podUids()) {
      if (uid === '' || known.has(uid) || this.#byUid.has(uid) || own.has(uid)) continue;
      const pod = mirror.podAsMarked(uid);
      const { name, namespace } = pod.metadata;
      logger.info('ending a pod that the API does not know', { name, namespace });
      this.#start(pod, true);
    }
  }

  /** For a pod that wants to grow. */
  roomFor(uid: string, allocatable: Allocatable): NodeRoom {
    const others = [...this.#byUid]
      .filter(([own, { takesRoom }]) => own !== uid && takesRoom)
      .map(([, { granted }]) => podRequests(granted.spec ?? { containers: [] }));
    const sum = (name: string, read: (text: string) => number): number =>
      others.reduce((total, asked) => total + read(asked[name] ?? '0'), 0);
    return {
      cpuMilli: millisOf(allocatable['cpu'] ?? '0'),
      memoryBytes: unitsOf(allocatable['memory'] ?? '0'),
      othersCpuMilli: sum('cpu', millisOf),
      othersMemoryBytes: sum('memory', unitsOf),
    };
  }

  #start(pod: Pod, gone: boolean): void {
    const { servicesFor, began, knocks } = this.#options;
    const uid = pod.metadata.uid ?? '';
    const services = servicesFor(pod);
    if (!services) return;
    const held = !gone && this.#isNew(pod);
    const worker = new PodWorker(pod, { gone, held }, services, () => this.#ended(uid, gone));
    this.#byUid.set(uid, worker);
    began(worker);
    if (held) knocks(worker);
    worker.wake();
  }

  #ended(uid: string, gone: boolean): void {
    this.#byUid.delete(uid);
    this.#roomChanged();
    this.#options.static.ended();
    if (!gone) this.#lookForRemains(uid);
  }

  /** Nothing was ever done for it here. */
  #isNew({ metadata, status }: Pod): boolean {
    const { mirror } = this.#options;
    return !status?.startTime && mirror.sandboxesOf(metadata.uid ?? '').length === 0;
  }

  /** What the runtime had begun for a pod may come to light while the pod's object is being deleted. */
  #lookForRemains(uid: string): void {
    if (this.#byUid.has(uid)) return;
    if (this.#options.mirror.sandboxesOf(uid).length > 0) this.adoptOrphans();
  }

  /** A pod went or shrank: who waits for room looks again. */
  #roomChanged(): void {
    for (const worker of this.#byUid.values()) {
      if (worker.waitsForRoom) worker.wake();
    }
  }
}

const isOver = ({ status }: Pod): boolean => isFinal(status?.phase);
