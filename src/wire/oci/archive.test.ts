import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { type Image, ociArchive, ociArchiveBytes } from './archive.ts';
import { layerInMemory, writeLayer } from './layer.ts';
import { packTar, type TarEntry } from './tar.ts';

const entries: readonly TarEntry[] = [
  { path: 'tmp', type: 'folder', mode: 0o1777 },
  { path: 'data', type: 'folder', mode: 0o755, owner: 1000 },
  { path: 'bin/sh', type: 'link', to: 'busybox' },
  { path: 'bin/empty', type: 'file', content: '' },
  { path: 'bin/busybox', type: 'file', content: new Uint8Array(70_000).fill(7), mode: 0o755 },
];

async function unpack(archive: AsyncIterable<Uint8Array>) {
  const found = new Map<string, { header: Header; bytes: Buffer }>();
  for await (const entry of Readable.from(archive).pipe(extract())) {
    found.set(entry.header.name, { header: entry.header, bytes: await buffer(entry) });
  }
  return found;
}

const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function image(): Promise<Image> {
  const sink = new PassThrough();
  const [facts, content] = await Promise.all([writeLayer(entries, sink), buffer(sink)]);
  const streamed = { sizeBytes: content.length, open: () => Readable.from([content]) };
  return {
    name: 'docker.io/library/shop:1',
    architecture: 'amd64',
    layers: [
      { ...facts, content: streamed },
      await layerInMemory([{ path: 'app', type: 'file', content: 'é' }]),
    ],
    command: ['sh'],
  };
}

test('an archive keeps paths, modes, owners, links and contents', async () => {
  const found = await unpack(packTar(entries));
  const facts = [...found].map(([name, { header, bytes }]) => [
    ...[name, header.type, header.mode.toString(8), header.uid, header.linkname, bytes.length],
  ]);
  assert.deepEqual(facts, [
    ['tmp', 'directory', '1777', 0, null, 0],
    ['data', 'directory', '755', 1000, null, 0],
    ['bin/sh', 'symlink', '644', 0, 'busybox', 0],
    ['bin/empty', 'file', '644', 0, null, 0],
    ['bin/busybox', 'file', '755', 0, null, 70_000],
  ]);
});

test('content that fails, or is not as long as promised, fails the archive', async () => {
  const streamed = (sizeBytes: number, open: () => AsyncIterable<Uint8Array>) =>
    buffer(packTar([{ path: 'a', type: 'file', content: { sizeBytes, open } }]));
  await assert.rejects(streamed(9, () => Readable.from([Buffer.from('short')])));
  async function* broken() {
    yield Buffer.from('so far');
    throw new Error('disk is gone');
  }
  await assert.rejects(streamed(9, broken), /disk is gone/);
});

test('every blob lies under its digest, from the index down to the layers', async () => {
  const files = await unpack(ociArchive(await image()));
  const read = (descriptor: { digest: string; size: number }): Buffer => {
    const bytes = files.get(`blobs/${descriptor.digest.replace(':', '/')}`)?.bytes;
    assert.ok(bytes);
    assert.equal(digestOf(bytes), descriptor.digest);
    assert.equal(bytes.length, descriptor.size);
    return bytes;
  };
  const index = JSON.parse(files.get('index.json')?.bytes.toString() ?? '');
  const [first] = index.manifests;
  assert.equal(first.annotations['io.containerd.image.name'], 'docker.io/library/shop:1');
  assert.equal(first.annotations['org.opencontainers.image.ref.name'], '1');
  const manifest = JSON.parse(read(first).toString());
  const config = JSON.parse(read(manifest.config).toString());
  assert.deepEqual(config.config, { Cmd: ['sh'] });
  const [compressed, plain] = manifest.layers.map(read);
  assert.deepEqual(config.rootfs.diff_ids, [digestOf(gunzipSync(compressed)), digestOf(plain)]);
});

test('the same image is the same bytes', async () => {
  assert.deepEqual(await ociArchiveBytes(await image()), await ociArchiveBytes(await image()));
});
