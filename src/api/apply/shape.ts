/**
 * How the parts of a value relate to owners: a part is either *atomic*, owned whole, or a *record*
 * (object or map), a *set* of scalars or a *list* of objects told apart by keys, whose parts are
 * owned one by one.
 */
import { assert } from '#base/assert.ts';
import { rememberedOf } from '#base/remembered.ts';
import { isJsonObject, type JsonObject } from '../copy.ts';
import type { MergeRule, TypeSchema, ValueSchema } from '../schema/types.ts';
import { fieldStep, keyStep, type Step, valueStep } from './field-path.ts';

export interface Shape {
  readonly value: ValueSchema;
  readonly merge: MergeRule | undefined;
  /** Being there, even when empty, says something: a pointer, a map, an element. */
  readonly owned: boolean;
}

export type Relation = 'atomic' | 'record' | 'set' | 'list';

export function shapeOf(type: TypeSchema): Shape {
  return { value: { form: 'object', name: type.name, type }, merge: undefined, owned: false };
}

/** By the schema, and by what the value is: what does not fit its schema is atomic. */
export function relationOf(shape: Shape | undefined, value: unknown): Relation {
  if (!shape || shape.merge?.as === 'atomic') return 'atomic';
  const { form } = shape.value;
  if (isJsonObject(value)) {
    if (form === 'object') return shape.value.type.isAtomic ? 'atomic' : 'record';
    return form === 'map' ? 'record' : 'atomic';
  }
  if (!Array.isArray(value) || form !== 'list') return 'atomic';
  if (shape.merge?.as === 'set') return 'set';
  return shape.merge?.as === 'map' && value.every(isJsonObject) ? 'list' : 'atomic';
}

/** A field or map entry; without a shape: one that the schema does not have. */
export interface Field {
  readonly step: Step;
  readonly shape: Shape | undefined;
}

/** Every write asks for the same few fields of each type. */
const fieldsOfType = rememberedOf(fieldsOf);

export function fieldIn({ value }: Shape, name: string): Field {
  if (value.form !== 'object') return { step: fieldStep(name), shape: shapeOfEntry(value) };
  return fieldsOfType(value.type).get(name) ?? { step: fieldStep(name), shape: undefined };
}

function shapeOfEntry(value: ValueSchema): Shape | undefined {
  if (value.form !== 'map') return undefined;
  return { value: value.element, merge: undefined, owned: true };
}

function fieldsOf({ fields }: TypeSchema): Map<string, Field> {
  const found = new Map<string, Field>();
  for (const [name, { value, merge, pointer }] of fields) {
    const owned = pointer || value.form !== 'object';
    found.set(name, { step: fieldStep(name), shape: { value, merge, owned } });
  }
  return found;
}

export function shapeOfElement({ value }: Shape): Shape | undefined {
  return value.form === 'list'
    ? { value: value.element, merge: undefined, owned: true }
    : undefined;
}

export interface Part {
  readonly step: Step;
  readonly value: unknown;
  readonly shape: Shape | undefined;
}

/** The parts of a value that is not atomic, in their order. Elements with the same keys are all there. */
export function elementsOf(value: unknown, shape: Shape, relation: Relation): Part[] {
  const parts: Part[] = [];
  if (relation === 'record') {
    for (const name in value as JsonObject) {
      const item = (value as JsonObject)[name];
      if (item !== undefined) parts.push({ ...fieldIn(shape, name), value: item });
    }
  } else if (relation === 'set') {
    for (const item of value as unknown[]) {
      parts.push({ step: valueStep(item), value: item, shape: undefined });
    }
  } else if (relation === 'list') {
    const element = shapeOfElement(shape);
    for (const item of value as JsonObject[]) {
      parts.push({ step: elementStep(item, shape), value: item, shape: element });
    }
  }
  return parts;
}

/** By step; of two elements with the same keys the first. */
export function partsOf(value: unknown, shape: Shape, relation: Relation): Map<Step, Part> {
  const parts = new Map<Step, Part>();
  for (const part of elementsOf(value, shape, relation)) {
    if (!parts.has(part.step)) parts.set(part.step, part);
  }
  return parts;
}

/** An absent key counts as its default: `protocol` of a port is TCP. */
function elementStep(item: JsonObject, { value, merge }: Shape): Step {
  assert(value.form === 'list' && merge?.as === 'map', 'only lists by keys have keyed elements');
  const element = value.element.form === 'object' ? value.element.type : undefined;
  return keyStep(merge.keys, (name) => item[name] ?? element?.fields.get(name)?.default);
}
