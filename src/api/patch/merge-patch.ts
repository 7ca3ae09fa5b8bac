/** JSON merge patch (RFC 7396). */
import { deepEqual, isJsonObject, type JsonObject, shallowCopy } from '../copy.ts';
import { setKey } from '../schema/set-key.ts';

/** Neither argument is changed; the result may share parts with both. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result: JsonObject = isJsonObject(target) ? shallowCopy(target) : {};
  for (const key in patch) {
    const value = patch[key];
    if (value === null) delete result[key];
    else if (!isJsonObject(value)) setKey(result, key, value);
    else {
      const before = Object.hasOwn(result, key) ? result[key] : undefined;
      setKey(result, key, applyMergePatch(before, value));
    }
  }
  return result;
}

/**
 * The merge patch that turns `from` into `to`; empty when they are equal. Nulls inside `to` cannot be
 * told from absence, as RFC 7396 says.
 */
export function createMergePatch(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(from)) {
    if (from[key] !== undefined && (!Object.hasOwn(to, key) || to[key] === undefined)) {
      setKey(patch, key, null);
    }
  }
  for (const [key, value] of Object.entries(to)) {
    if (value === undefined) continue;
    const before = Object.hasOwn(from, key) ? from[key] : undefined;
    if (isJsonObject(before) && isJsonObject(value)) {
      const inner = createMergePatch(before, value);
      if (Object.keys(inner).length > 0) setKey(patch, key, inner);
    } else if (!deepEqual(before, value)) {
      setKey(patch, key, value);
    }
  }
  return patch;
}
