/**
 * Strategic merge patch: a merge patch that knows the types. Lists whose schema says so are merged
 * by element, and directives say what a plain merge cannot:
 *
 * - `$patch: replace` (in a map: take this one whole; as a list element: take this list whole),
 *   `$patch: delete` (a map becomes empty, a list element with this key goes), `$patch: merge`
 * - `$retainKeys: [a, b]`: other keys of the map go
 * - `$deleteFromPrimitiveList/field: [x]`: these scalars go
 * - `$setElementOrder/field: [...]`: the order of the merged list
 *
 * Source: Kubernetes community, "Strategic Merge Patch". Where the kube-apiserver takes a part of the
 * patch that the object lacks as it stands, directives in it included, they are carried out here.
 */
import { StatusError } from '#base/status-error.ts';
import { isJsonObject, type JsonObject, shallowCopy } from '../copy.ts';
import { setKey } from '../schema/set-key.ts';
import type { PatchRule, TypeSchema, ValueSchema } from '../schema/types.ts';
import { type Identify, ordered } from './strategic-order.ts';

const directive = '$patch';
const retainKeys = '$retainKeys';
const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

/** Absent where the schema ends: inside of free-form values. */
type Shape = ValueSchema | undefined;

/** Neither argument is changed; the result may share parts with both. Throws `BadRequest`. */
export function applyStrategicMergePatch(
  document: unknown,
  patch: unknown,
  type: TypeSchema,
): unknown {
  if (!isJsonObject(patch)) throw refused('the patch is not a JSON object');
  const original = isJsonObject(document) ? document : {};
  return mergeObject(original, patch, { form: 'object', name: type.name, type });
}

function refused(message: string): StatusError {
  return new StatusError('BadRequest', message);
}

interface FieldShape {
  readonly value: Shape;
  readonly rule: PatchRule | undefined;
}

function fieldIn(shape: Shape, name: string): FieldShape {
  if (shape?.form === 'map') return { value: shape.element, rule: undefined };
  if (shape?.form !== 'object') return { value: undefined, rule: undefined };
  const field = shape.type.fields.get(name);
  return { value: field?.value, rule: field?.patch };
}

function held(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function listIn(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw refused(`invalid patch format of ${what}`);
}

function mergeObject(original: JsonObject, patch: JsonObject, shape: Shape): JsonObject {
  const order = held(patch, directive);
  if (order === 'replace') return mergeObject({}, without(patch, directive), shape);
  if (order === 'delete') return {};
  if (order !== undefined && order !== 'merge') throw unknownDirective(order, patch);
  const result = shallowCopy(original);
  dropOthers(result, patch);
  // Order lists come first: they take the list of their field along.
  const done = new Set([directive, retainKeys]);
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(orderPrefix)) continue;
    const field = key.slice(orderPrefix.length);
    done.add(key).add(field);
    mergeOrdered(result, patch, field, shape);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (done.has(key)) continue;
    if (key.startsWith(deletePrefix)) {
      deleteScalars(result, key.slice(deletePrefix.length), value);
    } else if (value === null) delete result[key];
    else mergeField(result, key, value, fieldIn(shape, key));
  }
  return result;
}

function without(object: JsonObject, key: string): JsonObject {
  const rest = shallowCopy(object);
  delete rest[key];
  return rest;
}

function unknownDirective(order: unknown, patch: JsonObject): StatusError {
  return refused(`unknown patch type: ${String(order)} in map: ${JSON.stringify(patch)}`);
}

/** `$retainKeys`: what the patch sets must be among them. */
function dropOthers(result: JsonObject, patch: JsonObject): void {
  const list = held(patch, retainKeys);
  if (list === undefined) return;
  const retained = new Set(listIn(list, 'retainKeys'));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key === retainKeys || key === directive) continue;
    if (key.startsWith(deletePrefix) || key.startsWith(orderPrefix)) continue;
    if (!retained.has(key)) throw refused('invalid patch format of retainKeys');
  }
  for (const key of Object.keys(result)) if (!retained.has(key)) delete result[key];
}

function mergeField(result: JsonObject, key: string, value: unknown, field: FieldShape): void {
  const before = held(result, key);
  if (isJsonObject(value)) {
    const merges = isJsonObject(before) && !field.rule?.strategies.includes('replace');
    // What is to be deleted and is not there stays away.
    if (before === undefined && held(value, directive) === 'delete') return;
    setKey(result, key, mergeObject(merges ? before : {}, value, field.value));
  } else if (Array.isArray(value)) {
    setKey(result, key, mergeList(Array.isArray(before) ? before : [], value, field));
  } else setKey(result, key, value);
}

