/** What values consist of, how two differ, how one goes over another: by the relations of their schema. */
import { deepEqual, type JsonObject } from '../copy.ts';
import { setKey } from '../schema/set-key.ts';
import { fieldOf, type Step } from './field-path.ts';
import { FieldSet } from './field-set.ts';
import {
  elementsOf,
  fieldIn,
  type Part,
  partsOf,
  type Relation,
  relationOf,
  type Shape,
} from './shape.ts';

/** Every field that the value sets. */
export function fieldSetOf(value: unknown, shape: Shape): FieldSet {
  return partsSet(value, shape, relationOf(shape, value), false);
}

function partsSet(value: unknown, shape: Shape, relation: Relation, containers: boolean): FieldSet {
  const set = new FieldSet();
  if (relation === 'record') {
    for (const name in value as JsonObject) {
      const item = (value as JsonObject)[name];
      if (item === undefined) continue;
      const { step, shape: inner } = fieldIn(shape, name);
      collect(item, inner, step, set, containers);
    }
  } else {
    for (const part of partsOf(value, shape, relation).values()) {
      collect(part.value, part.shape, part.step, set, containers);
    }
  }
  return set;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/**
 * Puts what the value sets into the set that it stands in. `containers`: maps and optional objects are
 * members beside their contents, since they came to be.
 */
function collect(
  value: unknown,
  shape: Shape | undefined,
  step: Step,
  set: FieldSet,
  containers: boolean,
): void {
  const relation = relationOf(shape, value);
  if (!shape || relation === 'atomic') return set.add(step, true);
  const isContainer = containers && shape.owned && relation === 'record';
  const isBare = relation === 'record' && isEmpty(value);
  const isMember = isContainer || isBare || step.startsWith('k:');
  set.add(step, isMember, partsSet(value, shape, relation, containers));
}

export interface Difference {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

export function differenceOf(before: unknown, after: unknown, shape: Shape): Difference {
  const difference: Difference = {
    added: new FieldSet(),
    modified: new FieldSet(),
    removed: new FieldSet(),
  };
  compare(before, after, shape, [], difference);
  return difference;
}

function compare(
  before: unknown,
  after: unknown,
  shape: Shape | undefined,
  path: Step[],
  difference: Difference,
): void {
  if (before === after) return;
  const relation = relationOf(shape, after);
  if (!shape || relation === 'atomic' || relation !== relationOf(shape, before)) {
    if (!deepEqual(before, after)) difference.modified.insert(path);
    return;
  }
  if (relation === 'record') {
    return compareRecords(before as JsonObject, after as JsonObject, shape, path, difference);
  }
  const old = partsOf(before, shape, relation);
  const now = partsOf(after, shape, relation);
  for (const { step, value, shape: inner } of old.values()) {
    const next = now.get(step);
    if (next) compareBelow(step, value, next.value, inner, path, difference);
    else noteAll(value, inner, path, step, difference.removed);
  }
  for (const { step, value, shape: inner } of now.values()) {
    if (!old.has(step)) noteAll(value, inner, path, step, difference.added);
  }
}

/** `path` is one for the whole comparison, and always says where it stands. */
function compareBelow(
  step: Step,
  before: unknown,
  after: unknown,
  shape: Shape | undefined,
  path: Step[],
  difference: Difference,
): void {
  path.push(step);
  compare(before, after, shape, path, difference);
  path.pop();
}

/** A part that came, or went, whole. */
function noteAll(
  value: unknown,
  shape: Shape | undefined,
  path: readonly Step[],
  step: Step,
  set: FieldSet,
): void {
  const own = new FieldSet();
  collect(value, shape, step, own, true);
  set.graft(path, own);
}

/** As `compare`, without taking apart what both have alike: most of every object. */
function compareRecords(
  before: JsonObject,
  after: JsonObject,
  shape: Shape,
  path: Step[],
  difference: Difference,
): void {
  const held = (object: JsonObject, name: string): unknown =>
    Object.hasOwn(object, name) ? object[name] : undefined;
  for (const name in before) {
    const old = before[name];
    const now = held(after, name);
    if (old === now || old === undefined) continue;
    const { step, shape: inner } = fieldIn(shape, name);
    if (now === undefined) noteAll(old, inner, path, step, difference.removed);
    else compareBelow(step, old, now, inner, path, difference);
  }
  for (const name in after) {
    const now = after[name];
    if (now === undefined || held(before, name) !== undefined) continue;
    const { step, shape: inner } = fieldIn(shape, name);
    noteAll(now, inner, path, step, difference.added);
  }
}

/** `over` laid on `under`: its atomic parts replace, its lists are merged by keys and lead the order. */
export function merged(under: unknown, over: unknown, shape: Shape | undefined): unknown {
  const relation = relationOf(shape, over);
  if (!shape || relation === 'atomic' || relation !== relationOf(shape, under)) return over;
  const base = partsOf(under, shape, relation);
  const top = new Map<Step, Part>();
  for (const part of elementsOf(over, shape, relation)) {
    const below = base.get(part.step);
    const value = below ? merged(below.value, part.value, part.shape) : part.value;
    top.set(part.step, { ...part, value });
  }
  if (relation !== 'record') return inOrder(elementsOf(under, shape, relation), top);
  const record: JsonObject = {};
  for (const { step } of base.values()) setField(record, top.get(step) ?? base.get(step));
  for (const part of top.values()) setField(record, part);
  return record;
}

/**
 * The upper elements in their order, the lower ones in theirs: before each element that both have
 * stands what stood before it. Elements that stand twice below stay so, unless the upper side speaks
 * of them. (As structured-merge-diff orders lists.)
 */
function inOrder(below: readonly Part[], top: ReadonlyMap<Step, Part>): unknown[] {
  const steps = new Set(below.map(({ step }) => step));
  const shared = [...top.keys()].filter((step) => steps.has(step));
  const result: unknown[] = [];
  let at = 0;
  let next = 0;
  const passLower = (): void => {
    for (let part = below[at]; part && part.step !== shared[next]; part = below[++at]) {
      if (!top.has(part.step)) result.push(part.value);
    }
  };
  for (const { step, value } of top.values()) {
    passLower();
    result.push(value);
    if (step === shared[next]) next++;
  }
  passLower();
  return result;
}

function setField(record: JsonObject, part: Part | undefined): void {
  if (part) setKey(record, fieldOf(part.step) ?? '', part.value);
}

/**
 * Takes out what `gone` names, unless `kept` has it or something below it. A record or element of
 * which nobody keeps anything goes whole, with what nobody owns in it.
 */
export function pruned(
  value: unknown,
  gone: FieldSet,
  kept: FieldSet,
  shape: Shape | undefined,
): unknown {
  const relation = relationOf(shape, value);
  if (!shape || relation === 'atomic') return value;
  const removed = new Set<Step>();
  const replaced = new Map<Step, unknown>();
  const parts = partsOf(value, shape, relation);
  const keptSteps = kept.steps;
  for (const step of gone.steps) {
    const part = parts.get(step);
    if (!part) continue;
    if (!keptSteps.has(step)) removed.add(step);
    else {
      const below = gone.child(step);
      if (!below) continue;
      const next = pruned(part.value, below, kept.child(step) ?? new FieldSet(), part.shape);
      if (next !== part.value) replaced.set(step, next);
    }
  }
  if (removed.size === 0 && replaced.size === 0) return value;
  return rebuilt(value, parts, relation, removed, replaced);
}

/** Keeps the order, and elements whose keys stand twice. */
function rebuilt(
  value: unknown,
  parts: ReadonlyMap<Step, Part>,
  relation: Relation,
  removed: ReadonlySet<Step>,
  replaced: ReadonlyMap<Step, unknown>,
): unknown {
  const byValue = new Map<unknown, Step>();
  for (const { step, value: held } of parts.values()) byValue.set(held, step);
  const nextOf = (step: Step | undefined, held: unknown): unknown =>
    step !== undefined && replaced.has(step) ? replaced.get(step) : held;
  if (relation !== 'record') {
    return (value as unknown[])
      .filter((item) => !removed.has(byValue.get(item) ?? ''))
      .map((item) => nextOf(byValue.get(item), item));
  }
  const record: JsonObject = {};
  for (const { step, value: held } of parts.values()) {
    if (!removed.has(step)) setKey(record, fieldOf(step) ?? '', nextOf(step, held));
  }
  return record;
}
