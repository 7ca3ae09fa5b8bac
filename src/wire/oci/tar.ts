/** Tar archives (POSIX ustar, IEEE 1003.1), as a stream: the same entries, the same bytes. */
import { pipeline } from 'node:stream/promises';
import { type Header, pack, type Pack } from 'tar-stream';

/** What is large is opened when its turn comes, and never held whole. */
export type TarContent = string | Uint8Array | StreamedContent;

export interface StreamedContent {
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

export type TarEntry =
  | {
      readonly path: string;
      readonly type: 'file';
      readonly content: TarContent;
      /** 0o644 unless given. */
      readonly mode?: number;
    }
  | { readonly path: string; readonly type: 'link'; readonly to: string }
  | {
      readonly path: string;
      readonly type: 'folder';
      readonly mode: number;
      /** User and group; root unless given. */
      readonly owner?: number;
    };

/** Equal contents give equal digests on every day. */
const mtime = new Date(0);

export async function* packTar(entries: Iterable<TarEntry>): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const fed = feed(archive, entries).catch((error: unknown) => archive.destroy(error as Error));
  yield* archive as AsyncIterable<Uint8Array>;
  await fed;
}

async function feed(archive: Pack, entries: Iterable<TarEntry>): Promise<void> {
  for (const entry of entries) await addEntry(archive, entry);
  archive.finalize();
}

async function addEntry(archive: Pack, entry: TarEntry): Promise<void> {
  const { path: name } = entry;
  switch (entry.type) {
    case 'folder': {
      const { mode, owner = 0 } = entry;
      return addHeader(archive, { name, type: 'directory', mode, uid: owner, gid: owner, mtime });
    }
    case 'link':
      return addHeader(archive, { name, type: 'symlink', linkname: entry.to, mtime });
    case 'file': {
      const { size, bytes } = opened(entry.content);
      const sink = archive.entry({ name, size, mode: entry.mode ?? 0o644, mtime });
      await pipeline(bytes, sink);
    }
  }
}

function opened(content: TarContent): {
  size: number;
  bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
} {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    const bytes = Buffer.from(content);
    return { size: bytes.length, bytes: [bytes] };
  }
  return { size: content.sizeBytes, bytes: content.open() };
}

function addHeader(archive: Pack, header: Partial<Header> & Pick<Header, 'name'>): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(header, (error) => (error ? reject(error) : resolve()));
  });
}
