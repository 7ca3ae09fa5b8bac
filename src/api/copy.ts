/** Plain JSON values: copies to change, frozen ones to share, equality. `undefined` counts as absent. */
import { setKey } from './schema/set-key.ts';

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy that may be changed, whoever else holds the original. */
export function deepCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(deepCopy) as T;
  const copy: JsonObject = {};
  for (const key in value) {
    const item = (value as JsonObject)[key];
    if (item === undefined) continue;
    setKey(copy, key, typeof item === 'object' ? deepCopy(item) : item);
  }
  return copy as T;
}

/** One level; the parts are shared. */
export function shallowCopy(object: Readonly<JsonObject>): JsonObject {
  const copy: JsonObject = {};
  for (const key of Object.keys(object)) setKey(copy, key, object[key]);
  return copy;
}

/** Freezes to the bottom. What is frozen counts as frozen to its bottom: shared parts cost nothing. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}

/** Equal as JSON, whatever the order of keys. */
export function deepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || !left || !right) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => deepEqual(item, right[index]));
  }
  const one = left as JsonObject;
  const other = right as JsonObject;
  for (const key in one) {
    if (!deepEqual(one[key], Object.hasOwn(other, key) ? other[key] : undefined)) return false;
  }
  for (const key in other) {
    if (other[key] !== undefined && !Object.hasOwn(one, key)) return false;
  }
  return true;
}

/** About the length of the value's JSON text, counted until it exceeds `limit`. */
export function jsonSize(value: unknown, limit = Number.POSITIVE_INFINITY): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return String(value).length;
  let size = 2;
  for (const [key, item] of Object.entries(value)) {
    size += (Array.isArray(value) ? 1 : key.length + 4) + jsonSize(item, limit - size);
    if (size > limit) break;
  }
  return size;
}
