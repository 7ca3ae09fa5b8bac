/**
 * Images as archives that containerd, docker and skopeo read: an OCI image layout (image spec 1.0) in
 * a tar file. The image's name stands in containerd's annotation.
 */
import { buffer } from 'node:stream/consumers';
import { type Descriptor, describe, type Layer } from './layer.ts';
import { packTar, type TarContent, type TarEntry } from './tar.ts';

export type Architecture = 'amd64' | 'arm64';

export interface Image {
  /** With its tag. */
  readonly name: string;
  readonly architecture: Architecture;
  /** The lowest first. */
  readonly layers: readonly Layer[];
  readonly entrypoint?: readonly string[];
  /** What runs when the pod names no arguments. */
  readonly command?: readonly string[];
  /** `NAME=value` */
  readonly env?: readonly string[];
  readonly workingDir?: string;
  /** `UID:GID` */
  readonly user?: string;
}

export function ociArchive(image: Image): AsyncGenerator<Uint8Array> {
  const config = json('application/vnd.oci.image.config.v1+json', configOf(image));
  const manifest = json('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: config.descriptor,
    layers: image.layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })),
  });
  return packTar([
    { path: 'oci-layout', type: 'file', content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: 'index.json', type: 'file', content: indexOf(image, manifest.descriptor) },
    blob(config.descriptor, config.bytes),
    blob(manifest.descriptor, manifest.bytes),
    ...image.layers.map((layer) => blob(layer, layer.content)),
  ]);
}

/** For images that are small. */
export function ociArchiveBytes(image: Image): Promise<Uint8Array> {
  return buffer(ociArchive(image));
}

function configOf({ architecture, layers, ...image }: Image): object {
  return {
    architecture,
    os: 'linux',
    config: {
      Entrypoint: image.entrypoint,
      Cmd: image.command,
      Env: image.env,
      WorkingDir: image.workingDir,
      User: image.user,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  };
}

function indexOf({ name, architecture }: Image, manifest: Descriptor): string {
  const annotations = {
    'io.containerd.image.name': name,
    'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
  };
  const platform = { architecture, os: 'linux' };
  return JSON.stringify({
    schemaVersion: 2,
    manifests: [{ ...manifest, platform, annotations }],
  });
}

function json(mediaType: string, value: object): { descriptor: Descriptor; bytes: Uint8Array } {
  const bytes = Buffer.from(JSON.stringify(value));
  return { descriptor: describe(mediaType, bytes), bytes };
}

function blob({ digest }: Descriptor, content: TarContent): TarEntry {
  return { path: `blobs/${digest.replace(':', '/')}`, type: 'file', content };
}
