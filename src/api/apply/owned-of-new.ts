/**
 * What the writer of a new object owns of it: in one pass what a comparison with nothing would find.
 * Every Event is such a write.
 */
import type { JsonObject } from '../copy.ts';
import { quoted, type Step } from './field-path.ts';
import { braced } from './field-set.ts';
import { fieldIn, partsOf, relationOf, type Shape } from './shape.ts';

/**
 * JSON of its `FieldsV1`. `unowned`: names of fields at the top; `unownedMetadata`: of those in
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
  for (const name of Object.keys(value).sort()) {
    if (without?.has(name)) continue;
    const { step, shape: inner } = fieldIn(shape, name);
    text += partOfNew(
      step,
      value[name],
      inner,
      name === 'metadata' ? withoutInMetadata : undefined,
    );
  }
  return text.slice(1);
}

/** With a comma before it; empty where nobody owns anything. */
function partOfNew(
  step: Step,
  value: unknown,
  shape: Shape | undefined,
  without?: ReadonlySet<string>,
): string {
  if (value === undefined) return '';
  const relation = relationOf(shape, value);
  if (!shape || relation === 'atomic') return `,${quoted(step)}:{}`;
  const isRecord = relation === 'record';
  const isBare = isRecord && Object.keys(value as JsonObject).length === 0;
  const isMember = (isRecord && shape.owned) || isBare || step.startsWith('k:');
  const below = isRecord
    ? fieldsOfNew(value as JsonObject, shape, without)
    : [...partsOf(value, shape, relation).values()]
        .sort((a, b) => (a.step < b.step ? -1 : 1))
        .map((part) => partOfNew(part.step, part.value, part.shape))
        .join('')
        .slice(1);
  if (below === '') return isMember ? `,${quoted(step)}:{}` : '';
  return `,${quoted(step)}:${braced(isMember, below)}`;
}
