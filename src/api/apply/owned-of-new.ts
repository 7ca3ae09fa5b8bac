/**
 * What the writer of a new object owns of it: in one pass what a comparison with nothing would find.
 * Every Event is such a write.
 */
import type { JsonObject } from '../copy.ts';
import { joined, quoted } from '../json-text.ts';
import type { Step } from './field-path.ts';
import { braced } from './field-set.ts';
import { fieldIn, partsOf, type Relation, relationOf, type Shape } from './shape.ts';

/**
 * JSON of its `FieldsV1`, in the order of the object. `unowned`: names of fields at the top; `unownedMetadata`: of those in
 * `metadata`.
 */
export function ownedOfNew(
  object: JsonObject,
  shape: Shape,
  unowned: ReadonlySet<string>,
  unownedMetadata: ReadonlySet<string>,
): string {
  return `{${fieldsOfNew(object, shape, unowned, unownedMetadata)}}`;
}

/** Without braces. */
function fieldsOfNew(
  value: JsonObject,
  shape: Shape,
  without?: ReadonlySet<string>,
  withoutInMetadata?: ReadonlySet<string>,
): string {
  let text = '';
  for (const name in value) {
    if (without?.has(name)) continue;
    const { step, shape: inner } = fieldIn(shape, name);
    const unowned = name === 'metadata' ? withoutInMetadata : undefined;
    const part = partOfNew(step, value[name], inner, unowned);
    if (part !== '') text = joined(text, part);
  }
  return text;
}

/** Without braces. */
function elementsOfNew(value: unknown, shape: Shape, relation: Relation): string {
  let text = '';
  for (const { step, value: item, shape: inner } of partsOf(value, shape, relation).values()) {
    const part = partOfNew(step, item, inner);
    if (part !== '') text = joined(text, part);
  }
  return text;
}

/** Empty where nobody owns anything. */
function partOfNew(
  step: Step,
  value: unknown,
  shape: Shape | undefined,
  without?: ReadonlySet<string>,
): string {
  if (value === undefined) return '';
  const relation = relationOf(shape, value);
  if (!shape || relation === 'atomic') return `${quoted(step)}:{}`;
  const isRecord = relation === 'record';
  const isBare = isRecord && Object.keys(value as JsonObject).length === 0;
  const isMember = (isRecord && shape.owned) || isBare || step.startsWith('k:');
  const below = isRecord
    ? fieldsOfNew(value as JsonObject, shape, without)
    : elementsOfNew(value, shape, relation);
  if (below === '') return isMember ? `${quoted(step)}:{}` : '';
  return `${quoted(step)}:${braced(isMember, below)}`;
}
