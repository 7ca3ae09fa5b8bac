/**
 * The frames of SPDY/3.1, as far as exec, attach and port-forward use them. Source: the SPDY protocol, draft
 * 3.1, sections 2.2 and 2.6. Kubernetes' implementations keep no windows: nobody sends WINDOW_UPDATE,
 * and who waited for one would stop after 64 KiB.
 */

export type SpdyFrame =
  /** A piece of a DATA frame, as it arrived; `last` with the piece that ends the sender's half. */
  | {
      readonly type: 'data';
      readonly stream: number;
      readonly payload: Buffer;
      readonly last: boolean;
    }
  | {
      readonly type: 'open';
      readonly stream: number;
      readonly block: Buffer;
      readonly last: boolean;
    }
  | {
      readonly type: 'reply';
      readonly stream: number;
      readonly block: Buffer;
      readonly last: boolean;
    }
  | { readonly type: 'reset'; readonly stream: number; readonly status: number }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'goAway' }
  /** Settings, windows, more headers: nothing that concerns us. */
  | { readonly type: 'other' };

const version = 3;
const types = { open: 1, reply: 2, reset: 3, ping: 6, goAway: 7 } as const;
const finFlag = 1;
const headBytes = 8;
const controlBytesMax = 64 * 1024;
const streamMask = 0x7fff_ffff;
/** As large as Go's copy buffers; a peer may not like longer ones. */
export const dataBytesMax = 32 * 1024;

/** Cuts a connection's bytes into frames. Throws when they are not SPDY/3. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  #data: { readonly stream: number; left: number; readonly last: boolean } | undefined;

  *read(chunk: Buffer): Generator<SpdyFrame> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#data) {
        const payload = bytes.subarray(0, this.#data.left);
        bytes = bytes.subarray(payload.length);
        this.#data.left -= payload.length;
        const { stream, left, last } = this.#data;
        if (left === 0) this.#data = undefined;
        if (payload.length > 0 || left === 0) {
          yield { type: 'data', stream, payload, last: last && left === 0 };
        }
        if (left > 0) break;
      }
      if (bytes.length < headBytes) break;
      const first = bytes.readUInt32BE(0);
      const length = bytes.readUIntBE(5, 3);
      const last = ((bytes[4] ?? 0) & finFlag) !== 0;
      if (first >>> 31 === 0) {
        this.#data = { stream: first, left: length, last };
        bytes = bytes.subarray(headBytes);
        continue;
      }
      if (((first >>> 16) & 0x7fff) !== version) throw new Error('not a frame of SPDY/3');
      if (length > controlBytesMax) throw new Error('a control frame is too long');
      if (bytes.length < headBytes + length) break;
      yield controlFrame(first & 0xffff, last, bytes.subarray(headBytes, headBytes + length));
      bytes = bytes.subarray(headBytes + length);
    }
    // A copy, so that a few bytes do not hold a whole chunk.
    this.#rest = Buffer.from(bytes);
  }
}

function controlFrame(type: number, last: boolean, body: Buffer): SpdyFrame {
  const id = body.length >= 4 ? body.readUInt32BE(0) : 0;
  const stream = id & streamMask;
  switch (type) {
    case types.open:
      return { type: 'open', stream, block: body.subarray(10), last };
    case types.reply:
      return { type: 'reply', stream, block: body.subarray(4), last };
    case types.reset:
      return { type: 'reset', stream, status: body.length >= 8 ? body.readUInt32BE(4) : 0 };
    case types.ping:
      return { type: 'ping', id };
    case types.goAway:
      return { type: 'goAway' };
    default:
      return { type: 'other' };
  }
}

export function openFrame(stream: number, block: Buffer): Buffer {
  const ids = Buffer.alloc(10);
  ids.writeUInt32BE(stream);
  return control(types.open, Buffer.concat([ids, block]));
}

export function replyFrame(stream: number, block: Buffer): Buffer {
  return control(types.reply, Buffer.concat([words(stream), block]));
}

export function resetFrame(stream: number, status: number): Buffer {
  return control(types.reset, words(stream, status));
}

export function pingFrame(id: number): Buffer {
  return control(types.ping, words(id));
}

export function goAwayFrame(lastStream: number): Buffer {
  return control(types.goAway, words(lastStream, 0));
}

/** The head of a DATA frame; the payload follows. */
export function dataHead(stream: number, length: number, last: boolean): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(stream);
  head.writeUInt32BE(length, 4);
  head[4] = last ? finFlag : 0;
  return head;
}

function control(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(0x8000 | version);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
}
