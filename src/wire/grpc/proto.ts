/**
 * Protocols as data. A package is a table of messages, enums and services in short lines:
 * `id name type`, a list as `[]type`, a map as `map<key,value>`. Only numbers and types travel, so
 * names are in our own camelCase. A test holds every number against the descriptors inside the
 * program that answers.
 */
import { fromJSON, type PackageDefinition } from '@grpc/proto-loader';

export interface ProtoPackage {
  /** `runtime.v1`. */
  readonly name: string;
  /** Message → its fields: `1 id string; 2 metadata PodSandboxMetadata`. */
  readonly messages: Readonly<Record<string, string>>;
  /** Enum → its values in order, from 0. */
  readonly enums?: Readonly<Record<string, readonly string[]>>;
  /** Service → method → `Request Response`; a streamed answer as `Request stream Response`. */
  readonly services?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ProtoField {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly repeated: boolean;
  /** Of a map. */
  readonly keyType: string | undefined;
}

export function fieldsOf(line: string): ProtoField[] {
  return line
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [id = '', name = '', word = ''] = part.split(' ');
      const map = /^map<(\w+),([\w.]+)>$/.exec(word);
      const repeated = word.startsWith('[]');
      const type = map?.[2] ?? (repeated ? word.slice(2) : word);
      return { id: Number(id), name, type, repeated, keyType: map?.[1] };
    });
}

type Json = Record<string, unknown>;

function messageJson(line: string): Json {
  const fields: Json = {};
  for (const { id, name, type, repeated, keyType } of fieldsOf(line)) {
    fields[name] = { id, type, ...(repeated && { rule: 'repeated' }), ...(keyType && { keyType }) };
  }
  return { fields };
}

function serviceJson(methods: Readonly<Record<string, string>>): Json {
  const json: Json = {};
  for (const [method, line] of Object.entries(methods)) {
    const [requestType, ...answer] = line.split(' ');
    const responseStream = answer[0] === 'stream';
    json[method] = { requestType, responseType: answer.at(-1), responseStream };
  }
  return { methods: json };
}

function packageJson({ messages, enums = {}, services = {} }: ProtoPackage): Json {
  const nested: Json = {};
  for (const [name, line] of Object.entries(messages)) nested[name] = messageJson(line);
  for (const [name, values] of Object.entries(enums)) {
    nested[name] = { values: Object.fromEntries(values.map((value, index) => [value, index])) };
  }
  for (const [name, methods] of Object.entries(services)) nested[name] = serviceJson(methods);
  return nested;
}

/**
 * Decoded messages have every field: zero values, empty lists and maps, `null` for an absent
 * message. 64-bit integers are numbers: nanoseconds since 1970 lose their last two digits.
 */
export function compileProto(packages: readonly ProtoPackage[]): PackageDefinition {
  const root: { nested: Json } = { nested: {} };
  for (const one of packages) {
    let at = root.nested;
    for (const part of one.name.split('.')) {
      const inner = (at[part] ??= { nested: {} }) as { nested: Json };
      at = inner.nested;
    }
    Object.assign(at, packageJson(one));
  }
  return fromJSON(root as Parameters<typeof fromJSON>[0], {
    longs: Number,
    enums: String,
    defaults: true,
    arrays: true,
    objects: true,
  });
}
