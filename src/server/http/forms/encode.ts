/** Turns an object or a list into the bytes of the form that the client chose. */
import { stringify as toYaml } from 'yaml';
import { apiVersionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { encodeProtobuf } from '#api/protobuf/envelope.ts';
import { listTypeOf, schemaOf } from '#api/schema/schema.ts';
import { assert } from '#base/assert.ts';
import type { Stored, StoredList } from '../../core/core.ts';
import type { Form } from '../accept.ts';
import { partialMetadata, partialMetadataList } from './metadata.ts';
import { type IncludeObject, type TableMeta, tableOf } from './table.ts';

export interface EncodeOptions {
  readonly form: Form;
  readonly include: IncludeObject;
  readonly pretty: boolean;
  /** Milliseconds, for ages. */
  readonly now: number;
}

const utf8 = new TextEncoder();
const newline = utf8.encode('\n');
const comma = utf8.encode(',');
const listEnd = utf8.encode(']}\n');

export function encodeObject(kind: Kind, stored: Stored, options: EncodeOptions): Uint8Array[] {
  const { form } = options;
  if (form.as === 'object') {
    if (form.media === 'json' && !options.pretty) return [stored.bytes, newline];
    return [encodeValue(stored.object, options)];
  }
  return [encodeValue(transformed(kind, stored.object, options), options)];
}

/** The head, the items' own bytes and a tail: nothing is serialized again. */
export function encodeList(kind: Kind, list: StoredList, options: EncodeOptions): Uint8Array[] {
  const { form, pretty, now, include } = options;
  const metadata = listMetadata(list);
  const objects = () => list.items.map(({ object }) => object);
  if (form.as === 'table') {
    const table = { version: form.metaVersion, include, now, headers: true };
    return [encodeValue(tableOf(kind, objects(), metadata, table), options)];
  }
  if (form.as === 'metadata') {
    return [encodeValue(partialMetadataList(objects(), metadata, form.metaVersion), options)];
  }
  const head = { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata };
  if (form.media !== 'json' || pretty) return [encodeValue({ ...head, items: objects() }, options)];
  const parts: Uint8Array[] = [utf8.encode(`${JSON.stringify(head).slice(0, -1)},"items":[`)];
  for (const item of list.items) {
    if (parts.length > 1) parts.push(comma);
    parts.push(item.bytes);
  }
  parts.push(listEnd);
  return parts;
}

export function transformed(
  kind: Kind,
  object: KubeObject,
  options: EncodeOptions,
  headers = true,
): object {
  const { form, include, now } = options;
  if (form.as === 'object') return object;
  if (form.as === 'metadata') return partialMetadata(object, form.metaVersion);
  const { resourceVersion } = object.metadata;
  const table = { version: form.metaVersion, include, now, headers };
  return tableOf(kind, [object], { resourceVersion }, table);
}

export function encodeValue(
  value: object,
  { form, pretty }: Pick<EncodeOptions, 'form' | 'pretty'>,
): Uint8Array {
  switch (form.media) {
    case 'json':
      return utf8.encode(`${JSON.stringify(value, undefined, pretty ? 2 : undefined)}\n`);
    case 'yaml':
      return utf8.encode(toYaml(value, { aliasDuplicateObjects: false, lineWidth: 0 }));
    default:
      return protobufOf(value as KubeObject);
  }
}

export function protobufOf(object: KubeObject): Uint8Array {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  const version = object.apiVersion.slice(slash + 1);
  const type =
    schemaOf({ group, version, kind: object.kind }) ?? listType(group, version, object.kind);
  assert(type, `a protobuf form of ${object.apiVersion} ${object.kind}`);
  return encodeProtobuf(object as KubeObject & Record<string, unknown>, type);
}

function listType(group: string, version: string, kind: string) {
  const item = schemaOf({ group, version, kind: kind.replace(/List$/, '') });
  return item && listTypeOf(item);
}

function listMetadata(list: StoredList): TableMeta {
  return {
    resourceVersion: list.resourceVersion,
    ...(list.continue === undefined ? {} : { continue: list.continue }),
    ...(list.remainingItemCount === undefined
      ? {}
      : { remainingItemCount: list.remainingItemCount }),
  };
}
