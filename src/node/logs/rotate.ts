/** A log that has grown is renamed, and the runtime told to begin a new file; old ones go. */
import { limits } from '#base/limits.ts';
import type { Files } from '#sys/files.ts';

/** `x.log` → `x.log.1` → … ; the runtime keeps writing to the renamed file until `reopen`. */
export async function rotateLog(
  path: string,
  reopen: () => Promise<void>,
  files: Files,
  sizeMaxBytes = limits.containerLogBytes,
): Promise<boolean> {
  const info = await files.info(path);
  if (!info || info.sizeBytes < sizeMaxBytes) return false;
  await files.remove(`${path}.${limits.containerLogFiles - 1}`);
  for (let number = limits.containerLogFiles - 2; number >= 1; number -= 1) {
    if (await files.info(`${path}.${number}`)) {
      await files.rename(`${path}.${number}`, `${path}.${number + 1}`);
    }
  }
  await files.rename(path, `${path}.1`);
  try {
    await reopen();
  } catch (error) {
    // Nobody writes to a name that is gone: put it back, so that reading goes on.
    if (!(await files.info(path))) await files.rename(`${path}.1`, path);
    throw error;
  }
  return true;
}
