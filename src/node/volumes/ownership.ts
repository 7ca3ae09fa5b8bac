/** Files of a volume for the pod's group (PodSecurityContext fsGroup and fsGroupChangePolicy). */
import type { FileInfo, Files } from '#sys/files.ts';

const mode = { file: 0o660, directory: 0o2770 } as const;

/**
 * The group gets everything below the directory, and what is made there later. `OnRootMismatch`:
 * nothing is done when the directory itself is as it should be; it is changed last, so that an
 * interrupted change is not taken for a finished one.
 */
export async function giveToGroup(
  directory: string,
  group: number,
  policy: string | undefined,
  files: Files,
): Promise<void> {
  const root = await files.info(directory);
  if (root === undefined) return;
  const isRight = root.gid === group && (root.mode & mode.directory) === mode.directory;
  if (policy === 'OnRootMismatch' && isRight) return;
  await giveContent(directory, group, files);
  await giveOne(directory, root, group, files);
}

async function giveContent(directory: string, group: number, files: Files): Promise<void> {
  for (const { name } of await files.list(directory)) {
    const path = `${directory}/${name}`;
    const info = await files.info(path, { followLinks: false });
    // Somebody else may remove files meanwhile.
    if (info === undefined) continue;
    if (info.type === 'directory') await giveContent(path, group, files);
    await giveOne(path, info, group, files);
  }
}

async function giveOne(path: string, info: FileInfo, group: number, files: Files): Promise<void> {
  if (info.gid !== group) await files.setOwner(path, info.uid, group);
  if (info.type === 'symlink') return;
  const wanted = info.mode | (info.type === 'directory' ? mode.directory : mode.file);
  // A change of the owner takes set-id bits away.
  if (wanted !== info.mode || info.gid !== group) await files.setMode(path, wanted);
}
