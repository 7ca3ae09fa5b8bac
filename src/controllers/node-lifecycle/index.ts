import { leases, nodes, pods } from '#api/kinds/index.ts';
import type { Lease } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { podNodeIndex } from '../decide/service-wakes.ts';
import { type HealthOptions, leaseNamespace } from './decide/health.ts';
import { decideNode } from './decide/node.ts';
import { zoneIndexes } from './decide/zones.ts';

export const usualHealth: HealthOptions = { gracePeriodMs: 40_000, startupGraceMs: 60_000 };

/** Notices nodes that fell silent. */
export function nodeLifecycleController(options: HealthOptions = usualHealth): LoopDefinition {
  return {
    name: 'node-controller',
    sources: [
      { kind: nodes, indexes: zoneIndexes, remembersChanges: true },
      { kind: leases, keysOf: nodeOf, remembersChanges: true },
      // Looked at when a node is lost, never a reason to look.
      { kind: pods, indexes: podNodeIndex, keysOf: () => [] },
    ],
    decide: (view, key, now) => decideNode(options, view, key, now),
  };
}

function nodeOf({ metadata }: Lease): readonly string[] {
  return metadata.namespace === leaseNamespace ? [metadata.name] : [];
}
