/** Layers of images (OCI image spec 1.0), made once and shared by the archives that stand on them. */
import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { packTar, type TarContent, type TarEntry } from './tar.ts';

/** Bytes that are found by their digest. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and lower-case hexadecimal. */
  readonly digest: string;
  readonly size: number;
}

export interface LayerFacts extends Descriptor {
  /** The digest before compression. */
  readonly diffId: string;
}

export interface Layer extends LayerFacts {
  readonly content: TarContent;
}

const mediaType = 'application/vnd.oci.image.layer.v1.tar';

/** Uncompressed: for a few files that never travel. */
export async function layerInMemory(entries: Iterable<TarEntry>): Promise<Layer> {
  const content = await buffer(packTar(entries));
  const described = describe(mediaType, content);
  return { ...described, diffId: described.digest, content };
}

/** Compressed, into `sink`; how it is read again is the caller's business. */
export async function writeLayer(entries: Iterable<TarEntry>, sink: Writable): Promise<LayerFacts> {
  const plain = new Measure();
  const compressed = new Measure();
  await pipeline(
    packTar(entries),
    (bytes) => plain.passing(bytes),
    // Speed before size: what is built on a machine is mostly run on it.
    createGzip({ level: 1 }),
    (bytes: AsyncIterable<Uint8Array>) => compressed.passing(bytes),
    sink,
  );
  return { ...compressed.described(`${mediaType}+gzip`), diffId: plain.described('').digest };
}

export function describe(type: string, bytes: Uint8Array): Descriptor {
  const measure = new Measure();
  measure.add(bytes);
  return measure.described(type);
}

class Measure {
  readonly #hash = createHash('sha256');
  #size = 0;

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }

  async *passing(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      this.add(chunk);
      yield chunk;
    }
  }

  /** Once, when all has passed. */
  described(type: string): Descriptor {
    return { mediaType: type, digest: `sha256:${this.#hash.digest('hex')}`, size: this.#size };
  }
}
