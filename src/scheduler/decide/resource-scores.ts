/** Much room left is good, and so is using CPU and memory alike. */
import { at } from './ledger.ts';
import { pointsMax, valuesOf } from './points.ts';
import type { Score } from './scores.ts';

export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  points: ({ shape: { weightCpu, weightMemory } }, nodes) =>
    valuesOf(nodes, ({ ledger, offset }) => {
      const { numbers } = ledger;
      const number = (place: number): number => numbers[offset + place] as number;
      const cpu = left(number(at.usedMilliCpu) + weightCpu, number(at.hasMilliCpu));
      return (cpu + left(number(at.usedMemory) + weightMemory, number(at.hasMemory))) / 2;
    }),
};

function left(used: number, has: number): number {
  return used > has || has === 0 ? 0 : Math.floor(((has - used) * pointsMax) / has);
}

export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  points: ({ shape: { request } }, nodes) => {
    if (request.milliCpu === 0 && request.memory === 0) return undefined;
    return valuesOf(nodes, ({ ledger, offset }) => {
      const { numbers } = ledger;
      const number = (place: number): number => numbers[offset + place] as number;
      const cpu = share(number(at.freeMilliCpu) - request.milliCpu, number(at.hasMilliCpu));
      const memory = share(number(at.freeMemory) - request.memory, number(at.hasMemory));
      return (1 - Math.abs(cpu - memory) / 2) * pointsMax;
    });
  },
};

/** The part that is used when so much stays free. */
function share(free: number, has: number): number {
  return has === 0 ? 1 : Math.min(1, 1 - free / has);
}
