/**
 * `pods/resize`: requests and limits of processor and memory of a pod that runs, of its containers and of the
 * pod as a whole. Whether the node has room for them is the node's to say, afterwards, in conditions.
 * Source: KEP-1287, KEP-5419; pkg/apis/core/validation, ValidatePodResize.
 */
import { deepCopy } from '../../copy.ts';
import { type FieldError, forbidden, invalid } from '../../field-error.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../types.ts';
import { type Errors, sameValue } from '../common/checks.ts';
import { changedPaths } from '../common/differences.ts';
import { mirrorAnnotation } from '../pod-spec/annotations.ts';
import { isSidecar } from '../pod-spec/restart-rules.ts';
import { qosClassOf } from './qos.ts';

const lists = ['containers', 'initContainers'] as const;
const sides = ['requests', 'limits'] as const;
const resizable: ReadonlySet<string> = new Set(['cpu', 'memory']);

/** Of a container's definition a resize takes resources and the policy for them, nothing else. */
export function prepareResize(next: Pod, previous: Pod): void {
  for (const list of lists) {
    const had = new Map((previous.spec?.[list] ?? []).map((one) => [one.name, one]));
    const given = next.spec?.[list];
    if (!next.spec || !given) continue;
    next.spec[list] = given.map((one) => {
      const before = had.get(one.name);
      if (!before) return one;
      const { resources, resizePolicy } = one;
      const kept = deepCopy(before);
      delete kept.resizePolicy;
      return { ...kept, ...(resources && { resources }), ...(resizePolicy && { resizePolicy }) };
    });
  }
}

export function validateResize(next: Pod, previous: Pod): FieldError[] {
  const [spec, old] = [specOf(next), specOf(previous)];
  const refused = refusalOf(previous);
  if (refused) return [forbidden('', refused)];
  const errors: Errors = [];
  if ((previous.status?.qosClass ?? qosClassOf(old)) !== qosClassOf(spec)) {
    const detail = 'Pod QOS Class may not change as a result of resizing';
    errors.push(invalid('spec', qosClassOf(spec), detail));
  }
  const order = lists.flatMap((list) => checkOrder(list, spec[list] ?? [], old[list] ?? []));
  if (order.length > 0) return [...errors, ...order];
  for (const list of lists) checkRemoved(errors, list, spec[list] ?? [], old[list] ?? []);
  checkKept(errors, 'spec.resources', spec.resources, old.resources);
  checkMutable(errors, spec, old);
  return errors;
}

function specOf(pod: Pod): PodSpec {
  return pod.spec ?? { containers: [] };
}

function refusalOf(previous: Pod): string | undefined {
  if (previous.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    return 'static pods cannot be resized';
  }
  return previous.spec?.os?.name === 'windows' ? 'windows pods cannot be resized' : undefined;
}

function checkOrder(
  list: (typeof lists)[number],
  next: readonly Container[],
  previous: readonly Container[],
): FieldError[] {
  if (next.length !== previous.length) {
    return [forbidden(`spec.${list}`, `${list} may not be added or removed on resize`)];
  }
  const moved = next.some(({ name }, index) => name !== previous[index]?.name);
  return moved
    ? [forbidden(`spec.${list}`, `${list} may not be renamed or reordered on resize`)]
    : [];
}

function checkRemoved(
  errors: Errors,
  list: (typeof lists)[number],
  next: readonly Container[],
  previous: readonly Container[],
): void {
  for (const [index, container] of previous.entries()) {
    if (list === 'initContainers' && !isSidecar(container)) continue;
    const at = `spec.${list}[${index}].resources`;
    checkKept(errors, at, next[index]?.resources, container.resources);
  }
}

function checkKept(
  errors: Errors,
  path: string,
  next: ResourceRequirements | undefined,
  previous: ResourceRequirements | undefined,
): void {
  for (const side of sides) {
    const given = next?.[side] ?? {};
    const had = Object.keys(previous?.[side] ?? {});
    if (had.every((name) => Object.hasOwn(given, name))) continue;
    errors.push(forbidden(`${path}.${side}`, `resource ${side} cannot be removed`));
  }
}

function checkMutable(errors: Errors, spec: PodSpec, old: PodSpec): void {
  const only = 'only cpu and memory resources are mutable';
  const restored = (list: (typeof lists)[number], words: (container: Container) => string) =>
    spec[list]?.map((container, index) => {
      const before = old[list]?.[index];
      const fixed = list === 'initContainers' && !isSidecar(container);
      const rest = fixed || !before ? container : withResizableOf(container, before);
      if (!sameValue(rest, before)) errors.push(forbidden('spec', words(container)));
      return before ?? container;
    });
  const containers = restored('containers', () => only) ?? [];
  const initContainers = restored('initContainers', (container) =>
    isSidecar(container)
      ? 'only cpu and memory resources for sidecar containers are mutable'
      : 'resources for non-sidecar init containers are immutable',
  );
  const rest: PodSpec = { ...spec, containers, ...(initContainers && { initContainers }) };
  const whole = amountsToKeep(spec.resources, old.resources);
  if (Object.keys(whole).length > 0 || old.resources) rest.resources = whole;
  else delete rest.resources;
  if (sameValue(rest, old)) return;
  errors.push(forbidden('spec', `${only}\n${changedPaths(old, rest, 'spec').join('\n')}`));
}

/** With the earlier amounts of what may be resized: what then differs may not change. */
function withResizableOf(next: Container, before: Container): Container {
  const resources = amountsToKeep(next.resources, before.resources);
  const { resizePolicy } = before;
  const rest: Container = { ...next, resources };
  delete rest.resizePolicy;
  return resizePolicy ? { ...rest, resizePolicy } : rest;
}

function amountsToKeep(
  next: ResourceRequirements | undefined,
  before: ResourceRequirements | undefined,
): ResourceRequirements {
  const resources: ResourceRequirements = { ...next };
  for (const side of sides) {
    const others = Object.entries(next?.[side] ?? {}).filter(([name]) => !resizable.has(name));
    const own = Object.entries(before?.[side] ?? {}).filter(([name]) => resizable.has(name));
    const all = [...others, ...own];
    if (all.length > 0 || before?.[side]) resources[side] = Object.fromEntries(all);
    else delete resources[side];
  }
  return resources;
}
