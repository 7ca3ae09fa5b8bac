/** hostPath volumes: the type is checked before the runtime would make a directory of its own. */
import type { HostPathVolumeSource } from '#api/types.ts';
import type { Files, FileType } from '#sys/files.ts';
import { VolumeError } from './volume-error.ts';

const expected: Readonly<Record<string, { readonly type: FileType; readonly words: string }>> = {
  Directory: { type: 'directory', words: 'directory' },
  File: { type: 'file', words: 'file' },
  Socket: { type: 'socket', words: 'socket file' },
  CharDevice: { type: 'characterDevice', words: 'character device' },
  BlockDevice: { type: 'blockDevice', words: 'block device' },
};

export async function checkHostPath(
  { path, type = '' }: HostPathVolumeSource,
  files: Files,
): Promise<void> {
  const found = await files.info(path);
  if (type === 'DirectoryOrCreate' && !found) return files.makeDirectory(path, 0o755);
  if (type === 'FileOrCreate' && !found) return files.write(path, '', 0o644);
  const want = expected[type.replace('OrCreate', '')];
  if (want && found?.type !== want.type) {
    throw new VolumeError(`hostPath type check failed: ${path} is not a ${want.words}`);
  }
  if (!found) await files.makeDirectory(path, 0o755);
}
