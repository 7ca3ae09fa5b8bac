/**
 * Changes of the cluster that may help parked pods, gathered for a moment: a burst of them costs one
 * look per group of pods and node, not one per change.
 */
import type { Timer, Timers } from '#base/clock.ts';
import { type ClusterEvent, concerns } from './decide/cures.ts';
import { refusalsOf } from './decide/filters.ts';
import type { PodNeeds, PodShape } from './decide/pod-needs.ts';
import type { SchedulingQueue, Scope } from './queue.ts';
import type { Snapshot } from './snapshot.ts';

const gatherMs = 50;

interface Change {
  readonly event: ClusterEvent;
  readonly node: string;
  /** Of the pod that came or went. */
  readonly shape: PodShape | undefined;
}

export interface ChangesOptions {
  readonly queue: SchedulingQueue;
  readonly snapshot: Snapshot;
  readonly timers: Timers;
  readonly now: () => number;
  /** Pods may have become active. */
  readonly wakeUp: () => void;
}

export class Changes {
  readonly #options: ChangesOptions;
  readonly #gathered = new Map<string, Change>();
  #timer: Timer | undefined;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  note(event: ClusterEvent, node: string, shape?: PodShape): void {
    const { queue, timers } = this.#options;
    if (queue.parked === 0 || !queue.awaits(event)) return;
    this.#gathered.set(`${event} ${node} ${shape?.describedKey}`, { event, node, shape });
    this.#timer ??= timers.after(gatherMs, () => this.#look());
  }

  /** Something that may help the pods that `mayHelp`, whatever their nodes. */
  noteAnywhere(event: ClusterEvent, mayHelp: (needs: PodNeeds) => boolean): void {
    const { queue, now, wakeUp } = this.#options;
    if (queue.parked === 0) return;
    queue.wake([{ event }], mayHelp, now());
    wakeUp();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    this.#timer = undefined;
    const { queue, now, wakeUp } = this.#options;
    const changes = [...this.#gathered.values()];
    this.#gathered.clear();
    queue.wake(changes, this.#asking(), now());
    wakeUp();
  }

  /** Pods of one shape get one answer; whoever waits for room that was made on the node, its own. */
  #asking(): (needs: PodNeeds, scope: Scope, change: Change) => boolean {
    const { snapshot } = this.#options;
    const answers = new Map<Change, Record<Scope, Map<string, boolean>>>();
    return (needs, scope, change) => {
      if (snapshot.nominationOf(needs.key) === change.node) {
        return this.#helps(needs, scope, change);
      }
      let known = answers.get(change);
      if (known === undefined) {
        answers.set(change, (known = { here: new Map(), anywhere: new Map() }));
      }
      const { key } = needs.shape;
      const answer = known[scope].get(key) ?? this.#helps(needs, scope, change);
      known[scope].set(key, answer);
      return answer;
    };
  }

  /** Only pods that would not be refused again for all that is known. */
  #helps(needs: PodNeeds, scope: Scope, { node, shape }: Change): boolean {
    const { snapshot } = this.#options;
    if (scope === 'anywhere') {
      return shape === undefined || concerns(needs.shape, shape, snapshot.pods.namespaceLabels);
    }
    const state = snapshot.find(node);
    return state?.node !== undefined && refusalsOf(needs, state, snapshot) === undefined;
  }
}
