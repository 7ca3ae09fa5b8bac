/** A log that has grown is renamed, and the runtime told to begin a new file; old ones go. */
import type { Files } from '#sys/files.ts';

/** The kubelet's defaults: containerLogMaxSize, containerLogMaxFiles. */
const usualMaxBytes = 10 * 1024 * 1024;
const filesMax = 5;

/** `x.log` → `x.log.1` → … ; the runtime keeps writing to the renamed file until `reopen`. */
export async function rotateLog(
  path: string,
  reopen: () => Promise<void>,
  files: Files,
  sizeMaxBytes = usualMaxBytes,
): Promise<boolean> {
  const info = await files.info(path);
  if (!info || info.sizeBytes < sizeMaxBytes) return false;
  await files.remove(`${path}.${filesMax - 1}`);
  for (let number = filesMax - 2; number >= 1; number -= 1) {
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
