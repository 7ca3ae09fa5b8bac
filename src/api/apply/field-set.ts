/**
 * Sets of paths, as managedFields keep them (`FieldsV1`). A set is a tree; each node may be a member or
 * only lead to members. Sets do not change once they are made (`of` aside), so results share what they
 * have in common with what they came from; and what was parsed is taken apart only where somebody
 * looks, since most of every write leaves most owners alone.
 */
import { isJsonObject, type JsonObject } from '../copy.ts';
import { joined, quoted } from '../json-text.ts';
import type { Step } from './field-path.ts';
import { fieldsInOrder, fieldsOf, isShared, textOf } from './fields-v1.ts';

/** Marks, beside its children, that a node is a member itself. */
const self = '.';
const mark = `"${self}":{}`;
const isStep = (key: string): boolean => /^[fkvi]:/.test(key);

export class FieldSet {
  /** What it was parsed from; its nodes are made of it when first asked for. */
  readonly #json: JsonObject | undefined;
  #expanded: boolean;
  /** Never changed: most parts of a set have no children or no members, and share that. */
  static readonly #noMembers: ReadonlySet<Step> = new Set();
  static readonly #noChildren: ReadonlyMap<Step, FieldSet> = new Map();
  #members = FieldSet.#noMembers;
  #children = FieldSet.#noChildren;

  constructor(json?: JsonObject) {
    this.#json = json;
    this.#expanded = json === undefined;
  }

  static of(paths: Iterable<readonly Step[]>): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  /** What is no FieldsV1 counts as empty: managedFields are never a reason to refuse an object. */
  static parse(json: unknown): FieldSet {
    if (!isJsonObject(json)) return new FieldSet({});
    if (!isShared(json)) return new FieldSet(json);
    let set = parsed.get(json);
    if (set === undefined) parsed.set(json, (set = new FieldSet(json)));
    return set;
  }

  get isEmpty(): boolean {
    this.#expand();
    return this.#members.size === 0 && this.#children.size === 0;
  }

