/** From counts to points, as the plugins of Kubernetes normalize them. */
import type { NodeState } from './node-state.ts';

export const pointsMax = 100;

export function valuesOf(
  nodes: readonly NodeState[],
  valueOf: (state: NodeState) => number,
): Float64Array {
  const values = new Float64Array(nodes.length);
  for (let at = 0; at < nodes.length; at++) values[at] = valueOf(nodes[at] as NodeState);
  return values;
}

/** The highest value gets all points, 0 gets none. Nothing to tell apart: undefined. */
export function shares(values: Float64Array): Float64Array | undefined {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return undefined;
  return values.map((value) => (value * pointsMax) / most);
}

/** The other way round. */
export function inverseShares(values: Float64Array): Float64Array | undefined {
  return shares(values)?.map((value) => pointsMax - Math.floor(value));
}
