/**
 * Writes the protobuf wire format from the end to the front: a message's length is known once its
 * inside has been written, so nothing is measured or copied twice. Callers therefore write the last
 * field first, and a value before its tag.
 */
import { wireType } from './reader.ts';
import { encodeUtf8, utf8Length } from './text.ts';

export class Writer {
  #bytes: Uint8Array = new Uint8Array(1024);
  #start = 1024;

  /** Bytes written so far. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  /** A copy of what has been written. */
  finish(): Uint8Array {
    return this.#bytes.slice(this.#start);
  }

  tag(number: number, type: number): void {
    this.unsigned((number << 3) | type);
  }

  /** Tag and length of a piece whose inside began when `length` was `before`. */
  endPiece(number: number, before: number): void {
    this.unsigned(this.length - before);
    this.tag(number, wireType.bytes);
  }

  /** A whole number from 0 to 2^32 - 1. */
  unsigned(value: number): void {
    this.#varint(value | 0, 0);
  }

  /** Two's complement over 64 bits, as protobuf has int32, int64 and bool. */
  signed(value: number): void {
    this.#varint(value >>> 0, Math.floor(value / 4_294_967_296));
  }

  bigSigned(value: bigint): void {
    this.#varint(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  double(value: number): void {
    const start = this.#reserve(8);
    new DataView(this.#bytes.buffer, this.#bytes.byteOffset + start, 8).setFloat64(0, value, true);
  }

  string(number: number, text: string): void {
    const length = utf8Length(text);
    const start = this.#reserve(length);
    encodeUtf8(text, this.#bytes, start);
    this.unsigned(length);
    this.tag(number, wireType.bytes);
  }

  bytes(number: number, bytes: Uint8Array): void {
    this.raw(bytes);
    this.unsigned(bytes.length);
    this.tag(number, wireType.bytes);
  }

  raw(bytes: Uint8Array): void {
    const start = this.#reserve(bytes.length);
    this.#bytes.set(bytes, start);
  }

  #varint(lowBits: number, highBits: number): void {
    let low = lowBits >>> 0;
    let high = highBits >>> 0;
    const septets: number[] = [];
    do {
      septets.push(low & 0x7f);
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    } while (low !== 0 || high !== 0);
    const start = this.#reserve(septets.length);
    septets.forEach((bits, index) => {
      this.#bytes[start + index] = index < septets.length - 1 ? bits | 0x80 : bits;
    });
  }

  #reserve(length: number): number {
    if (length > this.#start) this.#grow(length);
    this.#start -= length;
    return this.#start;
  }

  #grow(length: number): void {
    const written = this.length;
    const size = Math.max(this.#bytes.length * 2, written + length);
    const larger = new Uint8Array(size);
    larger.set(this.#bytes.subarray(this.#start), size - written);
    this.#bytes = larger;
    this.#start = size - written;
  }
}
