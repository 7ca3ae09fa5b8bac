/**
 * Much room left is good, and so is using CPU and memory alike. Read for every node that fits, so these
 * go through the ledger's numbers without a call per node.
 */
import { at } from './ledger.ts';
import type { NodeState } from './node-state.ts';
import { pointsMax } from './points.ts';
import type { Score } from './scores.ts';

export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  isOwn: true,
  points: ({ shape: { weightCpu, weightMemory } }, nodes) => {
    const points = new Float64Array(nodes.length);
    for (let node = 0; node < points.length; node++) {
      const { ledger, offset } = nodes[node] as NodeState;
      const { numbers } = ledger;
      const cpu = (numbers[offset + at.usedMilliCpu] as number) + weightCpu;
      const memory = (numbers[offset + at.usedMemory] as number) + weightMemory;
      const cpuLeft = left(cpu, numbers[offset + at.hasMilliCpu] as number);
      points[node] = (cpuLeft + left(memory, numbers[offset + at.hasMemory] as number)) / 2;
    }
    return points;
  },
};

function left(used: number, has: number): number {
  return used > has || has === 0 ? 0 : Math.floor(((has - used) * pointsMax) / has);
}

export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  isOwn: true,
  points: ({ shape: { request } }, nodes) => {
    const { milliCpu, memory } = request;
    if (milliCpu === 0 && memory === 0) return undefined;
    const points = new Float64Array(nodes.length);
    for (let node = 0; node < points.length; node++) {
      const { ledger, offset } = nodes[node] as NodeState;
      const { numbers } = ledger;
      const cpuFree = (numbers[offset + at.freeMilliCpu] as number) - milliCpu;
      const memoryFree = (numbers[offset + at.freeMemory] as number) - memory;
      const cpu = usedShare(cpuFree, numbers[offset + at.hasMilliCpu] as number);
      const ram = usedShare(memoryFree, numbers[offset + at.hasMemory] as number);
      points[node] = (1 - Math.abs(cpu - ram) / 2) * pointsMax;
    }
    return points;
  },
};

/** The part that is used when so much stays free. */
function usedShare(free: number, has: number): number {
  return has === 0 ? 1 : Math.min(1, 1 - free / has);
}
