/** A port of the host has one owner per address. */
import type { Filter, NodeRefusal } from './filter.ts';

const taken: readonly NodeRefusal[] = [{ code: 'host-port-taken', isFinal: false }];

export const nodePorts: Filter = {
  name: 'NodePorts',
  isLocal: true,
  prepare: ({ shape: { hostPorts } }) => {
    if (hostPorts.length === 0) return undefined;
    return (state) =>
      hostPorts.some(({ id, address }) => state.isTaken(id, address)) ? taken : undefined;
  },
};
