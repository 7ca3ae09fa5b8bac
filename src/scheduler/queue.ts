/**
 * Pods that wait for a node.
 *
 * Promises: a pod is in one of three places. *Active* pods come out by priority, then in the
 * order in which they came. Refused pods are *parked*, in groups of alike ones, until something happens that
 * could cure the refusal, or five minutes are over. Then one of the group tries for all of them: the
 * next one follows when it found a node, and none when it is refused again. A pod that tried waits in
 * *backoff* as long as its number of attempts asks (1 s, 2 s, … 10 s), so that it does not hold up
 * others; when there are none it goes on at once (KEP-5142), unless its binding failed: then the server
 * is to be spared. Bounded by the number of pods.
 */
import type { SchedulingCode } from '#api/reasons.ts';
import type { Pod } from '#api/types.ts';
import { Heap } from '#client/heap.ts';
import { type ClusterEvent, curesOf } from './decide/cures.ts';
import { type PodNeeds, type PodShape, renewed } from './decide/pod-needs.ts';

type Place = 'active' | 'backoff' | 'parked' | 'out';

interface Waiting {
  needs: PodNeeds;
  place: Place;
  /** Grows with every move; entries of a heap with an older one are outdated. */
  move: number;
  /** Number of its first addition: who came first goes first. */
  readonly turn: number;
  attempts: number;
  lastAttempt: number;
  /** Where it is parked, or whose try it is. */
  group: Group | undefined;
}

/** Why pods of a group found no node. */
export interface Refused {
  readonly codes: ReadonlySet<SchedulingCode>;
  readonly message: string;
}

/** Of the node where something changed, or wherever that was. */
export type Scope = 'here' | 'anywhere';

const scopes: readonly Scope[] = ['anywhere', 'here'];

/** Which changes may help. */
type Cures = Readonly<Record<Scope, ReadonlySet<ClusterEvent>>>;

interface Group {
  readonly id: string;
  refused: Refused;
  cures: Cures;
  readonly parked: Set<Waiting>;
  /** Tries for all of them. */
  probe: Waiting | undefined;
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
  readonly #groups = new Map<string, Group>();
  readonly #byCode = new Map<SchedulingCode, Set<Group>>();
  readonly #active = new Heap<HeapEntry>(goesFirst);
  readonly #backoff = new Heap<HeapEntry>(isDueFirst);
  readonly #failed = new Heap<HeapEntry>(isDueFirst);
  #parked = 0;
  #turns = 0;

  get size(): number {
    return this.#pods.size;
  }

  get parked(): number {
    return this.#parked;
  }

  /** A new pod, or one that changed: a changed pod deserves a new try at once. */
  add(needs: PodNeeds, now: number): void {
    const known = this.#pods.get(needs.key);
    if (known !== undefined && known.needs.uid === needs.uid) {
      known.needs = needs;
      if (known.place !== 'out') {
        this.#part(known, now);
        this.#activate(known);
      }
      return;
    }
    if (known !== undefined) this.#part(known, now);
    const waiting: Waiting = {
      needs,
      place: 'out',
      move: 0,
      turn: this.#turns++,
      attempts: 0,
      lastAttempt: now,
      group: undefined,
    };
    this.#pods.set(needs.key, waiting);
    this.#activate(waiting);
  }

  /** It has a node, or is gone. */
  remove(key: string, now: number): void {
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    this.#pods.delete(key);
    this.#part(waiting, now);
  }

  /** A node was found for it, if it can be bound: the next one of its group may try. */
  placed(key: string, now: number): void {
    const waiting = this.#pods.get(key);
    if (waiting !== undefined) this.#part(waiting, now);
  }

  /** Its status changed: no reason for another try. */
  renew(key: string, pod: Pod): void {
    const waiting = this.#pods.get(key);
    if (waiting !== undefined) waiting.needs = renewed(waiting.needs, pod);
  }

  get(key: string): PodNeeds | undefined {
    return this.#pods.get(key)?.needs;
  }

