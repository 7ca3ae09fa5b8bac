/**
 * Writes one image as an OCI archive: one layer, made of files on this machine.
 * Source: OCI image layout 1.0, OCI image spec 1.0; containerd reads the image's name from an annotation.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';

export type LayerEntry =
  | { readonly path: string; readonly type: 'file'; readonly from: string; readonly mode: number }
  | { readonly path: string; readonly type: 'text'; readonly text: string; readonly mode: number }
  | { readonly path: string; readonly type: 'link'; readonly to: string }
  | {
      readonly path: string;
      readonly type: 'folder';
      readonly mode: number;
      readonly owner?: number;
    };

export interface ImageRecipe {
  /** With its tag. */
  readonly name: string;
  readonly layer: readonly LayerEntry[];
  readonly entrypoint?: readonly string[];
  /** What runs when the pod names no arguments. */
  readonly command?: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly user: string;
}

const epoch = new Date(0);

function entryOf(
  tar: Pack,
  header: Parameters<Pack['entry']>[0],
  content?: string | Buffer,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => (error ? reject(error) : resolve());
    if (content === undefined) tar.entry(header, done);
    else tar.entry(header, content, done);
  });
}

async function addLayerEntry(tar: Pack, each: LayerEntry): Promise<void> {
  const name = each.path.replace(/^\//, '');
  switch (each.type) {
    case 'folder':
      return entryOf(tar, {
        name: `${name}/`,
        type: 'directory',
        mode: each.mode,
        mtime: epoch,
        uid: each.owner ?? 0,
        gid: each.owner ?? 0,
      });
    case 'link':
      return entryOf(tar, { name, type: 'symlink', linkname: each.to, mtime: epoch });
    case 'text':
      return entryOf(tar, { name, mode: each.mode, mtime: epoch }, each.text);
    case 'file': {
      const { size } = statSync(each.from);
      await pipeline(
        createReadStream(each.from),
        tar.entry({ name, size, mode: each.mode, mtime: epoch }),
      );
    }
  }
}

interface Blob {
  readonly digest: string;
  readonly size: number;
}

class Digest extends Transform {
  readonly #hash = createHash('sha256');
  #size = 0;

  override _transform(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
    this.push(chunk);
    done();
  }

  blob(): Blob {
    return { digest: `sha256:${this.#hash.digest('hex')}`, size: this.#size };
  }
}

async function writeLayer(
  entries: readonly LayerEntry[],
  path: string,
): Promise<{ compressed: Blob; diffId: string }> {
  const tar = pack();
  const plain = new Digest();
  const compressed = new Digest();
  const written = pipeline(
    tar,
    plain,
    createGzip({ level: 1 }),
    compressed,
    createWriteStream(path),
  );
  for (const each of entries) await addLayerEntry(tar, each);
  tar.finalize();
  await written;
  return { compressed: compressed.blob(), diffId: plain.blob().digest };
}

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

export async function writeOciArchive(recipe: ImageRecipe, file: string): Promise<void> {
  const folder = await mkdtemp(`${file}.`);
  try {
    const layerFile = join(folder, 'layer');
    const { compressed, diffId } = await writeLayer(recipe.layer, layerFile);
    const config = Buffer.from(
      JSON.stringify({
        architecture,
        os: 'linux',
        config: {
          Entrypoint: recipe.entrypoint,
          Cmd: recipe.command,
          Env: ['PATH=/usr/local/bin:/usr/bin:/bin', ...recipe.env],
          WorkingDir: recipe.workingDir,
          User: recipe.user,
        },
        rootfs: { type: 'layers', diff_ids: [diffId] },
      }),
    );
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...blobOf(config) },
        layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...compressed }],
      }),
    );
    const tar = pack();
    const written = pipeline(tar, createWriteStream(file));
    await entryOf(tar, { name: 'oci-layout', mtime: epoch }, '{"imageLayoutVersion":"1.0.0"}');
    await entryOf(
      tar,
      { name: 'index.json', mtime: epoch },
      indexOf(recipe.name, blobOf(manifest)),
    );
    for (const blob of [config, manifest]) {
      await entryOf(tar, { name: blobPath(blobOf(blob).digest), mtime: epoch }, blob);
    }
    await pipeline(
      createReadStream(layerFile),
      tar.entry({ name: blobPath(compressed.digest), size: compressed.size, mtime: epoch }),
    );
    tar.finalize();
    await written;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function blobOf(bytes: Buffer): Blob {
  return {
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    size: bytes.length,
  };
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function indexOf(name: string, manifest: Blob): string {
  return JSON.stringify({
    schemaVersion: 2,
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        ...manifest,
        platform: { architecture, os: 'linux' },
        annotations: {
          'io.containerd.image.name': name,
          'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
        },
      },
    ],
  });
}

/** A file of the checkout as text of the image. */
export function textFile(path: string, from: string, mode = 0o644): LayerEntry {
  return { path, type: 'text', text: readFileSync(from, 'utf8'), mode };
}
