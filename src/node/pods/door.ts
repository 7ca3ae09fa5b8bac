/**
 * Lets pods in, one at a time in the order in which they came, so that two never take the same room.
 * One whose place has to be made first, or whose node may have changed, keeps those behind it waiting.
 */
import { nodes } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import { parseTime } from '#api/time.ts';
import type { Node, Pod } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import {
  type Admission,
  type AdmissionFacts,
  admissionOf,
  rejectedWords,
} from '../decide/admission.ts';
import type { NodeVerdict } from '../decide/facts.ts';
import { isMirror } from '../decide/static-pods.ts';
import type { PodWorker } from './pod-worker.ts';

export interface DoorOptions {
  readonly nodeName: string;
  readonly verbs: Verbs;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly workers: () => Iterable<PodWorker>;
  /** Settles when no news of pods that went is still to come. */
  readonly whenInformed: () => Promise<void> | undefined;
  /** All that is asked of the node, as last heard of. */
  readonly facts: () => Pick<
    AdmissionFacts<PodWorker>,
    'node' | 'allocatable' | 'pressure' | 'machine'
  >;
}

/** The server may be away for a moment; then the last news has to do. */
const askAgainMs = [200, 400, 800, 1600, 3200];
/** As the kubelet gives a pod that it ends for another one. */
const leastWaitMs = 10_000;

export class Door {
  readonly #options: DoorOptions;
  #waiting: PodWorker[] = [];
  /** Somebody is being looked at. */
  #busy = false;
  #open = false;
  #stopped = false;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** All pods that run here already are known: from now on others come in, the oldest first. */
  open(): void {
    this.#open = true;
    const made = ({ pod }: PodWorker): number =>
      pod.metadata.creationTimestamp === undefined ? 0 : parseTime(pod.metadata.creationTimestamp);
    this.#waiting.sort((a, b) => made(a) - made(b));
    this.#begin();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** `worker` begins when it is let in, or ends when it is not. */
  knock(worker: PodWorker): void {
    this.#waiting.push(worker);
    this.#begin();
  }

  /** A moment later: what was told together with the pod has been seen by then. */
  #begin(): void {
    if (this.#busy || !this.#open) return;
    this.#busy = true;
    queueMicrotask(() => void this.#work());
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next && !this.#stopped; next = this.#waiting.shift()) {
      // The node's own pods wait for no server.
      const informed = isMirror(next.pod) ? undefined : this.#options.whenInformed();
      if (informed) await informed;
      // It is being deleted before it was let in.
      if (next.isLeaving) continue;
      try {
        await this.#judge(next);
      } catch (error) {
        // A fault of ours must not keep all others out, nor let in somebody for whom there may be no room.
        const { name, namespace } = next.pod.metadata;
        this.#options.logger.error('a pod could not be judged', { name, namespace, error });
        this.#turnAway(next, {
          reason: 'UnexpectedAdmissionError',
          message: `Unexpected error while judging whether the node can take the pod: ${wordsOf(error)}`,
        });
      }
    }
    this.#busy = false;
  }

  async #judge(worker: PodWorker): Promise<void> {
    const { pod } = worker;
    const decided = this.#decide(pod);
    if (decided.type === 'admit') worker.admit(pod);
    else await this.#doubt(worker, decided);
  }

  #decide(pod: Pod, node?: Node): Admission<PodWorker> {
    const { workers, facts } = this.#options;
    const residents = [...workers()].filter(({ takesRoom }) => takesRoom);
    return admissionOf({ pod, residents, ...facts(), ...(node && { node }) });
  }

  async #doubt(worker: PodWorker, first: Admission<PodWorker>): Promise<void> {
    const isOld = first.type === 'reject' && first.byNode && !isMirror(worker.pod);
    const node = isOld ? await this.#newestNode() : undefined;
    const { pod } = worker;
    const decided = node ? this.#decide(pod, node) : first;
    if (worker.isLeaving || this.#stopped) return;
    if (decided.type === 'preempt') await this.#makeRoom(worker, decided.victims);
    if (decided.type !== 'reject') return worker.admit(pod);
    const { reason, message } = decided;
    const { name, namespace } = worker.pod.metadata;
    this.#options.logger.info('a pod is not let in', { name, namespace, reason, message });
    this.#turnAway(worker, decided);
  }

  #turnAway(worker: PodWorker, { reason, message }: Pick<Rejection, 'reason' | 'message'>): void {
    worker.fail({ ...turnedAway, reason, message: `${rejectedWords}${message}` });
  }

  async #newestNode(): Promise<Node | undefined> {
    const { verbs, nodeName, timers, logger } = this.#options;
    for (const delay of askAgainMs) {
      try {
        return (await verbs.get({ ...collectionOf(nodes), name: nodeName })) as Node;
      } catch (error) {
        logger.debug('cannot ask what this node is like', { error: wordsOf(error) });
        await new Promise<void>((resolve) => timers.after(delay, resolve));
      }
    }
    return undefined;
  }

  async #makeRoom({ pod }: PodWorker, victims: readonly PodWorker[]): Promise<void> {
    const { timers, logger } = this.#options;
    const graces = victims.map((victim) => victim.pod.spec?.terminationGracePeriodSeconds ?? 30);
    logger.info('ending pods to make room', {
      for: `${pod.metadata.namespace}/${pod.metadata.name}`,
      pods: victims.map(({ pod: { metadata } }) => `${metadata.namespace}/${metadata.name}`),
    });
    for (const [index, victim] of victims.entries()) {
      victim.fail({ ...preempted, graceSeconds: graces[index] ?? 0 });
    }
    const patience = Math.max(leastWaitMs, Math.max(...graces) * 1500);
    const late = new Promise<void>((resolve) => timers.after(patience, resolve));
    await Promise.race([Promise.all(victims.map((victim) => victim.whenQuiet())), late]);
  }
}

type Rejection = Extract<Admission<never>, { readonly type: 'reject' }>;

const turnedAway = { graceSeconds: 0, disruption: false };

const preempted: NodeVerdict = {
  reason: 'Preempting',
  message: 'Preempted in order to admit critical pod',
  graceSeconds: 0,
  disruption: true,
  disruptionMessage: 'Pod was preempted by Kubelet to accommodate a critical pod.',
};
