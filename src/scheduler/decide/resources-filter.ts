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
    const answers = new Map<string, readonly NodeRefusal[]>();
    return (state) => {
      if (fits(request, state)) return undefined;
      const lacks = lacking(request, state);
      if (lacks.length === 0) return undefined;
      const id = lacks.join(' ');
      let answer = answers.get(id);
      if (answer === undefined) answers.set(id, (answer = lacks.map(refusalOf)));
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

/** Names, with a mark behind those of which the node has too little altogether. */
function lacking(
  request: Readonly<Resources>,
  { allocatable, requested, podCount, podsMax }: NodeState,
): readonly string[] {
  const names: string[] = [];
  if (podCount + 1 > podsMax) names.push('pods');
  const check = (name: string, wanted: number, has: number, given: number): void => {
    if (wanted > 0 && wanted > has - given) names.push(wanted > has ? `${name}!` : name);
  };
  check('cpu', request.milliCpu, allocatable.milliCpu, requested.milliCpu);
  check('memory', request.memory, allocatable.memory, requested.memory);
  check('ephemeral-storage', request.storage, allocatable.storage, requested.storage);
  for (const [name, amount] of request.extended ?? []) {
    const has = allocatable.extended?.get(name) ?? 0;
    check(name, amount, has, requested.extended?.get(name) ?? 0);
  }
  return names;
}

function refusalOf(name: string): NodeRefusal {
  if (name === 'pods') return { code: 'too-many-pods', isFinal: false };
  const isFinal = name.endsWith('!');
  const subject = isFinal ? name.slice(0, -1) : name;
  return { code: 'insufficient-resource', subject, isFinal };
}
