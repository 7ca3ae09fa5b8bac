/**
 * The bytes of watch events, made once for all watchers that want the same form. Only the latest
 * objects are remembered: an event goes to its watchers within one turn, so more would be waste.
 */
import type { Kind } from '#api/kind.ts';
import { encodeWatchFrame } from '#api/protobuf/envelope.ts';
import type { WatchEventType } from '#api/verbs.ts';
import type { StatusError } from '#base/status-error.ts';
import type { Stored } from '../../core/core.ts';
import { statusOf } from '../status.ts';
import { type EncodeOptions, protobufOf, transformed } from './encode.ts';

const rememberedObjects = 256;
const utf8 = new TextEncoder();

export class WatchBuffers {
  readonly #made = new Map<Stored, Map<string, Uint8Array>>();

  /** `headers`: the first event of a table watch names the columns. */
  event(
    kind: Kind,
    type: WatchEventType,
    stored: Stored,
    options: EncodeOptions,
    headers: boolean,
  ): Uint8Array {
    const { form, include, now } = options;
    // Rows tell ages, so they are shared only within the same second.
    const age = form.as === 'table' ? `/${include}/${headers}/${Math.floor(now / 1000)}` : '';
    const key = `${type}/${form.key}${age}`;
    const buffers = this.#buffersOf(stored);
    let buffer = buffers.get(key);
    if (!buffer) {
      buffer = encodeEvent(kind, type, stored, options, headers);
      buffers.set(key, buffer);
    }
    return buffer;
  }

  #buffersOf(stored: Stored): Map<string, Uint8Array> {
    const known = this.#made.get(stored);
    if (known) return known;
    if (this.#made.size >= rememberedObjects) {
      const [oldest] = this.#made.keys();
      if (oldest) this.#made.delete(oldest);
    }
    const fresh = new Map<string, Uint8Array>();
    this.#made.set(stored, fresh);
    return fresh;
  }
}

function encodeEvent(
  kind: Kind,
  type: WatchEventType,
  stored: Stored,
  options: EncodeOptions,
  headers: boolean,
): Uint8Array {
  const { form } = options;
  if (form.media === 'protobuf') return encodeWatchFrame(type, protobufOf(stored.object));
  if (form.as === 'object') return jsonFrame(type, stored.bytes);
  return jsonFrame(
    type,
    utf8.encode(JSON.stringify(transformed(kind, stored.object, options, headers))),
  );
}

export function errorFrame(error: StatusError, media: EncodeOptions['form']['media']): Uint8Array {
  const status = statusOf(error);
  if (media === 'protobuf') return encodeWatchFrame('ERROR', protobufOf(status as never));
  return jsonFrame('ERROR', utf8.encode(JSON.stringify(status)));
}

function jsonFrame(type: string, object: Uint8Array): Uint8Array {
  const head = utf8.encode(`{"type":"${type}","object":`);
  const tail = utf8.encode('}\n');
  const frame = new Uint8Array(head.length + object.length + tail.length);
  frame.set(head);
  frame.set(object, head.length);
  frame.set(tail, head.length + object.length);
  return frame;
}
