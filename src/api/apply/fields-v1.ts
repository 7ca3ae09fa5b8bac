/**
 * `FieldsV1` of managedFields as all objects share them. Pods of one template have the same owners of
 * the same fields, and these are half of an object: equal ones are one frozen object, with its JSON
 * at hand.
 */
import { limits } from '#base/limits.ts';
import { remembered } from '#base/remembered.ts';
import { deepFreeze, isJsonObject, type JsonObject } from '../copy.ts';

const texts = new WeakMap<object, string>();

/** What the JSON says, the same object each time. */
export const fieldsOf = remembered(limits.fieldSetsKept, (text: string) => {
  const fields = deepFreeze(JSON.parse(text) as JsonObject);
  texts.set(fields, text);
  return fields;
});

/**
 * The same, of JSON whose steps stand in whatever order they were met: sorted. Writers go about it in
 * the same way each time, so that what they own is sorted once.
 */
export const fieldsInOrder = remembered(limits.fieldOrdersKept, (text: string) =>
  fieldsOf(JSON.stringify(sorted(JSON.parse(text)))),
);

function sorted(steps: unknown): unknown {
  if (!isJsonObject(steps)) return steps;
  const names = Object.keys(steps).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(steps[name])]));
}

export function isShared(fields: object): boolean {
  return texts.has(fields);
}

export function textOf(fields: object): string {
  return texts.get(fields) ?? JSON.stringify(fields);
}
