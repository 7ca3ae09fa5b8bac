/**
 * Names and values of a stream, compressed as one zlib stream per direction of a connection.
 * Source: the SPDY protocol, draft 3.1, section 2.6.10.
 */
import { constants, createInflate, type Inflate } from 'node:zlib';
import { headerDictionary } from './dictionary.ts';

export type SpdyHeaders = ReadonlyMap<string, string>;

const blockBytesMax = 64 * 1024;
/** zlib's own head for data that refers to no dictionary. */
const zlibHead = Buffer.from([0x78, 0x01]);
/** An empty block: without it Go's reader looks for the next block, and fails for good at finding none. */
const syncFlush = Buffer.from([0, 0, 0, 0xff, 0xff]);

/**
 * Writes blocks without making them smaller: a handful of short words per stream is not worth a
 * compressor per connection, and so writing needs no waiting.
 */
export class HeaderWriter {
  #begun = false;

  block(headers: SpdyHeaders): Buffer {
    const plain = Buffer.concat([
      uint32(headers.size),
      ...[...headers].flatMap(([name, value]) => [sized(name.toLowerCase()), sized(value)]),
    ]);
    // A stored block of deflate (RFC 1951, 3.2.4).
    const head = Buffer.alloc(5);
    head.writeUInt16LE(plain.length, 1);
    head.writeUInt16LE(~plain.length & 0xffff, 3);
    const begin = this.#begun ? [] : [zlibHead];
    this.#begun = true;
    return Buffer.concat([...begin, head, plain, syncFlush]);
  }
}

export class HeaderReader {
  readonly #inflate: Inflate = createInflate({
    dictionary: headerDictionary,
    flush: constants.Z_SYNC_FLUSH,
  });
  #parts: Buffer[] = [];
  #size = 0;
  #failure: Error | undefined;

  constructor() {
    this.#inflate.on('data', (part: Buffer) => {
      this.#size += part.length;
      if (this.#size > blockBytesMax) this.#inflate.destroy();
      else this.#parts.push(part);
    });
    this.#inflate.on('error', (error) => (this.#failure = error));
  }

  /** One after another, in the order in which they came. */
  async read(block: Buffer): Promise<SpdyHeaders> {
    this.#parts = [];
    this.#size = 0;
    await new Promise<void>((resolve, reject) => {
      const failed = (): void => reject(this.#failure ?? new Error('headers after the end'));
      if (this.#inflate.destroyed) return failed();
      this.#inflate.once('close', failed);
      this.#inflate.write(block, (error) => {
        this.#inflate.off('close', failed);
        if (error) reject(error);
        else if (this.#size > blockBytesMax) reject(new Error('headers are too long'));
        else resolve();
      });
    });
    return pairsOf(Buffer.concat(this.#parts));
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function pairsOf(plain: Buffer): SpdyHeaders {
  const headers = new Map<string, string>();
  let at = 4;
  const next = (): string => {
    const start = at + 4;
    at = start + plain.readUInt32BE(at);
    if (at > plain.length) throw new Error('headers end too early');
    return plain.toString('utf8', start, at);
  };
  for (let left = plain.readUInt32BE(0); left > 0; left -= 1) {
    const name = next();
    headers.set(name, next());
  }
  return headers;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint32(bytes.length), bytes]);
}
