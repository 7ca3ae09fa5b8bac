// Reads tools/data/kubernetes-api.txt: wire numbers, types and merge relations of the Kubernetes API, in our own form.

export interface FactField {
  /** Wire number; 0 where the type has no wire form. */
  readonly number: number;
  /** '@' for an embedded type. */
  readonly name: string;
  /** Full type, with `[]` and `map:` in front. */
  readonly type: string;
  readonly required: boolean;
  readonly pointer: boolean;
  /** The remaining marks, as they stand: `atomic`, `set`, `map=…`, `patch=…`, `default=…`, `enum=…`. */
  readonly marks: readonly string[];
}

export interface FactType {
  readonly name: string;
  readonly isKind: boolean;
  readonly isAtomic: boolean;
  readonly fields: readonly FactField[];
}

export function parseFacts(text: string): Map<string, FactType> {
  const types = new Map<string, FactType>();
  let fields: FactField[] = [];
  let owner = '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith(' ')) {
      fields.push(parseField(line.trim(), owner.slice(0, owner.lastIndexOf('.'))));
      continue;
    }
    const [name = '', ...marks] = line.split(' ');
    owner = name;
    fields = [];
    types.set(name, {
      name,
      isKind: marks.includes('kind'),
      isAtomic: marks.includes('atomic'),
      fields,
    });
  }
  return types;
}

function parseField(line: string, packageName: string): FactField {
  const [number = '', name = '', type = '', ...marks] = line.split(' ');
  return {
    number: Number(number),
    name,
    type: qualify(type, packageName),
    required: marks.includes('!'),
    pointer: marks.includes('*'),
    marks: marks.filter((mark) => mark !== '!' && mark !== '*'),
  };
}

const scalars = new Set(['string', 'bool', 'int32', 'int64', 'double', 'bytes', 'any']);

function qualify(type: string, packageName: string): string {
  const element = elementOf(type);
  if (element.includes('.') || scalars.has(element)) return type;
  return `${type.slice(0, type.length - element.length)}${packageName}.${element}`;
}

/** The type without its `[]` and `map:` prefixes. */
export function elementOf(type: string): string {
  return type.replace(/^(\[\]|map:)+/, '');
}
