/**
 * Files of a volume that change together: a reader sees all old or all new content. Names in the
 * volume are links into `..data`, itself a link to a directory that is named after its content, so
 * that a second run of the agent finds its work done.
 */
import type { Files } from '#sys/files.ts';
import { hashOf } from '../decide/hash.ts';

export interface VolumeFile {
  readonly data: Uint8Array;
  readonly mode: number;
  readonly uid?: number | undefined;
}

/** Relative path → file. Paths never begin with `..` and never leave the volume. */
export type Payload = ReadonlyMap<string, VolumeFile>;

/** Answers whether something changed. */
export async function writeVolume(
  directory: string,
  payload: Payload,
  group: number | undefined,
  files: Files,
): Promise<boolean> {
  const name = `..${contentHash(payload, group)}`;
  const link = `${directory}/..data`;
  const before = await files.readLink(link);
  if (before === name) return false;
  const fresh = `${directory}/${name}`;
  const names = (await files.list(directory)).map((entry) => entry.name);
  // What a run that was cut short left; usually nothing.
  const left = names.filter((one) => one.startsWith('..') && one !== '..data' && one !== before);
  for (const one of left) await files.remove(`${directory}/${one}`);
  await files.makeDirectory(`${fresh}.new`, 0o755);
  for (const [path, file] of payload) await writeFile(`${fresh}.new`, path, file, group, files);
  await files.rename(`${fresh}.new`, fresh);
  await files.link(name, `${directory}/..data.new`);
  await files.rename(`${directory}/..data.new`, link);
  await linkNames(directory, names, payload, files);
  if (before) await files.remove(`${directory}/${before}`);
  return true;
}

async function writeFile(
  base: string,
  path: string,
  { data, mode, uid = 0 }: VolumeFile,
  group: number | undefined,
  files: Files,
): Promise<void> {
  const parents = path.split('/').slice(0, -1);
  for (const [index] of parents.entries()) {
    await files.makeDirectory(`${base}/${parents.slice(0, index + 1).join('/')}`, 0o755);
  }
  await files.write(`${base}/${path}`, data, group === undefined ? mode : mode | 0o440);
  if (group !== undefined || uid !== 0) await files.setOwner(`${base}/${path}`, uid, group ?? 0);
}

/** The first part of each path is a name in the volume. */
async function linkNames(
  directory: string,
  names: readonly string[],
  payload: Payload,
  files: Files,
): Promise<void> {
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? ''));
  for (const name of names) {
    if (name.startsWith('..')) continue;
    if (!wanted.delete(name)) await files.remove(`${directory}/${name}`);
  }
  for (const name of wanted) await files.link(`..data/${name}`, `${directory}/${name}`);
}

function contentHash(payload: Payload, group: number | undefined): string {
  const parts = [...payload].map(([path, { data, mode, uid }]) => [path, mode, uid, latin(data)]);
  return hashOf([group ?? null, parts]);
}

function latin(data: Uint8Array): string {
  let text = '';
  for (const byte of data) text += String.fromCharCode(byte);
  return text;
}
