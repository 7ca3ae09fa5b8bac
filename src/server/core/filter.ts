/** Label and field selectors, compiled once per request and asked once per object. */
import { type FieldSelector, parseFieldSelector, parseLabelSelector } from '#api/selector.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { SelectOptions } from '#api/verbs.ts';
import { badRequest } from './errors.ts';

export interface Filter {
  /** No selector: every object matches. */
  readonly everything: boolean;
  matches(object: KubeObject): boolean;
  /** Fields that must equal a value: what an index can find. */
  readonly equalities: ReadonlyMap<string, string>;
}

const everything: Filter = { everything: true, matches: () => true, equalities: new Map() };

type ReadField = (object: KubeObject) => string;

export function fieldReader(kind: Kind, field: string): ReadField | undefined {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name;
  if (field === 'metadata.namespace' && kind.namespaced) {
    return ({ metadata }) => metadata.namespace ?? '';
  }
  const readers = kind.fieldSelectors;
  return readers && Object.hasOwn(readers, field) ? readers[field] : undefined;
}

export function filterOf(kind: Kind, { labelSelector, fieldSelector }: SelectOptions): Filter {
  const labels = labelSelector ? parseLabelSelector(labelSelector) : undefined;
  const fields = fieldSelector ? parseFieldSelector(fieldSelector) : [];
  if (labels === undefined && fields.length === 0) return everything;
  const tests = fields.map((requirement) => testOf(kind, requirement));
  const equalities = new Map<string, string>();
  for (const { field, equals, value } of fields) if (equals) equalities.set(field, value);
  return {
    everything: false,
    equalities,
    matches: (object) =>
      tests.every((test) => test(object)) &&
      (labels === undefined || labels.matches(object.metadata.labels ?? {})),
  };
}

function testOf(kind: Kind, { field, equals, value }: FieldSelector[number]) {
  const read = fieldReader(kind, field);
  if (read === undefined) {
    if (kind.fieldSelectors) throw badRequest(`field label not supported: ${field}`);
    const known = kind.namespaced ? '"metadata.name", "metadata.namespace"' : '"metadata.name"';
    throw badRequest(`${JSON.stringify(field)} is not a known field selector: only ${known}`);
  }
  return (object: KubeObject) => (read(object) === value) === equals;
}
