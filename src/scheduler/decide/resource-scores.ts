/** Much room left is good, and so is using CPU and memory alike. */
import type { NodeState } from './node-state.ts';
import { pointsMax, valuesOf } from './points.ts';
import type { Score } from './scores.ts';

export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  points: ({ shape: { weightCpu, weightMemory } }, nodes) =>
    valuesOf(nodes, (state) => {
      const { milliCpu, memory } = state.allocatable;
      const cpu = left(state.weightCpu + weightCpu, milliCpu);
      return (cpu + left(state.weightMemory + weightMemory, memory)) / 2;
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
    return valuesOf(nodes, ({ allocatable, requested }: NodeState) => {
      const cpu = share(requested.milliCpu + request.milliCpu, allocatable.milliCpu);
      const memory = share(requested.memory + request.memory, allocatable.memory);
      return (1 - Math.abs(cpu - memory) / 2) * pointsMax;
    });
  },
};

function share(used: number, has: number): number {
  return has === 0 ? 1 : Math.min(1, used / has);
}
