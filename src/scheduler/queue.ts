/**
 * Pods that wait for a node.
 *
 * Promises: a pod is in one of three places. *Active* pods come out by priority, then by how long
 * they have waited. A refused pod is *parked* until something happens that could cure its refusal, or
 * five minutes are over; then, and after a failed binding, it waits in *backoff* as long as its number
 * of attempts asks (1 s, 2 s, … 10 s) before it is active again. Bounded by the number of pods.
 */
import type { SchedulingCode } from '#api/reasons.ts';
import { Heap } from '#client/heap.ts';
import type { ClusterEvent } from './decide/cures.ts';
import { mayCure } from './decide/cures.ts';
import type { PodNeeds } from './decide/pod-needs.ts';

type Place = 'active' | 'backoff' | 'parked' | 'out';

interface Waiting {
  needs: PodNeeds;
  place: Place;
  /** Grows with every move; entries of a heap with an older one are outdated. */
  move: number;
  /** Monotonic milliseconds of the first addition: who came first goes first. */
  readonly since: number;
  attempts: number;
  lastAttempt: number;
  codes: ReadonlySet<SchedulingCode>;
}

interface HeapEntry {
  readonly waiting: Waiting;
  readonly move: number;
  readonly at: number;
}

const backoff = { firstMs: 1000, maxMs: 10_000 };
const parkedMaxMs = 5 * 60_000;

export class SchedulingQueue {
  readonly #pods = new Map<string, Waiting>();
  readonly #parked = new Map<string, Waiting>();
  readonly #active = new Heap<HeapEntry>(goesFirst);
  readonly #backoff = new Heap<HeapEntry>((a, b) => a.at < b.at);

  get size(): number {
    return this.#pods.size;
  }

  get parked(): number {
    return this.#parked.size;
  }

  /** A new pod, or one that changed: a changed pod deserves a new try at once. */
  add(needs: PodNeeds, now: number): void {
    const known = this.#pods.get(needs.key);
    if (known !== undefined && known.needs.uid === needs.uid) {
      known.needs = needs;
      if (known.place !== 'out') this.#activate(known);
      return;
    }
    const codes = new Set<SchedulingCode>();
    const waiting: Waiting = {
      needs,
      place: 'out',
      move: 0,
      since: now,
      attempts: 0,
      lastAttempt: now,
      codes,
    };
    this.#pods.set(needs.key, waiting);
    this.#parked.delete(needs.key);
    this.#activate(waiting);
  }

  remove(key: string): void {
    const waiting = this.#pods.get(key);
    if (waiting !== undefined) this.#leave(waiting, 'out');
    this.#pods.delete(key);
  }

  get(key: string): PodNeeds | undefined {
    return this.#pods.get(key)?.needs;
  }

  /** The next pod, which is out of the queue until `refused`, `failed` or `remove`. */
  pop(now: number): PodNeeds | undefined {
    this.#wakeDue(now);
    for (let entry = this.#active.pop(); entry !== undefined; entry = this.#active.pop()) {
      if (isOutdated(entry)) continue;
      const { waiting } = entry;
      this.#leave(waiting, 'out');
      waiting.attempts++;
      waiting.lastAttempt = now;
      return waiting.needs;
    }
    return undefined;
  }

  /** No node took it. */
  refused(key: string, codes: ReadonlySet<SchedulingCode>): void {
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    this.#leave(waiting, 'parked');
    waiting.codes = codes;
    this.#parked.set(key, waiting);
  }

  /** Its binding failed: another try when its backoff is over. */
  failed(key: string, now: number): void {
    const waiting = this.#pods.get(key);
    if (waiting !== undefined) this.#requeue(waiting, now);
  }

  /** Moves on parked pods that the events may have cured and that `fits` says could go there. */
  wake(events: ReadonlySet<ClusterEvent>, fits: (needs: PodNeeds) => boolean, now: number): void {
    for (const waiting of [...this.#parked.values()]) {
      if (mayCure(events, waiting.codes) && fits(waiting.needs)) this.#requeue(waiting, now);
    }
  }

  /** When `pop` may have something it has not now (monotonic milliseconds). */
  nextAt(): number | undefined {
    let next = this.#backoff.peek();
    for (; next !== undefined && isOutdated(next); next = this.#backoff.peek()) this.#backoff.pop();
    return next?.at;
  }

  get hasActive(): boolean {
    let first = this.#active.peek();
    for (; first !== undefined && isOutdated(first); first = this.#active.peek())
      this.#active.pop();
    return first !== undefined;
  }

  /** Pods parked for long: nobody can think of every cure. */
  wakeForgotten(now: number): void {
    for (const waiting of [...this.#parked.values()]) {
      if (now - waiting.lastAttempt >= parkedMaxMs) this.#requeue(waiting, now);
    }
  }

  #requeue(waiting: Waiting, now: number): void {
    const delay = Math.min(
      backoff.maxMs,
      backoff.firstMs * 2 ** Math.min(waiting.attempts - 1, 10),
    );
    const at = waiting.lastAttempt + delay;
    if (at <= now) {
      this.#activate(waiting);
      return;
    }
    this.#leave(waiting, 'backoff');
    this.#backoff.push({ waiting, move: waiting.move, at });
  }

  #wakeDue(now: number): void {
    for (let next = this.nextAt(); next !== undefined && next <= now; next = this.nextAt()) {
      const entry = this.#backoff.pop();
      if (entry !== undefined) this.#activate(entry.waiting);
    }
  }

  #activate(waiting: Waiting): void {
    this.#leave(waiting, 'active');
    this.#active.push({ waiting, move: waiting.move, at: waiting.since });
  }

  #leave(waiting: Waiting, to: Place): void {
    this.#parked.delete(waiting.needs.key);
    waiting.place = to;
    waiting.move++;
  }
}

function isOutdated({ waiting, move }: HeapEntry): boolean {
  return waiting.move !== move;
}

function goesFirst(a: HeapEntry, b: HeapEntry): boolean {
  const [x, y] = [a.waiting.needs.priority, b.waiting.needs.priority];
  return x === y ? a.at < b.at : x > y;
}
