/** The kernel's packet rules by the program `nft`. Source: nft(8). */
import type { Processes } from './process.ts';

/** A table of some thousand rules takes seconds on a loaded machine. */
const timeoutMs = 60_000;

/** All of the script or nothing of it; `what` it is, for a person. */
export async function applyRules(
  processes: Processes,
  script: string,
  what: string,
): Promise<void> {
  const { code, stderr } = await processes.run('nft', ['-f', '-'], { input: script, timeoutMs });
  if (code !== 0) throw new Error(`nft refused ${what}: ${stderr.trim().slice(0, 2000)}`);
}

/** False: there is none, or it cannot be removed. */
export async function removeTable(processes: Processes, table: string): Promise<boolean> {
  const { code } = await processes.run('nft', ['delete', 'table', 'ip', table], { timeoutMs });
  return code === 0;
}
