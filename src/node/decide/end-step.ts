/** How a pod ends: the lower half of docs/pod-states.md. */
import {
  containerSubject,
  type KillReason,
  type PodDecision,
  type PodFacts,
  type Step,
} from './facts.ts';
import { annotations } from './labels.ts';
import type { ObservedContainer } from './observed.ts';
import { millisOf } from './phase.ts';
import type { Progress } from './progress.ts';

export function endStep(facts: PodFacts, progress: Progress, now: number): PodDecision {
  const { pod, gone, containers, sandboxes, busy, volumes } = facts;
  const running = containers.filter(({ state }) => state === 'running');
  if (running.length > 0) return { step: killStep(facts, progress, running, now) };
  // A container may be on its way: what becomes of it is seen when that step is done.
  if ([...busy].some((subject) => subject.startsWith('container '))) return {};
  const ready = sandboxes.find((sandbox) => sandbox.ready);
  if (busy.has('sandbox')) return {};
  if (ready) return { step: { type: 'stopSandbox', id: ready.id } };
  if (!gone && !facts.reported()) return {};
  const deleted = gone || pod.metadata.deletionTimestamp !== undefined;
  const remove = deleted ? sandboxes[0] : undefined;
  if (remove) return { step: { type: 'removeSandbox', id: remove.id } };
  if (volumes.state !== 'released') {
    return busy.has('volumes') ? {} : { step: { type: 'releaseVolumes' } };
  }
  if (!facts.cgroupRemoved) return busy.has('cgroup') ? {} : { step: { type: 'removeCgroup' } };
  return deleted && !busy.has('object') ? { step: { type: 'deleteObject' } } : {};
}

/** Sidecars end after the containers that they serve, the last one first. */
function killStep(
  facts: PodFacts,
  progress: Progress,
  running: readonly ObservedContainer[],
  now: number,
): Step | undefined {
  const roles = new Map(progress.members.map(({ name, role }) => [name, role]));
  const isSidecar = ({ name, annotations: own }: ObservedContainer): boolean =>
    (roles.get(name) ?? own[annotations.role]) === 'sidecar';
  const free = ({ name }: ObservedContainer): boolean => !facts.busy.has(containerSubject(name));
  const others = running.filter((one) => !isSidecar(one));
  if (others.length > 0) return killOf(facts, others.find(free), now);
  const order = progress.members.map(({ name }) => name);
  const last = [...running].sort((a, b) => order.indexOf(b.name) - order.indexOf(a.name))[0];
  return killOf(facts, last && free(last) ? last : undefined, now);
}

function killOf(
  facts: PodFacts,
  container: ObservedContainer | undefined,
  now: number,
): Step | undefined {
  if (!container) return undefined;
  const reason: KillReason = facts.pod.metadata.deletionTimestamp
    ? 'deleted'
    : facts.gone
      ? 'orphaned'
      : 'finished';
  return {
    type: 'killContainer',
    id: container.id,
    container: container.name,
    reason,
    message: `Stopping container ${container.name}`,
    graceSeconds: Math.min(
      graceOf(facts, container, now),
      Math.max(1, facts.verdict?.graceSeconds ?? Number.POSITIVE_INFINITY),
    ),
  };
}

/** What is left of the grace period; never nothing, so that SIGTERM is sent and seen. */
function graceOf(facts: PodFacts, container: ObservedContainer, now: number): number {
  const { metadata, spec } = facts.pod;
  const noted = Number(container.annotations[annotations.podGraceSeconds] ?? 30);
  const whole = metadata.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? noted;
  if (metadata.deletionTimestamp === undefined) return Math.max(1, whole);
  const leftMs = facts.graceLeftMs ?? millisOf(metadata.deletionTimestamp) - now;
  return Math.max(1, Math.min(whole, Math.ceil(leftMs / 1000)));
}
