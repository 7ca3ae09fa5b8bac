/**
 * A node takes a pod when what it has left covers what the pod asks for. What a pod does not ask for
 * it cannot lack, even on a node that has been given too much. The only filter that names everything
 * that lacks. Source: KEP-753, KEP-2837 for what counts; Kubernetes' NodeResourcesFit.
 */
import type { Filter, NodeRefusal } from './filter.ts';
import { at } from './ledger.ts';
import type { NodeState } from './node-state.ts';
import type { Resources } from './resources.ts';

export const nodeResources: Filter = {
  name: 'NodeResourcesFit',
  isLocal: true,
  prepare: ({ shape: { request } }) => {
    // Nodes that lack the same share one answer, which is counted by identity.
    const answers = new Map<number, readonly NodeRefusal[]>();
    return (state) => {
      if (fits(request, state)) return undefined;
      if (request.extended !== undefined) return refusalsOf(request, state);
      const lacks = lacking(request, state);
      let answer = answers.get(lacks);
      if (answer === undefined) answers.set(lacks, (answer = refusalsOf(request, state) ?? []));
      return answer;
    };
  },
};

/** The quick way for the usual case; true only when nothing lacks. */
function fits(request: Readonly<Resources>, { ledger, offset }: NodeState): boolean {
  const { numbers } = ledger;
  const has = (place: number): number => numbers[offset + place] as number;
  if (has(at.freePods) < 1 || request.extended !== undefined) return false;
  return (
    (request.milliCpu === 0 || request.milliCpu <= has(at.freeMilliCpu)) &&
    (request.memory === 0 || request.memory <= has(at.freeMemory)) &&
    (request.storage === 0 || request.storage <= has(at.freeStorage))
  );
}

/** What lacks, and what of it the node has too little of altogether, as bits: many nodes are refused. */
function lacking(request: Readonly<Resources>, { ledger, offset, allocatable }: NodeState): number {
  const { numbers } = ledger;
  const has = (place: number): number => numbers[offset + place] as number;
  let lacks = has(at.freePods) < 1 ? 1 : 0;
  const { milliCpu, memory, storage } = request;
  if (milliCpu > 0 && milliCpu > has(at.freeMilliCpu)) {
    lacks += milliCpu > has(at.hasMilliCpu) ? 6 : 2;
  }
  if (memory > 0 && memory > has(at.freeMemory)) lacks += memory > has(at.hasMemory) ? 24 : 8;
  if (storage > 0 && storage > has(at.freeStorage))
    lacks += storage > allocatable.storage ? 96 : 32;
  return lacks;
}

/** In words. Undefined: nothing lacks. */
function refusalsOf(
  request: Readonly<Resources>,
  { allocatable, requested, podCount, podsMax }: NodeState,
): readonly NodeRefusal[] | undefined {
  const refusals: NodeRefusal[] = [];
  if (podCount + 1 > podsMax) refusals.push({ code: 'too-many-pods', isFinal: false });
  const check = (subject: string, wanted: number, has: number, given: number): void => {
    if (wanted <= 0 || wanted <= has - given) return;
    refusals.push({ code: 'insufficient-resource', subject, isFinal: wanted > has });
  };
  check('cpu', request.milliCpu, allocatable.milliCpu, requested.milliCpu);
  check('memory', request.memory, allocatable.memory, requested.memory);
  check('ephemeral-storage', request.storage, allocatable.storage, requested.storage);
  for (const [name, amount] of request.extended ?? []) {
    const has = allocatable.extended?.get(name) ?? 0;
    check(name, amount, has, requested.extended?.get(name) ?? 0);
  }
  return refusals.length === 0 ? undefined : refusals;
}