  /** Steps that are members or lead to some. */
  get steps(): Set<Step> {
    this.#expand();
    return new Set([...this.#members, ...this.#children.keys()]);
  }

  child(step: Step): FieldSet | undefined {
    this.#expand();
    return this.#children.get(step);
  }

  has(step: Step): boolean {
    this.#expand();
    return this.#members.has(step);
  }

  /** Only while the set is being made. `from`: how much of the path leads to this set. */
  insert(path: readonly Step[], from = 0): void {
    const step = path[from];
    if (step === undefined) return;
    if (from === path.length - 1) this.#addMember(step);
    else this.#childToFill(step).insert(path, from + 1);
  }

  /** Only while the set is being made: a step, as a member or leading to others. */
  add(step: Step, isMember: boolean, below?: FieldSet): void {
    if (isMember) this.#addMember(step);
    if (below && !below.isEmpty) this.#setChild(step, below);
  }

  /** Only while the set is being made: the other's steps at the end of the path. */
  graft(path: readonly Step[], other: FieldSet, from = 0): void {
    if (other.isEmpty) return;
    const step = path[from];
    if (step !== undefined) return this.#childToFill(step).graft(path, other, from + 1);
    for (const member of other.#members) this.#addMember(member);
    for (const [next, child] of other.#children) this.#setChild(next, child);
  }

  /** This very set when it has all that the other has. */
  union(other: FieldSet): FieldSet {
    if (other.isEmpty || this === other) return this;
    if (this.isEmpty) return other;
    let result: FieldSet | undefined;
    for (const step of other.#members) {
      if (!this.#members.has(step)) (result ??= this.#copy()).#addMember(step);
    }
    for (const [step, child] of other.#children) {
      const own = this.#children.get(step);
      const both = own?.union(child) ?? child;
      if (both !== own) (result ??= this.#copy()).#setChild(step, both);
    }
    return result ?? this;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet();
    if (this.isEmpty || other.isEmpty) return result;
    for (const step of other.#members) if (this.#members.has(step)) result.#addMember(step);
    for (const [step, child] of other.#children) {
      const shared = this.#children.get(step)?.intersection(child);
      if (shared && !shared.isEmpty) result.#setChild(step, shared);
    }
    return result;
  }

  /** Paths of this set that are not themselves in the other; those below them stay. */
  difference(other: FieldSet): FieldSet {
    if (this.isEmpty || other.isEmpty) return this;
    let result: FieldSet | undefined;
    for (const step of other.#members) {
      if (this.#members.has(step)) (result ??= this.#copy()).#dropMember(step);
    }
    for (const [step, child] of other.#children) {
      const own = this.#children.get(step);
      const rest = own?.difference(child);
      if (rest && rest !== own) (result ??= this.#copy()).#replaceChild(step, rest);
    }
    return result ?? this;
  }

  /** Without these steps and all below them. */
  without(steps: ReadonlySet<Step>): FieldSet {
    this.#expand();
    const copy = new FieldSet();
    for (const step of this.#members) if (!steps.has(step)) copy.#addMember(step);
    for (const [step, child] of this.#children) {
      if (!steps.has(step)) copy.#setChild(step, child);
    }
    return copy;
  }

  /** With this instead of what is at the step, which is no member of its own then. */
  with(step: Step, child: FieldSet): FieldSet {
    const copy = this.without(new Set([step]));
    if (!child.isEmpty) copy.#setChild(step, child);
    return copy;
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    this.#expand();
    other.#expand();
    if (this.#members.size !== other.#members.size) return false;
    if (this.#children.size !== other.#children.size) return false;
    for (const step of this.#members) if (!other.#members.has(step)) return false;
    for (const [step, child] of this.#children) {
      const there = other.#children.get(step);
      if (!there || !child.equals(there)) return false;
    }
    return true;
  }

  /** All members, parents before children. */
  *paths(above: readonly Step[] = []): Generator<readonly Step[], void> {
    for (const step of this.#sorted()) {
      const path = [...above, step];
      if (this.#members.has(step)) yield path;
      const child = this.#children.get(step);
      if (child) yield* child.paths(path);
    }
  }

  /** Frozen; equal sets give the same one, but for what a client wrote in an order of its own. */
  toJSON(): JsonObject {
    return this.#json ? fieldsOf(textOf(this.#json)) : fieldsInOrder(`{${this.#steps()}}`);
  }

  /** The steps and what is below them, without braces, in the order in which they came. */
  #steps(): string {
    // Whether a node is a member itself is for the set above it to say.
    if (this.#json) return textOf(bare(this.#json)).slice(1, -1);
    let text = '';
    for (const step of this.#members) {
      if (!this.#children.has(step)) text = joined(text, `${quoted(step)}:{}`);
    }
    for (const [step, child] of this.#children) {
      const below = braced(this.#members.has(step), child.#steps());
      text = joined(text, `${quoted(step)}:${below}`);
    }
    return text;
  }

  #sorted(): readonly Step[] {
    this.#expand();
    const steps = [...this.#members];
    for (const step of this.#children.keys()) if (!this.#members.has(step)) steps.push(step);
    return steps.sort();
  }

  /** To be changed before anybody sees it. */
  #copy(): FieldSet {
    const copy = new FieldSet();
    if (this.#members.size > 0) copy.#members = new Set(this.#members);
    if (this.#children.size > 0) copy.#children = new Map(this.#children);
    return copy;
  }

  #addMember(step: Step): void {
    if (this.#members === FieldSet.#noMembers) this.#members = new Set();
    (this.#members as Set<Step>).add(step);
  }

  #dropMember(step: Step): void {
    (this.#members as Set<Step>).delete(step);
  }

  /** By what is left of it, if anything is. */
  #replaceChild(step: Step, rest: FieldSet): void {
    const children = this.#children as Map<Step, FieldSet>;
    if (rest.isEmpty) children.delete(step);
    else children.set(step, rest);
  }

  #setChild(step: Step, child: FieldSet): void {
    if (this.#children === FieldSet.#noChildren) this.#children = new Map();
    (this.#children as Map<Step, FieldSet>).set(step, child);
  }

  #childToFill(step: Step): FieldSet {
    let child = this.#children.get(step);
    if (!child) {
      child = new FieldSet();
      this.#setChild(step, child);
    }
    return child;
  }

  #expand(): void {
    if (this.#expanded) return;
    this.#expanded = true;
    for (const [step, below] of Object.entries(this.#json ?? {})) {
      if (!isStep(step)) continue;
      const steps = isJsonObject(below) ? Object.keys(below) : [];
      if (steps.length === 0 || steps.includes(self)) this.#addMember(step);
      if (leadsSomewhere(below)) this.#setChild(step, FieldSet.parse(below));
    }
  }
}

/** Of what all share; a set does not change any more once it was parsed. */
const parsed = new WeakMap<object, FieldSet>();

/** `steps`: JSON without braces. A node that leads on and is a member itself is marked. */
export function braced(isMarked: boolean, steps: string): string {
  if (!isMarked) return `{${steps}}`;
  return steps === '' ? `{${mark}}` : `{${mark},${steps}}`;
}

/** Without the mark. */
function bare(json: JsonObject): JsonObject {
  if (!Object.hasOwn(json, self)) return json;
  const { [self]: _, ...below } = json;
  return below;
}

/** Whether some path goes on below: any step at all, but for what is no FieldsV1. */
function leadsSomewhere(json: unknown): boolean {
  if (!isJsonObject(json)) return false;
  return Object.entries(json).some(([step, below]) => {
    if (!isStep(step)) return false;
    return (
      !isJsonObject(below) ||
      Object.keys(below).length === 0 ||
      self in below ||
      leadsSomewhere(below)
    );
  });
}
