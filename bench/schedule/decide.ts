/** Decisions and counting alone: no server, nothing is bound. */
import { systemClock } from '#sys/clock.ts';
import type { Pod } from '#api/types.ts';
import { checksFor } from '#scheduler/decide/filters.ts';
import { placementOf } from '#scheduler/decide/placement.ts';
import { needsOf, type PodNeeds, type PodShape } from '#scheduler/decide/pod-needs.ts';
import { preemptionOf } from '#scheduler/decide/preemption.ts';
import { Snapshot } from '#scheduler/snapshot.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { type Rates, stopwatch } from './stopwatch.ts';
import { node, type Workload } from './workloads.ts';

export interface DecideFigures extends Rates {
  readonly decisionMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

interface World {
  readonly snapshot: Snapshot;
  readonly shapes: Map<string, PodShape>;
}

function worldOf(workload: Workload, nodes: number): World {
  const snapshot = new Snapshot();
  const shapes = new Map<string, PodShape>();
  for (let at = 0; at < nodes; at++) snapshot.setNode(node(at, workload.zones));
  for (let at = 0; at < nodes * (workload.placed?.each ?? 0); at++) {
    const pod = workload.placed?.pod(at);
    if (pod) snapshot.place(needsOf(pod, shapes), node(at % nodes, 1).metadata.name);
  }
  return { snapshot, shapes };
}

/** One pass of all filters over all nodes: the median of many, in milliseconds. */
export function fullPass(workload: Workload, nodes: number): number {
  const { snapshot, shapes } = worldOf(workload, nodes);
  const needs = needsOf(prioritized(workload.pod(0)), shapes);
  const times = Array.from({ length: 101 }, () => {
    const began = systemClock.monotonic();
    const { check } = checksFor(needs, snapshot);
    for (const state of snapshot.nodes) check(state);
    return systemClock.monotonic() - began;
  });
  return times.sort((a, b) => a - b)[50] ?? 0;
}

export function decideOnly(workload: Workload, nodes: number): DecideFigures {
  const { snapshot, shapes } = worldOf(workload, nodes);
  const waiting = Array.from({ length: workload.count }, (_, at) => prioritized(workload.pod(at)));
  const times: number[] = [];
  const decide = decider(snapshot);
  const watch = stopwatch();
  for (const pod of waiting) {
    const began = systemClock.monotonic();
    decide(needsOf(pod, shapes));
    times.push(systemClock.monotonic() - began);
  }
  const rates = watch(workload.count);
  times.sort((a, b) => a - b);
  const percentile = (share: number): number => times[Math.floor(times.length * share)] ?? 0;
  return {
    ...rates,
    decisionMs: { p50: percentile(0.5), p99: percentile(0.99), max: times.at(-1) ?? 0 },
  };
}

/** What admission does in a cluster. */
function prioritized(pod: Pod): Pod {
  return pod.spec.priorityClassName ? { ...pod, spec: { ...pod.spec, priority: 1000 } } : pod;
}

function decider(snapshot: Snapshot): (needs: PodNeeds) => void {
  const random = seededRandom(1);
  const below = (bound: number): number => random.below(bound);
  let from = 0;
  return (needs) => {
    const placement = placementOf(needs, snapshot, { from, below });
    if (placement.type === 'node') {
      snapshot.place(needs, placement.node);
      from = (from + placement.looked) % snapshot.nodes.length;
      return;
    }
    const preemption = preemptionOf(needs, placement, snapshot, [], { from, below });
    if (preemption.type !== 'preempt') throw new Error(`no room for ${needs.key}`);
    for (const { key } of preemption.victims) snapshot.remove(key);
    snapshot.place(needs, preemption.node);
  };
}