  /** The next pod, which is out of the queue until `refused`, `failed` or `remove`. */
  pop(now: number): PodNeeds | undefined {
    this.#wakeDue(now);
    const waiting = (popped(this.#active) ?? popped(this.#backoff))?.waiting;
    if (waiting === undefined) return undefined;
    this.#leave(waiting, 'out');
    waiting.attempts++;
    waiting.lastAttempt = now;
    return waiting.needs;
  }

  /** What pods of this shape were told, when nothing has happened since that might cure it. */
  known(shape: PodShape): Refused | undefined {
    const group = this.#groups.get(shape.key);
    return group === undefined || group.probe !== undefined ? undefined : group.refused;
  }

  /** No node took it. `alone`: its case is its own, though its shape is not (room is being made for it). */
  refused(key: string, refused: Refused, now: number, alone = false): void {
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    const id = alone ? `alone ${key}` : waiting.needs.shape.key;
    if (waiting.group?.id !== id) this.#part(waiting, now);
    const group = this.#groupOf(id, refused);
    if (group.refused !== refused) this.#explain(group, refused);
    if (group.probe === waiting) group.probe = undefined;
    this.#leave(waiting, 'parked');
    waiting.group = group;
    group.parked.add(waiting);
    this.#parked++;
  }

  /** What kept it from its node is gone already: another try, without waiting to be woken. */
  retried(key: string, now: number): void {
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    if (waiting.group !== undefined) this.#part(waiting, now);
    this.#requeue(waiting, now, this.#backoff);
  }

  /** Its binding failed: another try when its backoff is over. */
  failed(key: string, now: number): void {
    const waiting = this.#pods.get(key);
    if (waiting !== undefined) this.#requeue(waiting, now, this.#failed);
  }

  /** Whether any parked pod hopes for the event. */
  awaits(event: ClusterEvent): boolean {
    for (const [code, groups] of this.#byCode) {
      const { here, anywhere } = curesOf(code);
      if (groups.size > 0 && (here.includes(event) || anywhere.includes(event))) return true;
    }
    return false;
  }

  /**
   * Moves on the groups with a code that one of the changes cures, here or anywhere, and that `helps`
   * agrees on. It is asked with one pod of a group.
   */
  wake<Change extends { readonly event: ClusterEvent }>(
    changes: readonly Change[],
    helps: (needs: PodNeeds, scope: Scope, change: Change) => boolean,
    now: number,
  ): void {
    for (const group of [...this.#groups.values()]) {
      const [one] = group.parked;
      if (one === undefined || group.probe !== undefined) continue;
      const isHelped = changes.some((change) =>
        scopes.some(
          (scope) => group.cures[scope].has(change.event) && helps(one.needs, scope, change),
        ),
      );
      if (isHelped) this.#probe(group, now);
    }
  }

  /** When `pop` may have something it has not now (monotonic milliseconds). */
  nextAt(): number | undefined {
    const [refused, failed] = [first(this.#backoff)?.at, first(this.#failed)?.at];
    return refused === undefined || failed === undefined
      ? (refused ?? failed)
      : Math.min(refused, failed);
  }

  get hasActive(): boolean {
    return first(this.#active) !== undefined;
  }

  /** Groups parked for long: nobody can think of every cure. */
  wakeForgotten(now: number): void {
    for (const group of [...this.#groups.values()]) {
      const [one] = group.parked;
      if (one === undefined || group.probe !== undefined) continue;
      if (now - one.lastAttempt >= parkedMaxMs) this.#probe(group, now);
    }
  }

  #groupOf(id: string, refused: Refused): Group {
    let group = this.#groups.get(id);
    if (group !== undefined) return group;
    group = { id, refused, cures: curesIn(refused), parked: new Set(), probe: undefined };
    this.#groups.set(id, group);
    this.#file(group);
    return group;
  }

  #explain(group: Group, refused: Refused): void {
    this.#unfile(group);
    group.refused = refused;
    group.cures = curesIn(refused);
    this.#file(group);
  }

  #file(group: Group): void {
    for (const code of group.refused.codes) {
      const groups = this.#byCode.get(code);
      if (groups === undefined) this.#byCode.set(code, new Set([group]));
      else groups.add(group);
    }
  }

  #unfile(group: Group): void {
    for (const code of group.refused.codes) this.#byCode.get(code)?.delete(group);
  }

  /** The first of the group tries. */
  #probe(group: Group, now: number): void {
    const [one] = group.parked;
    if (one === undefined) return this.#close(group);
    this.#requeue(one, now, this.#backoff);
    one.group = group;
    group.probe = one;
  }

  #close(group: Group): void {
    if (group.parked.size > 0 || group.probe !== undefined) return;
    this.#groups.delete(group.id);
    this.#unfile(group);
  }

  #requeue(waiting: Waiting, now: number, heap: Heap<HeapEntry>): void {
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
    heap.push({ waiting, move: waiting.move, at });
  }

  #wakeDue(now: number): void {
    for (const heap of [this.#backoff, this.#failed]) {
      for (let next = first(heap); next !== undefined && next.at <= now; next = first(heap)) {
        heap.pop();
        this.#activate(next.waiting);
      }
    }
  }

  #activate(waiting: Waiting): void {
    this.#leave(waiting, 'active');
    this.#active.push({ waiting, move: waiting.move, at: waiting.turn });
  }

  #leave(waiting: Waiting, to: Place): void {
    if (waiting.group?.parked.delete(waiting) === true) this.#parked--;
    waiting.place = to;
    waiting.move++;
  }

  /** Out of its place and its group; the next one of the group tries in its stead. */
  #part(waiting: Waiting, now: number): void {
    this.#leave(waiting, 'out');
    const { group } = waiting;
    waiting.group = undefined;
    if (group === undefined) return;
    if (group.probe === waiting) {
      group.probe = undefined;
      this.#probe(group, now);
    } else this.#close(group);
  }
}

function curesIn({ codes }: Refused): Cures {
  const cures = [...codes].map(curesOf);
  return {
    here: new Set(cures.flatMap(({ here }) => here)),
    anywhere: new Set(cures.flatMap(({ anywhere }) => anywhere)),
  };
}

/** The first one that is not outdated. */
function first(heap: Heap<HeapEntry>): HeapEntry | undefined {
  let entry = heap.peek();
  for (; entry !== undefined && isOutdated(entry); entry = heap.peek()) heap.pop();
  return entry;
}

function popped(heap: Heap<HeapEntry>): HeapEntry | undefined {
  const entry = first(heap);
  if (entry !== undefined) heap.pop();
  return entry;
}

function isDueFirst(a: HeapEntry, b: HeapEntry): boolean {
  return a.at < b.at;
}

function isOutdated({ waiting, move }: HeapEntry): boolean {
  return waiting.move !== move;
}

function goesFirst(a: HeapEntry, b: HeapEntry): boolean {
  const [x, y] = [a.waiting.needs.shape.priority, b.waiting.needs.shape.priority];
  return x === y ? a.at < b.at : x > y;
}
