/** The termination message of a container that has ended. Source: core/v1 terminationMessagePolicy. */
import type { Files } from '#sys/files.ts';
import { annotations } from '../decide/labels.ts';
import type { ObservedContainer } from '../decide/observed.ts';
import type { NodePaths } from '../paths.ts';
import { tailOf } from './tail.ts';

const fileMaxBytes = 4096;
const logMaxBytes = 2048;
const logMaxLines = 80;

export async function lastWordsOf(
  container: ObservedContainer,
  paths: NodePaths,
  files: Files,
): Promise<string> {
  const { podUid, name, attempt, exitCode, logPath } = container;
  const path = paths.terminationLog(podUid, name, attempt);
  const file = await files.open(path).catch(() => undefined);
  if (file) {
    const bytes = await file.read(0, fileMaxBytes);
    await file.close();
    if (bytes.length > 0) return new TextDecoder().decode(bytes);
  }
  const policy = container.annotations[annotations.terminationMessagePolicy];
  if (policy !== 'FallbackToLogsOnError' || exitCode === 0 || !logPath) return '';
  const lines = await tailOf(logPath, logMaxLines, files);
  return lines.slice(-logMaxLines).join('').slice(-logMaxBytes);
}
