/**
 * Resources that change while a pod runs: of its containers (KEP-1287), and of the pod as a whole (KEP-5419).
 * Three amounts stand beside each other: what the spec wants, what the node has granted, what the runtime was
 * told last. The written status is the record of the last two; what the worker remembers is newer.
 */
import { isAhead } from './back-off.ts';
import { podRequests } from '#api/kinds/pod-spec/requests.ts';
import { compareQuantities, millisOf, unitsOf } from '#api/quantity.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '#api/types.ts';
import { containerSubject, type PodFacts, type Step } from './facts.ts';
import { annotations } from './labels.ts';
import { membersOf } from './members.ts';
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

/** Beside the names and ids of containers: the pod as a whole. */
export const wholePod = '';

const resources = ['cpu', 'memory'] as const;
const resizable: ReadonlySet<string> = new Set(resources);
/** Room is told of when pods go; this is for what nobody tells. */
const deferredLookMs = 3 * 60_000;

const isResizable = ({ role }: Pick<MemberProgress, 'role'>): boolean =>
  role === 'main' || role === 'sidecar';

/** What the node has let the container have: as the spec says, unless that is a resize not granted yet. */
export function grantedOf(
  { pod, granted }: Pick<PodFacts, 'pod' | 'granted'>,
  { name, role, container }: Pick<MemberProgress, 'role' | 'container'> & { readonly name: string },
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

/** What the node has let the pod have as a whole. */
export function wholeGrantedOf({
  pod,
  granted,
}: Pick<PodFacts, 'pod' | 'granted'>): ResourceRequirements {
  const known = granted.get(wholePod);
  if (known) return known;
  const { limits, requests } = wholeWritten(pod);
  const allocated = pod.status?.allocatedResources ?? requests;
  return { ...(limits && { limits }), ...(allocated && { requests: allocated }) };
}

/** What the pod's own group holds it to. */
export function wholeAppliedOf({
  pod,
  applied,
}: Pick<PodFacts, 'pod' | 'applied'>): ResourceRequirements {
  return applied.get(wholePod) ?? wholeWritten(pod);
}

/** One that has begun and has none in its status began without: it gets its first by a resize. */
function wholeWritten({ spec, status }: Pod): ResourceRequirements {
  return status?.resources ?? (status?.startTime === undefined ? (spec?.resources ?? {}) : {});
}

/** What a container is held to: a limit that it has not got of its own is the pod's. */
export function inherited(
  own: ResourceRequirements,
  whole: ResourceRequirements | undefined,
): ResourceRequirements {
  const from = Object.entries(whole?.limits ?? {}).filter(([name]) => resizable.has(name));
  if (from.length === 0) return own;
  return { ...own, limits: { ...Object.fromEntries(from), ...own.limits } };
}

/** What is to hold for the container: its own, and what it has of the pod. */
export function effectiveOf(
  facts: Pick<PodFacts, 'pod' | 'granted'>,
  member: Pick<MemberProgress, 'name' | 'role' | 'container'>,
): ResourceRequirements {
  return inherited(grantedOf(facts, member), wholeGrantedOf(facts));
}

/**
 * What a pod that begins is granted: what it asks for. Of one that began before, its status and its
 * containers tell. From then on only a resize that is granted changes it.
 */
export function grantsOf(
  pod: Pod,
  containers: readonly ObservedContainer[] = [],
): readonly (readonly [string, ResourceRequirements])[] {
  const whole = wholeGrantedOf({ pod, granted: new Map() });
  const members = membersOf(pod).filter(isResizable);
  return [
    [wholePod, whole],
    ...members.map(({ role, container }) => {
      const { name } = container;
      const asked = grantedOf({ pod, granted: new Map() }, { name, role, container });
      if (statusesFor(pod, role).some((one) => one.name === name && one.resources)) {
        return [name, asked] as const;
      }
      const [latest] = containers
        .filter((one) => one.name === name)
        .toSorted((a, b) => b.attempt - a.attempt);
      const noted = latest && notedIn(latest);
      if (!noted) return [name, asked] as const;
      // Limits may be the pod's there.
      const { requests, limits } = noted;
      const own = pod.spec?.resources ? asked.limits : limits;
      return [name, { ...(own && { limits: own }), ...(requests && { requests }) }] as const;
    }),
  ];
}

/** What the runtime was told for this very container. */
export function appliedOf(
  facts: Pick<PodFacts, 'pod' | 'applied'>,
  latest: ObservedContainer,
): ResourceRequirements | undefined {
  const known = facts.applied.get(latest.id);
  if (known) return known;
  const written = writtenStatus(facts.pod, latest)?.resources;
  if (written) return inherited(written, wholeAppliedOf(facts));
  return notedIn(latest);
}

/** What a container was made with, as its annotation has it. */
export function notedIn({
  annotations: noted,
}: Pick<ObservedContainer, 'annotations'>): ResourceRequirements | undefined {
  const text = noted[annotations.resources];
  return text === undefined ? undefined : (JSON.parse(text) as ResourceRequirements);
}

function sameAmounts(a: ResourceRequirements, b: ResourceRequirements): boolean {
  return changedResources(a, b).length === 0;
}

function changedResources(a: ResourceRequirements, b: ResourceRequirements) {
  if (a === b) return [];
  return resources.filter(
    (name) =>
      isOther(a.requests?.[name], b.requests?.[name]) ||
      isOther(a.limits?.[name], b.limits?.[name]),
  );
}

function isOther(one: string | undefined, other: string | undefined): boolean {
  if (one === other) return false;
  return one === undefined || other === undefined || compareQuantities(one, other) !== 0;
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
  const differs =
    !sameAmounts(facts.pod.spec?.resources ?? {}, wholeGrantedOf(facts)) ||
    wanted.some(
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

/** It has what it should have, for all that is known: a runtime that failed may have done as it was told. */
export function holds(
  facts: Pick<PodFacts, 'pod' | 'applied' | 'unsure'>,
  latest: ObservedContainer,
  granted: ResourceRequirements,
): boolean {
  return !facts.unsure.has(latest.id) && sameAmounts(appliedOf(facts, latest) ?? granted, granted);
}

/** Containers for which the runtime has not been told yet what the node granted. */
function resizing(facts: PodFacts, { members }: Progress): readonly MemberProgress[] {
  return members.filter((member) => {
    const { latest } = member;
    if (!latest || !isResizable(member) || latest.state === 'created') return false;
    return !holds(facts, latest, effectiveOf(facts, member));
  });
}

/** The pod's own group does not hold it yet to what the node granted. */
function wholeIsResizing(facts: PodFacts, { sandbox }: Progress): boolean {
  if (sandbox === undefined) return false;
  return facts.unsure.has(wholePod) || !sameAmounts(wholeAppliedOf(facts), wholeGrantedOf(facts));
}

export function isResizing(facts: PodFacts, progress: Progress): boolean {
  return resizing(facts, progress).length > 0 || wholeIsResizing(facts, progress);
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
    if (!from || !needsRestart(container, from, effectiveOf(facts, member))) continue;
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
  const isOpen = open.length > 0 || wholeIsResizing(facts, progress);
  if (!isOpen || facts.busy.has('resize')) return { again };
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
  const resources = wholeGrantedOf({ pod, granted });
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(pod.spec.resources && { resources }),
      containers: of(containers, 'main'),
      ...(initContainers && { initContainers: of(initContainers, 'sidecar') }),
    },
  };
}
