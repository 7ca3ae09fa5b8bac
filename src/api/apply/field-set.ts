/** Sets of paths, as managedFields keep them (`FieldsV1`). A set is a tree; each node may be a member or only lead to members. */
import { isJsonObject, type JsonObject } from '../copy.ts';
import { setKey } from '../schema/set-key.ts';
import type { Step } from './field-path.ts';

/** Marks, beside its children, that a node is a member itself. */
const self = '.';

export class FieldSet {
  readonly #members = new Set<Step>();
  readonly #children = new Map<Step, FieldSet>();

  static of(paths: Iterable<readonly Step[]>): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  /** What is no FieldsV1 counts as empty: managedFields are never a reason to refuse an object. */
  static parse(json: unknown): FieldSet {
    const set = new FieldSet();
    if (!isJsonObject(json)) return set;
    for (const [step, below] of Object.entries(json)) {
      if (!/^[fkvi]:/.test(step)) continue;
      const steps = isJsonObject(below) ? Object.keys(below) : [];
      if (steps.length === 0 || steps.includes(self)) set.#members.add(step);
      const child = FieldSet.parse(below);
      if (!child.isEmpty) set.#children.set(step, child);
    }
    return set;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0 && this.#children.size === 0;
  }

  /** Steps that are members or lead to some. */
  get steps(): Set<Step> {
    return new Set([...this.#members, ...this.#children.keys()]);
  }

  child(step: Step): FieldSet | undefined {
    return this.#children.get(step);
  }

  has(step: Step): boolean {
    return this.#members.has(step);
  }

  insert([first, ...rest]: readonly Step[]): void {
    if (first === undefined) return;
    if (rest.length === 0) {
      this.#members.add(first);
      return;
    }
    let child = this.#children.get(first);
    if (!child) {
      child = new FieldSet();
      this.#children.set(first, child);
    }
    child.insert(rest);
  }

  union(other: FieldSet): FieldSet {
    return this.#combined(other, (here, there) => here || there);
  }

  intersection(other: FieldSet): FieldSet {
    return this.#combined(other, (here, there) => here && there);
  }

  /** Paths of this set that are not themselves in the other; those below them stay. */
  difference(other: FieldSet): FieldSet {
    return this.#combined(other, (here, there) => here && !there);
  }

  /** Without the path and all below it. */
  without(path: readonly Step[]): FieldSet {
    const [first, ...rest] = path;
    const copy = new FieldSet();
    for (const step of this.#members)
      if (step !== first || rest.length > 0) copy.#members.add(step);
    for (const [step, child] of this.#children) {
      const kept = step === first ? (rest.length > 0 ? child.without(rest) : undefined) : child;
      if (kept && !kept.isEmpty) copy.#children.set(step, kept);
    }
    return copy;
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty && other.difference(this).isEmpty;
  }

  /** All members, parents before children. */
  *paths(above: readonly Step[] = []): Generator<readonly Step[], void> {
    for (const step of [...this.steps].sort()) {
      const path = [...above, step];
      if (this.#members.has(step)) yield path;
      const child = this.#children.get(step);
      if (child) yield* child.paths(path);
    }
  }

  toJSON(): JsonObject {
    const json: JsonObject = {};
    for (const step of [...this.steps].sort()) {
      const below = this.#children.get(step)?.toJSON();
      const member = this.#members.has(step);
      setKey(json, step, below ? (member ? { [self]: {}, ...below } : below) : {});
    }
    return json;
  }

  #combined(other: FieldSet, keep: (here: boolean, there: boolean) => boolean): FieldSet {
    const result = new FieldSet();
    for (const step of new Set([...this.#members, ...other.#members])) {
      if (keep(this.#members.has(step), other.#members.has(step))) result.#members.add(step);
    }
    const none = new FieldSet();
    for (const step of new Set([...this.#children.keys(), ...other.#children.keys()])) {
      const here = this.#children.get(step) ?? none;
      const child = here.#combined(other.#children.get(step) ?? none, keep);
      if (!child.isEmpty) result.#children.set(step, child);
    }
    return result;
  }
}
