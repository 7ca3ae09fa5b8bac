/**
 * Writes a DNS message. A name that was written before is pointed to (RFC 1035 4.1.4): a dozen
 * endpoints then fit into the 512 bytes that C libraries without EDNS take.
 */
import { assert } from '#base/assert.ts';
import type { Resource } from './message.ts';

const pointerOffsetMax = 0x3fff;
const pointerBits = 0xc000;
const utf8 = new TextEncoder();
/** Numbers of the types that answers of ours have. */
const typeNumbers = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, TXT: 16, SRV: 33 } as const;
const internet = 1;

export class MessageWriter {
  #bytes = new Uint8Array(512);
  #length = 0;
  /** Lower-case name → where it stands. */
  readonly #names = new Map<string, number>();

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  uint8(value: number): void {
    this.raw(Uint8Array.of(value));
  }

  uint16(value: number): void {
    this.raw(Uint8Array.of(value >> 8, value & 0xff));
  }

  uint32(value: number): void {
    this.uint16(value >>> 16);
    this.uint16(value & 0xffff);
  }

  /** Later names may point to this one, which stands at `offset` already. */
  knowName(name: string, offset: number): void {
    let at = offset;
    for (let rest = name; rest !== ''; ) {
      if (!this.#names.has(rest) && at <= pointerOffsetMax) this.#names.set(rest, at);
      const dot = rest.indexOf('.');
      at += 1 + (dot < 0 ? rest.length : dot);
      rest = dot < 0 ? '' : rest.slice(dot + 1);
    }
  }

  /** `whole`: without pointing to an earlier one. */
  name(name: string, whole = false): void {
    let rest = name.replace(/\.$/, '');
    while (rest !== '') {
      const known = this.#names.get(rest.toLowerCase());
      if (known !== undefined && !whole) {
        this.uint16(pointerBits | known);
        return;
      }
      if (known === undefined && this.#length <= pointerOffsetMax)
        this.#names.set(rest.toLowerCase(), this.#length);
      const dot = rest.indexOf('.');
      const label = utf8.encode(dot < 0 ? rest : rest.slice(0, dot));
      assert(label.length > 0 && label.length < 64, `a DNS name with such a label: ${name}`);
      this.uint8(label.length);
      this.raw(label);
      rest = dot < 0 ? '' : rest.slice(dot + 1);
    }
    this.uint8(0);
  }

  resource(resource: Resource): void {
    this.name(resource.name);
    this.uint16(typeNumbers[resource.type]);
    this.uint16(internet);
    this.uint32(resource.ttl);
    const lengthAt = this.#length;
    this.uint16(0);
    this.#data(resource);
    const length = this.#length - lengthAt - 2;
    this.#bytes[lengthAt] = length >> 8;
    this.#bytes[lengthAt + 1] = length & 0xff;
  }

  #data(resource: Resource): void {
    switch (resource.type) {
      case 'A':
        this.raw(Uint8Array.from(resource.data.split('.'), Number));
        return;
      case 'CNAME':
      case 'NS':
      case 'PTR':
        this.name(resource.data);
        return;
      case 'TXT': {
        const text = utf8.encode(resource.data).subarray(0, 255);
        this.uint8(text.length);
        this.raw(text);
        return;
      }
      case 'SRV': {
        const { priority, weight, port, target } = resource.data;
        for (const each of [priority, weight, port]) this.uint16(each);
        // RFC 2782 forbids to compress the target, and some readers hold to it.
        this.name(target, true);
        return;
      }
      case 'SOA': {
        const { mname, rname, serial, refresh, retry, expire, minimum } = resource.data;
        this.name(mname);
        this.name(rname);
        for (const each of [serial, refresh, retry, expire, minimum]) this.uint32(each);
      }
    }
  }
}
