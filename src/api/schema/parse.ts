/**
 * Compiles one text of the generated schema table. Its form:
 *
 *     core.v1.PodSpec [kind] [atomic]
 *     2! containers []Container map=name patch=merge:name
 *
 * First line: package, version, name, marks. Then one line per field: wire number (`2.1` lies in a
 * nested message), `!` required, `*` pointer; name; type with `[]` and `map:` in front; marks
 * `atomic`, `set`, `map=keys`, `patch=strategies:key`, `default=JSON`, `enum=words` (`_`: a space).
 */
import type {
  FieldSchema,
  Leaf,
  MergeRule,
  PatchRule,
  TypeSchema,
  ValueSchema,
  WireTable,
} from './types.ts';

export type TypeLookup = (name: string) => TypeSchema;

/** A type of the table; its fields are compiled when first asked for. */
export class TableType implements TypeSchema {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  readonly goName: string;
  readonly isKind: boolean;
  readonly isAtomic: boolean;
  readonly #text: string;
  readonly #lookup: TypeLookup;
  #fields: ReadonlyMap<string, FieldSchema> | undefined;
  #always: readonly FieldSchema[] | undefined;
  #wire: WireTable | undefined;

  constructor(name: string, text: string, lookup: TypeLookup) {
    const end = text.indexOf('\n');
    const [id = '', ...marks] = (end < 0 ? text : text.slice(0, end)).split(' ');
    const [packageName = '', version = '', goName = ''] = id.split('.');
    this.name = name;
    this.package = packageName;
    this.version = version;
    this.goName = goName;
    this.isKind = marks.includes('kind');
    this.isAtomic = marks.includes('atomic');
    this.#text = text;
    this.#lookup = lookup;
  }

  get fields(): ReadonlyMap<string, FieldSchema> {
    this.#fields ??= parseFields(this.#text, this.#lookup);
    return this.#fields;
  }

  get always(): readonly FieldSchema[] {
    this.#always ??= [...this.fields.values()].filter((field) => isAlwaysThere(field, this.isKind));
    return this.#always;
  }

  get wire(): WireTable {
    this.#wire ??= wireTable(this.fields.values());
    return this.#wire;
  }
}

function isAlwaysThere({ name, value, required }: FieldSchema, isKind: boolean): boolean {
  if (value.form === 'object') return name === 'spec' || (isKind && name === 'metadata');
  return required && value.form !== 'leaf';
}

type Growing = Map<number, FieldSchema | Growing>;

function wireTable(fields: Iterable<FieldSchema>): WireTable {
  const root: Growing = new Map();
  for (const field of fields) {
    const [last, ...outer] = field.wire.toReversed();
    if (last === undefined) continue;
    nestedTable(root, outer.toReversed()).set(last, field);
  }
  return root;
}

function nestedTable(root: Growing, path: readonly number[]): Growing {
  let table = root;
  for (const number of path) {
    const known = table.get(number);
    const next: Growing = known instanceof Map ? known : new Map();
    table.set(number, next);
    table = next;
  }
  return table;
}

function parseFields(text: string, lookup: TypeLookup): ReadonlyMap<string, FieldSchema> {
  const [, ...lines] = text.split('\n');
  return new Map(lines.map((line) => parseField(line, lookup)).map((field) => [field.name, field]));
}

function parseField(line: string, lookup: TypeLookup): FieldSchema {
  const [number = '', name = '', type = '', ...marks] = line.split(' ');
  const path = number.replace(/[!*]/g, '');
  return {
    name,
    value: parseValue(type, lookup),
    required: number.includes('!'),
    pointer: number.includes('*'),
    wire: path === '' ? [] : path.split('.').map(Number),
    merge: parseMerge(marks),
    patch: parsePatch(marks),
    default: parseDefault(marks),
    enum: markValue(marks, 'enum')?.replaceAll('_', ' ').split(','),
  };
}

function parseValue(type: string, lookup: TypeLookup): ValueSchema {
  if (type.startsWith('[]')) return { form: 'list', element: parseValue(type.slice(2), lookup) };
  if (type.startsWith('map:')) return { form: 'map', element: parseValue(type.slice(4), lookup) };
  const first = type.charCodeAt(0);
  const isName = first >= 65 && first <= 90;
  if (!isName) return { form: 'leaf', leaf: type as Leaf };
  return {
    form: 'object',
    name: type,
    get type() {
      return lookup(type);
    },
  };
}

function markValue(marks: readonly string[], name: string): string | undefined {
  return marks.find((mark) => mark.startsWith(`${name}=`))?.slice(name.length + 1);
}

function parseMerge(marks: readonly string[]): MergeRule | undefined {
  if (marks.includes('atomic')) return { as: 'atomic', keys: [] };
  if (marks.includes('set')) return { as: 'set', keys: [] };
  const keys = markValue(marks, 'map');
  return keys === undefined ? undefined : { as: 'map', keys: keys.split(',') };
}

function parsePatch(marks: readonly string[]): PatchRule | undefined {
  const mark = markValue(marks, 'patch');
  if (mark === undefined) return undefined;
  const [strategies = '', mergeKey] = mark.split(':');
  return { strategies: strategies.split(',') as PatchRule['strategies'], mergeKey };
}

function parseDefault(marks: readonly string[]): unknown {
  const mark = markValue(marks, 'default');
  return mark === undefined ? undefined : JSON.parse(mark);
}
