/** Whether a node's agent is alive, and what the node's conditions say when it is not. */
import type { View } from '#api/decision.ts';
import { leases, nodes } from '#api/kinds/index.ts';
import { formatTime, parseTime } from '#api/time.ts';
import type { Node, NodeCondition } from '#api/types.ts';

export interface HealthOptions {
  /** Without a sign of life for this long a node counts as lost (`--node-monitor-grace-period`). */
  readonly gracePeriodMs: number;
  /** The same for a node that never reported (`--node-startup-grace-period`). */
  readonly startupGraceMs: number;
}

export const leaseNamespace = 'kube-node-lease';

/** Conditions that only the agent can know. */
const agentConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function readyStatusOf(node: Node): string {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
}

/**
 * When the node counts as lost unless its agent says something. The lease is timed by when we saw it
 * change, so that a node whose clock is off is not lost, and a restart here gives every node its time.
 * A lease that somebody removed was a sign of life until then: its agent makes another one. So is a Node
 * without one that we see for the first time, whatever the clocks say of its last report.
 */
export function lostAt(view: View, node: Node, options: HealthOptions): number {
  const { name, creationTimestamp } = node.metadata;
  const renewed = view.changedAt(leases, leaseNamespace, name);
  if (renewed !== undefined && view.get(leases, leaseNamespace, name) !== undefined) {
    return renewed + options.gracePeriodMs;
  }
  const isKnownLost = readyStatusOf(node) === 'Unknown';
  const changed = isKnownLost ? undefined : view.changedAt(nodes, undefined, name);
  const never = Number.NEGATIVE_INFINITY;
  const seen = Math.max(renewed ?? never, changed ?? never) + options.gracePeriodMs;
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  const reported = parseTime(ready?.lastHeartbeatTime);
  if (!Number.isNaN(reported)) return Math.max(seen, reported + options.gracePeriodMs);
  return Math.max(seen, parseTime(creationTimestamp) + options.startupGraceMs);
}

/** The conditions of a lost node; the same list when they say so already. */
export function lostConditions(node: Node, now: number): readonly NodeCondition[] {
  const known = node.status?.conditions ?? [];
  const stale = agentConditions.filter(
    (type) => known.find((condition) => condition.type === type)?.status !== 'Unknown',
  );
  if (stale.length === 0) return known;
  const time = formatTime(now);
  const others = known.filter(({ type }) => !stale.includes(type));
  const changed = stale.map((type): NodeCondition => {
    const before = known.find((condition) => condition.type === type);
    return {
      type,
      status: 'Unknown',
      reason: before === undefined ? 'NodeStatusNeverUpdated' : 'NodeStatusUnknown',
      message:
        before === undefined
          ? 'Kubelet never posted node status.'
          : 'Kubelet stopped posting node status.',
      lastHeartbeatTime: before?.lastHeartbeatTime ?? node.metadata.creationTimestamp,
      lastTransitionTime: time,
    };
  });
  return [...others, ...changed];
}
