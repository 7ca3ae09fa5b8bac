/** Reads the protobuf wire format from a piece of a byte array; every step is checked against its end. */
import { decodeUtf8 } from './text.ts';

/** The bytes are not what they should be; the message is for the person who sent them. */
export class ProtobufProblem extends Error {
  override readonly name = 'ProtobufProblem';
}

export const wireType = { varint: 0, fixed64: 1, bytes: 2, groupStart: 3, fixed32: 5 } as const;

export function numberOf(tag: number): number {
  return tag >>> 3;
}

export function typeOf(tag: number): number {
  return tag & 7;
}

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;
  /** Upper half of the integer that was read last. */
  #high = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#end;
  }

  get length(): number {
    return this.#end - this.#position;
  }

  /** Field number and wire type in one number: `numberOf` and `typeOf` take it apart. */
  tag(): number {
    const low = this.#varint();
    if (low >>> 3 === 0 || this.#high !== 0) throw new ProtobufProblem('illegal tag');
    return low;
  }

  int32(): number {
    return this.#varint();
  }

  /** Beyond 2^53 the nearest number. */
  int64(): number {
    const low = this.#varint();
    return this.#high * 4_294_967_296 + (low >>> 0);
  }

  bigInt64(): bigint {
    const low = this.#varint();
    return (BigInt(this.#high) << 32n) | BigInt(low >>> 0);
  }

  bool(): boolean {
    return this.#varint() !== 0 || this.#high !== 0;
  }

  double(): number {
    const start = this.#advance(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + start, 8).getFloat64(0, true);
  }

  /** A reader over the next length-delimited piece. */
  piece(): Reader {
    const start = this.#delimited();
    return new Reader(this.#bytes, start, this.#position);
  }

  string(): string {
    const start = this.#delimited();
    return decodeUtf8(this.#bytes, start, this.#position);
  }

  /** Shares memory with the input. */
  bytes(): Uint8Array {
    const start = this.#delimited();
    return this.#bytes.subarray(start, this.#position);
  }

  /** What is left, as text. */
  rest(): string {
    const start = this.#position;
    this.#position = this.#end;
    return decodeUtf8(this.#bytes, start, this.#end);
  }

  skip(type: number): void {
    if (type === wireType.varint) this.#varint();
    else if (type === wireType.fixed64) this.#advance(8);
    else if (type === wireType.fixed32) this.#advance(4);
    else if (type === wireType.bytes) this.#delimited();
    else throw new ProtobufProblem(`unsupported wire type ${type}`);
  }

  #delimited(): number {
    const length = this.#varint();
    if (length < 0 || this.#high !== 0) throw new ProtobufProblem('invalid length');
    return this.#advance(length);
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#end - start) throw new ProtobufProblem('unexpected end of data');
    this.#position = start + length;
    return start;
  }

  /** The lower half of 64 bits, as a signed number; the upper is in `#high`. */
  #varint(): number {
    let low = 0;
    this.#high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#position >= this.#end) throw new ProtobufProblem('unexpected end of data');
      const byte = this.#bytes[this.#position++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) this.#high |= bits >> 4;
      else if (shift > 28) this.#high |= bits << (shift - 32);
      if (byte < 0x80) return low;
    }
    throw new ProtobufProblem('integer overflow');
  }
}
