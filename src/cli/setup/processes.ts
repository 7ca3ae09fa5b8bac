/** Processes of this machine that belong to a cluster, told by their words. */
import { pidsOf } from '#sys/process.ts';
import type { Machine } from '../machine.ts';

/**
 * Those that run the program, or are about to: one that has just been started has written no pid
 * file yet. Also its supervisor.
 */
export async function processesOf(
  { files, processes }: Machine,
  name: string,
): Promise<readonly number[]> {
  const found: number[] = [];
  for (const pid of await pidsOf(files)) {
    const words = processes.commandLine(pid) ?? [];
    const isGantry = words.some((word) => /\/(gantry|gantry\.ts)$/.test(word));
    if (isGantry && words.slice(-3).join(' ') === `serve --name ${name}`) found.push(pid);
  }
  return found;
}
