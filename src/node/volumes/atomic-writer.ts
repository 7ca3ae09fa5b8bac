/**
 * Files of a volume that change together: a reader sees all old or all new content. Names in the
 * volume are links into `..data`, itself a link to a directory that is named after its content, so
 * that a second run of the agent finds its work done.
 */
import type { Files } from '#sys/files.ts';
import { hashOf, hashOfBytes } from '../decide/hash.ts';

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
  const [before, entries] = await Promise.all([files.readLink(link), files.list(directory)]);
  if (before === name) return false;
  const fresh = `${directory}/${name}`;
  const names = entries.map((entry) => entry.name);
  // What a run that was cut short left; usually nothing.
  const left = names.filter((one) => one.startsWith('..') && one !== '..data' && one !== before);
  for (const one of left) await files.remove(`${directory}/${one}`);
  await files.makeDirectory(fresh, 0o755);
  const wanted = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? ''));
  await together([
    ...[...payload].map(([path, file]) => writeFile(fresh, path, file, group, files)),
    ...[...wanted]
      .filter((one) => !names.includes(one))
      .map((one) => files.link(`..data/${one}`, `${directory}/${one}`)),
  ]);
  // The next run takes what it leads to as complete: it is the last to be made.
  if (before === undefined) {
    await files.link(name, link);
    return true;
  }
  await files.link(name, `${link}.new`);
  await files.rename(`${link}.new`, link);
  const stale = names.filter((one) => !one.startsWith('..') && !wanted.has(one));
  for (const one of [...stale, before]) await files.remove(`${directory}/${one}`);
  return true;
}

/** All have ended when it settles: what follows a failure must not meet them. */
async function together(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
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

function contentHash(payload: Payload, group: number | undefined): string {
  const parts = [...payload].map(([path, { data, mode, uid }]) => [
    path,
    mode,
    uid,
    hashOfBytes(data),
  ]);
  return hashOf([group ?? null, parts]);
}
