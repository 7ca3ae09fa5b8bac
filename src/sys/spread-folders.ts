import type { Files } from './files.ts';
import type { Processes } from './process.ts';

/**
 * Makes the folders that are missing, for their owner to list and others to pass, and asks the file
 * system to give each folder in them a part of the disk of its own. ext4 lays what is made below one
 * folder side by side; it does not use the place of a deleted file again for a minute, and looks at
 * each such place before it makes the next file. Where pods come and go, that was a quarter of the
 * work of a start. Other file systems know no such attribute. Source: `T` of chattr(1).
 */
export async function spreadFolders(
  paths: readonly string[],
  { files, processes }: { readonly files: Files; readonly processes: Processes },
): Promise<void> {
  for (const path of paths) {
    if (!(await files.info(path))) await files.makeDirectory(path, 0o711);
  }
  try {
    await processes.run('chattr', ['-f', '+T', ...paths]);
  } catch {
    // A machine without the program; it is a matter of speed only.
  }
}
