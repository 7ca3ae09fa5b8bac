/** What befalls machines for a while: clocks that are wrong, disks that are full, memory that is short. */
import type { Random } from '#base/random.ts';
import type { Action } from './actions.ts';
import type { SimulatedCluster } from './cluster.ts';
import { pick } from './pick.ts';

/** A little, as between machines that nobody sets; a time server's correction; a machine that slept. */
const offsMs = [1_500, 30_000, 600_000];
const fullMsMax = 60_000;
/** Long enough for the agent to notice, and to evict a pod or many. */
const shortMsMax = 40_000;

/** Ahead of the true time or behind it, or right again: either way the clock jumps. */
function setClock({ nodes, clock, trace }: SimulatedCluster, random: Random): void {
  const clocks = [{ name: 'the control plane', clock }, ...nodes];
  const chosen = pick(random, clocks);
  if (!chosen) return;
  const farthest = pick(random, offsMs) ?? 0;
  const offMs = random.fraction() < 0.25 ? 0 : random.below(2 * farthest) - farthest;
  trace.add(`the clock of ${chosen.name} is off by ${offMs} ms`);
  chosen.clock.set(offMs);
}

/** Nothing can be written until somebody makes room: neither the store, nor a node's agent, by whose disk it is. */
function fillDisk({ nodes, disk, time, trace }: SimulatedCluster, random: Random): void {
  const disks = [{ name: 'the control plane', disk }, ...nodes.map(({ machine }) => machine)];
  const chosen = pick(random, disks);
  if (!chosen || chosen.disk.full) return;
  trace.add(`the disk of ${chosen.name} is full`);
  chosen.disk.full = true;
  time.after(random.below(fullMsMax), () => (chosen.disk.full = false));
}

/** The agent evicts pod after pod, and the node takes new ones only when it has been over for a while. */
function runShortOfMemory({ nodes, time, trace }: SimulatedCluster, random: Random): void {
  const machine = pick(random, nodes)?.machine;
  if (!machine || machine.memory.short) return;
  const forMs = random.below(shortMsMax);
  trace.add(`${machine.name} is short of memory for ${forMs} ms`);
  machine.memory.short = true;
  time.after(forMs, () => (machine.memory.short = false));
}

export const mishaps: readonly Action[] = [
  { name: 'set a clock', weight: 4, run: setClock },
  { name: 'fill a disk', weight: 2, run: fillDisk },
  { name: 'run short of memory', weight: 2, run: runShortOfMemory },
];
