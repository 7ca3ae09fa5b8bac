/**
 * Resources of a pod that change while it runs (KEP-1287). Three amounts stand beside each other: what
 * the spec wants, what the node has granted, what the runtime was told last. The written status is the
 * record of the last two; what the worker remembers is newer.
 */
import { isAhead } from './back-off.ts';
import { podRequests } from '#api/kinds/pod-spec/requests.ts';
import { compareQuantities, millisOf, unitsOf } from '#api/quantity.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '#api/types.ts';
import { containerSubject, type PodFacts, type Step } from './facts.ts';
import { annotations } from './labels.ts';
import type { ObservedContainer } from './observed.ts';
import type { MemberProgress, Progress } from './progress.ts';
import { statusesFor, writtenStatus } from './written.ts';

/** What a node has for pods, and what its other pods ask for. */
export interface NodeRoom {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly othersCpuMilli: number;
  readonly othersMemoryBytes: number;
}

export interface PendingResize {
  /** Undefined: there is room. */
  readonly refusal?:
    | { readonly reason: 'Deferred' | 'Infeasible'; readonly message: string }
    | undefined;
}

const resources = ['cpu', 'memory'] as const;
const sides = ['requests', 'limits'] as const;
/** Room is told of when pods go; this is for what nobody tells. */
const deferredLookMs = 3 * 60_000;

const isResizable = ({ role }: Pick<MemberProgress, 'role'>): boolean =>
  role === 'main' || role === 'sidecar';

/** What the node has let the container have: as the spec says, unless that is a resize not granted yet. */
export function grantedOf(
  { pod, granted }: Pick<PodFacts, 'pod' | 'granted'>,
  { name, role, container }: Pick<MemberProgress, 'name' | 'role' | 'container'>,
): ResourceRequirements {
  const known = granted.get(name);
  if (known) return known;
  const written = isResizable({ role })
    ? statusesFor(pod, role).find((status) => status.name === name)
    : undefined;
  if (!written?.resources) return container.resources ?? {};
  const { limits } = written.resources;
  const requests = written.allocatedResources;
  return { ...(limits && { limits }), ...(requests && { requests }) };
}

/** What the runtime was told for this very container. */
export function appliedOf(
  { pod, applied }: Pick<PodFacts, 'pod' | 'applied'>,
  latest: ObservedContainer,
): ResourceRequirements | undefined {
  const known = applied.get(latest.id) ?? writtenStatus(pod, latest)?.resources;
  if (known) return known;
  const noted = latest.annotations[annotations.resources];
  return noted === undefined ? undefined : (JSON.parse(noted) as ResourceRequirements);
}

export function sameAmounts(a: ResourceRequirements, b: ResourceRequirements): boolean {
  return changedResources(a, b).length === 0;
}

function changedResources(a: ResourceRequirements, b: ResourceRequirements) {
  return resources.filter((name) =>
    sides.some((side) => {
      const [one, other] = [a[side]?.[name], b[side]?.[name]];
      if (one === undefined || other === undefined) return one !== other;
      return compareQuantities(one, other) !== 0;
    }),
  );
}

/** Whether going from one to the other needs a new container, by the container's own policy. */
export function needsRestart(
  { resizePolicy = [] }: Pick<Container, 'resizePolicy'>,
  from: ResourceRequirements,
  to: ResourceRequirements,
): boolean {
  const changed = new Set<string>(changedResources(from, to));
  return resizePolicy.some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' && changed.has(resourceName),
  );
}

/** The spec wants other amounts than the node has granted; undefined when it does not. */
export function pendingResize(facts: PodFacts, { members }: Progress): PendingResize | undefined {
  const wanted = members.filter(isResizable);
  const differs = wanted.some(
    (member) => !sameAmounts(member.container.resources ?? {}, grantedOf(facts, member)),
  );
  return differs ? { refusal: refusalFor(facts.pod.spec, facts.room()) } : undefined;
}

function refusalFor(spec: PodSpec | undefined, room: NodeRoom): PendingResize['refusal'] {
  const asked = podRequests(spec ?? { containers: [] });
  const cpu = millisOf(asked['cpu'] ?? '0');
  const memory = unitsOf(asked['memory'] ?? '0');
  const parts = [
    ['memory', memory, room.othersMemoryBytes, room.memoryBytes],
    ['cpu', cpu, room.othersCpuMilli, room.cpuMilli],
  ] as const;
  for (const [name, requested, , capacity] of parts) {
    if (requested <= capacity) continue;
    const message = `Node didn't have enough capacity: ${name}, requested: ${requested}, capacity: ${capacity}`;
    return { reason: 'Infeasible', message };
  }
  for (const [name, requested, used, capacity] of parts) {
    if (requested + used <= capacity) continue;
    const message = `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
    return { reason: 'Deferred', message };
  }
  return undefined;
}

/** Containers for which the runtime has not been told yet what the node granted. */
export function resizing(facts: PodFacts, { members }: Progress): readonly MemberProgress[] {
  return members.filter((member) => {
    const { latest } = member;
    if (!latest || !isResizable(member) || latest.state === 'created') return false;
    const granted = grantedOf(facts, member);
    return !sameAmounts(appliedOf(facts, latest) ?? granted, granted);
  });
}

/** The next step of a resize; `again` is when to look whether there is room now. */
export function resizeStep(
  facts: PodFacts,
  progress: Progress,
  now: number,
): { readonly step?: Step | undefined; readonly again?: number | undefined } {
  const pending = pendingResize(facts, progress);
  if (pending && !pending.refusal) return { step: { type: 'grantResize' } };
  const again = pending ? now + deferredLookMs : undefined;
  const open = resizing(facts, progress).filter(
    ({ name, running }) => running && !facts.busy.has(containerSubject(name)),
  );
  for (const member of open) {
    const { name, latest, container } = member;
    const from = latest && appliedOf(facts, latest);
    if (!from || !needsRestart(container, from, grantedOf(facts, member))) continue;
    return {
      step: {
        type: 'killContainer',
        id: latest.id,
        container: name,
        reason: 'changed',
        message: `Container ${name} resize requires restart`,
        graceSeconds: facts.pod.spec?.terminationGracePeriodSeconds ?? 30,
      },
    };
  }
  if (open.length === 0 || facts.busy.has('resize')) return { again };
  const retryAtMs = facts.resizeProblem?.retryAtMs ?? 0;
  return isAhead(retryAtMs, now) ? { again: retryAtMs } : { step: { type: 'applyResize' }, again };
}

/** The pod as the node has granted it: what containers are made from. */
export function withGranted(pod: Pod, granted: PodFacts['granted']): Pod {
  if (!pod.spec) return pod;
  const of = (containers: readonly Container[], role: 'main' | 'sidecar'): Container[] =>
    containers.map((container) => {
      const { name, restartPolicy } = container;
      if (role === 'sidecar' && restartPolicy !== 'Always') return container;
      return { ...container, resources: grantedOf({ pod, granted }, { name, role, container }) };
    });
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: of(containers, 'main'),
      ...(initContainers && { initContainers: of(initContainers, 'sidecar') }),
    },
  };
}