function deleteScalars(result: JsonObject, field: string, value: unknown): void {
  const gone = new Set(listIn(value, 'primitive list'));
  const before = held(result, field);
  if (!Array.isArray(before)) return;
  setKey(
    result,
    field,
    before.filter((item) => !gone.has(item)),
  );
}

function mergeOrdered(result: JsonObject, patch: JsonObject, key: string, shape: Shape): void {
  const order = listIn(patch[`${orderPrefix}${key}`], 'setElementOrder list');
  const field = fieldIn(shape, key);
  const before = held(result, key);
  const change = held(patch, key);
  const gone = held(patch, `${deletePrefix}${key}`);
  if (change === null) delete result[key];
  if (change !== undefined && change !== null) {
    checkOrder(listIn(change, 'setElementOrder list'), order, field);
    mergeField(result, key, change, field);
  }
  if (gone !== undefined) deleteScalars(result, key, gone);
  const merged = held(result, key);
  if (!Array.isArray(merged)) return;
  const old = Array.isArray(before) ? before : [];
  setKey(result, key, ordered(merged, order, old, identifierOf(field, merged)));
}

/** The elements that the patch sets must stand in the order list, in that order. */
function checkOrder(
  change: readonly unknown[],
  order: readonly unknown[],
  field: FieldShape,
): void {
  if (change.length === 0 || order.length === 0) return;
  const identify = identifierOf(field, order);
  let place = 0;
  for (const element of change) {
    if (isJsonObject(element) && held(element, directive) !== undefined) continue;
    const identity = identify(element);
    while (place < order.length && identify(order[place]) !== identity) place++;
    if (place++ < order.length) continue;
    const lists = [change, order].map((list) => JSON.stringify(list));
    throw refused(
      `The order in patch list:\n${lists[0]}\n doesn't match $setElementOrder list:\n${lists[1]}\n`,
    );
  }
}

function mergeList(
  before: readonly unknown[],
  patch: readonly unknown[],
  field: FieldShape,
): unknown[] {
  const element = field.value?.form === 'list' ? field.value.element : undefined;
  if (!field.rule?.strategies.includes('merge')) {
    return patch.map((item) => (isJsonObject(item) ? mergeObject({}, item, element) : item));
  }
  const all = [...before, ...patch];
  if (all.some((item) => Array.isArray(item))) throw refused('lists of lists are not supported');
  const objects = all.filter(isJsonObject).length;
  if (objects === 0) {
    return ordered([...new Set(all)], patch, before, (item) => item);
  }
  if (objects < all.length) {
    throw refused(`list element types are not identical: ${JSON.stringify([before, patch])}`);
  }
  const { mergeKey } = field.rule;
  if (!mergeKey) throw refused('cannot merge lists without merge key for type struct');
  return mergeByKey(before as JsonObject[], patch as JsonObject[], mergeKey, element);
}

function mergeByKey(
  before: readonly JsonObject[],
  patch: readonly JsonObject[],
  mergeKey: string,
  element: Shape,
): unknown[] {
  const identify = keyReader(mergeKey);
  const changes: JsonObject[] = [];
  const gone = new Set<unknown>();
  let replace = false;
  for (const item of patch) {
    const order = held(item, directive);
    if (order === undefined) changes.push(item);
    else if (order === 'delete') gone.add(identify(item));
    else if (order === 'replace') replace = true;
    else if (order === 'merge') changes.push(without(item, directive));
    else throw unknownDirective(order, item);
  }
  if (replace) return changes.map((item) => mergeObject({}, item, element));
  const kept = before.filter((item) => !gone.has(held(item, mergeKey)));
  const merged: unknown[] = [...kept];
  const places = new Map<unknown, number>();
  for (const [place, item] of kept.entries()) {
    const identity = held(item, mergeKey);
    if (!places.has(identity)) places.set(identity, place);
  }
  for (const item of changes) {
    const identity = identify(item);
    const place = places.get(identity);
    const original = place === undefined ? {} : (merged[place] as JsonObject);
    const made = mergeObject(original, item, element);
    if (place !== undefined) merged[place] = made;
    else places.set(identity, merged.push(made) - 1);
  }
  return ordered(merged, changes, kept, identify);
}

function keyReader(mergeKey: string): Identify {
  return (item) => {
    const identity = isJsonObject(item) ? held(item, mergeKey) : undefined;
    if (identity !== undefined) return identity;
    throw refused(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  };
}

/** Scalars are their own identity; objects have a merge key. */
function identifierOf(field: FieldShape, sample: readonly unknown[]): Identify {
  const mergeKey = field.rule?.mergeKey;
  return mergeKey && sample.some(isJsonObject) ? keyReader(mergeKey) : (item) => item;
}
