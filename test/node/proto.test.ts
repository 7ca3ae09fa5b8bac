/** Our tables of protocols against the descriptors inside the containerd program of this machine. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { containerdEvents } from '#wire/grpc/containerd-events.ts';
import { criV1 } from '#wire/grpc/cri-v1.ts';
import { fieldsOf, type ProtoPackage } from '#wire/grpc/proto.ts';

const program = '/usr/bin/containerd';

/** One field of a protobuf message by wire format: varints as numbers, the rest as bytes. */
type Field = { readonly id: number; readonly value: number | Buffer };

function* read(bytes: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('ends within a number');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const id = Math.floor(tag / 8);
    if (tag % 8 === 0) yield { id, value: varint() };
    else if (tag % 8 === 2) {
      const length = varint();
      yield { id, value: bytes.subarray(at, (at += length)) };
    } else throw new Error('not a descriptor');
  }
}

const text = (value: number | Buffer | undefined): string => value?.toString() ?? '';
const one = (bytes: Buffer, id: number) => [...read(bytes)].find((field) => field.id === id)?.value;
const all = (bytes: Buffer, id: number): Buffer[] =>
  [...read(bytes)].filter((field) => field.id === id).map(({ value }) => value as Buffer);

/** Compressed file descriptors lie in a Go program as gzip members. */
function descriptors(): Map<string, Buffer[]> {
  const found = new Map<string, Buffer[]>();
  const binary = readFileSync(program);
  const magic = Buffer.from([0x1f, 0x8b, 8]);
  for (let at = binary.indexOf(magic); at >= 0; at = binary.indexOf(magic, at + 1)) {
    try {
      const file = inflateRawSync(binary.subarray(at + 10, at + 200_000));
      const name = text(one(file, 2));
      found.set(name, [...(found.get(name) ?? []), file]);
    } catch {
      // Three bytes that look like the beginning of one.
    }
  }
  return found;
}

const scalar: Record<number, string> = {
  3: 'int64',
  4: 'uint64',
  5: 'int32',
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'uint32',
};

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

interface Known {
  readonly messages: Map<string, Map<number, string>>;
  readonly enums: Map<string, string[]>;
  readonly methods: Map<string, string>;
}

function knownOf(files: readonly Buffer[]): Known {
  const known: Known = { messages: new Map(), enums: new Map(), methods: new Map() };
  const entries = new Map<string, string>();
  const enumOf = (bytes: Buffer) =>
    known.enums.set(
      text(one(bytes, 1)),
      all(bytes, 2).map((value) => text(one(value, 1))),
    );
  const lastWord = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
  const typeOf = (field: Buffer): string => {
    const named = text(one(field, 6));
    const plain = named ? lastWord(named) : (scalar[Number(one(field, 5))] ?? '?');
    return one(field, 4) === 3 ? (entries.get(named) ?? `[]${plain}`) : plain;
  };
  const messageOf = (bytes: Buffer, prefix: string): void => {
    const name = text(one(bytes, 1));
    for (const inner of all(bytes, 3)) messageOf(inner, `${prefix}.${name}`);
    for (const inner of all(bytes, 4)) enumOf(inner);
    const fields = new Map(
      all(bytes, 2).map((field) => [
        Number(one(field, 3)),
        `${camel(text(one(field, 1)))} ${typeOf(field)}`,
      ]),
    );
    if (name.endsWith('Entry')) {
      const [key = '', value = ''] = [1, 2].map((id) => fields.get(id)?.split(' ')[1] ?? '');
      entries.set(`${prefix}.${name}`, `map<${key},${value}>`);
    }
    known.messages.set(name, fields);
  };
  for (const file of files) {
    for (const bytes of all(file, 5)) enumOf(bytes);
    for (const bytes of all(file, 4)) messageOf(bytes, `.${text(one(file, 2))}`);
    for (const service of all(file, 6)) {
      for (const method of all(service, 2)) {
        const name = `${text(one(service, 1))}/${text(one(method, 1))}`;
        known.methods.set(
          name,
          `${lastWord(text(one(method, 2)))} ${one(method, 6) ? 'stream ' : ''}${lastWord(text(one(method, 3)))}`,
        );
      }
    }
  }
  return known;
}

function check({ name, messages, enums = {}, services = {} }: ProtoPackage, known: Known): void {
  for (const [message, line] of Object.entries(messages)) {
    const fields = known.messages.get(message);
    assert.ok(fields, `${name}.${message} is not known to containerd`);
    for (const { id, name: field, type, repeated, keyType } of fieldsOf(line)) {
      const last = type.slice(type.lastIndexOf('.') + 1);
      const word = keyType ? `map<${keyType},${type}>` : `${repeated ? '[]' : ''}${last}`;
      assert.equal(`${field} ${word}`, fields.get(id), `${name}.${message} field ${id}`);
    }
  }
  for (const [one, values] of Object.entries(enums)) {
    assert.deepEqual(values, known.enums.get(one), `${name}.${one}`);
  }
  for (const [service, methods] of Object.entries(services)) {
    for (const [method, line] of Object.entries(methods)) {
      assert.equal(
        line.replace(/[\w.]+\./g, ''),
        known.methods.get(`${service}/${method}`),
        `${service}/${method}`,
      );
    }
  }
}

describe('protocol tables', { skip: existsSync(program) ? false : `needs ${program}` }, () => {
  const found = existsSync(program) ? descriptors() : new Map<string, Buffer[]>();
  for (const table of [criV1, ...containerdEvents]) {
    // Well-known types are the same everywhere, and not in the program under a name of its own.
    if (table.name === 'google.protobuf') continue;
    it(`${table.name} is what containerd has`, () => {
      // Event messages of a package lie in files of several Go packages.
      const files = found.get(table.name) ?? [];
      check(table, knownOf(files));
    });
  }
});
