/**
 * Steps of a path in managedFields (`FieldsV1`): `f:name` a field or map key, `k:{"name":"a"}` an
 * element of a list by its keys, `v:"x"` an element of a set, `i:0` an element by its place.
 */
import type { JsonObject } from '../copy.ts';
import { joined, quoted } from '../json-text.ts';

export type Step = string;

export function fieldStep(name: string): Step {
  return `f:${name}`;
}

export function valueStep(value: unknown): Step {
  return `v:${JSON.stringify(value)}`;
}

/** Keys sorted by name, as Kubernetes writes them; without those that have no value. */
export function keyStep(names: readonly string[], valueOf: (name: string) => unknown): Step {
  let keys = '';
  for (const name of names.length > 1 ? names.toSorted() : names) {
    const value = valueOf(name);
    if (value !== undefined) keys = joined(keys, `${quoted(name)}:${JSON.stringify(value)}`);
  }
  return `k:{${keys}}`;
}

/** The field or map key of an `f:` step. */
export function fieldOf(step: Step): string | undefined {
  return step.startsWith('f:') ? step.slice(2) : undefined;
}

/** For people: `.spec.containers[name="a"].image`. */
export function formatPath(path: readonly Step[]): string {
  return path.map(formatStep).join('');
}

function formatStep(step: Step): string {
  const rest = step.slice(2);
  switch (step.slice(0, 2)) {
    case 'f:':
      return `.${rest}`;
    case 'v:':
      return `[=${rest}]`;
    case 'k:': {
      const keys = Object.entries(JSON.parse(rest) as JsonObject);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    default:
      return `[${rest}]`;
  }
}
