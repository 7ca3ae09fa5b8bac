/**
 * Defaults meet objects that have them already, most of whose parts everybody shares: they must leave
 * those alone, and what they find complete they must not change.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deepCopy, deepFreeze, isJsonObject, type JsonObject } from '../copy.ts';
import type { KubeObject } from '../object.ts';
import { allKinds } from './index.ts';
import { anyObject } from './testing/arbitrary.ts';

/** The object and its spec and status may be written to, as far as anything of it may. */
function shared(object: JsonObject): KubeObject {
  const frozen = deepFreeze(deepCopy(object));
  const parts = Object.entries(frozen).map(([name, part]) => [
    name,
    isJsonObject(part) ? { ...part } : part,
  ]);
  return Object.fromEntries(parts) as KubeObject;
}

for (const kind of allKinds) {
  if (!kind.defaults) continue;
  test(`defaults of ${kind.kind} (${kind.group || 'core'}/${kind.version}) leave alone what has them`, () => {
    fc.assert(
      fc.property(anyObject(kind.type), (object) => {
        const complete = deepCopy(object);
        kind.defaults?.(complete as unknown as KubeObject);
        const again = shared(complete);
        kind.defaults?.(again);
        assert.deepEqual(again, deepCopy(complete));
      }),
      { numRuns: 50 },
    );
  });

  if (kind.defaultsStatus) continue;
  test(`defaults of ${kind.kind} (${kind.group || 'core'}/${kind.version}) have nothing for the status`, () => {
    fc.assert(
      fc.property(anyObject(kind.type), (object) => {
        const complete = deepCopy(object);
        kind.defaults?.(complete as unknown as KubeObject);
        assert.deepEqual(complete['status'], deepCopy(object['status']));
      }),
      { numRuns: 50 },
    );
  });
}
