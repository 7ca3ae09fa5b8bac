/**
 * Priority: turns the name of a priority class into the number that the scheduler compares, and keeps
 * the classes themselves in order: one default at most, and the system's own stay.
 */
import { pods, priorityClasses } from '#api/kinds/index.ts';
import { systemPriorityClasses, usualPreemptionPolicy } from '#api/kinds/priority-classes.ts';
import type { Pod, PriorityClass } from '#api/types.ts';
import { forbidden } from '../core/errors.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';
import { nameIn } from './namespace-lifecycle.ts';

export const priority: AdmissionStep = {
  name: 'Priority',
  mutate: (request) => {
    if (request.kind !== pods || request.subresource !== undefined) return;
    if (request.operation === 'CREATE') setPriority(request, request.object as Pod);
    else if (request.operation === 'UPDATE') keepPriority(request);
  },
  validate: (request) => {
    if (request.kind === priorityClasses && request.subresource === undefined) checkClass(request);
  },
};

function setPriority(request: AdmissionRequest, pod: Pod): void {
  const { spec } = pod;
  const found = spec.priorityClassName
    ? byName(request, spec.priorityClassName)
    : defaultOf(request);
  if (spec.priorityClassName && found === undefined) {
    const why = `no PriorityClass with name ${spec.priorityClassName} was found`;
    throw forbidden(pods, nameIn(pod), why);
  }
  const { value = 0, preemptionPolicy = usualPreemptionPolicy } = found ?? {};
  if (spec.priority !== undefined && spec.priority !== value) {
    const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
    throw forbidden(pods, nameIn(pod), why);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`;
    throw forbidden(pods, nameIn(pod), why);
  }
  if (found !== undefined) spec.priorityClassName = found.metadata.name;
  spec.priority = value;
  spec.preemptionPolicy = preemptionPolicy;
}

/** A PUT by somebody who knows nothing of priorities changes none. */
function keepPriority({ object, previous }: AdmissionRequest): void {
  const [spec, old] = [(object as Pod).spec, (previous as Pod).spec];
  if (spec === undefined || old === undefined) return;
  if (old.priority !== undefined) spec.priority ??= old.priority;
  if (old.preemptionPolicy !== undefined) spec.preemptionPolicy ??= old.preemptionPolicy;
}

/** The system's classes count even before they have been made. */
function byName({ reader }: AdmissionRequest, name: string): PriorityClass | undefined {
  const system = systemPriorityClasses.find(({ metadata }) => metadata.name === name);
  return system ?? reader.get(priorityClasses, undefined, name);
}

/** The lowest of those that call themselves the default, as Kubernetes settles it. */
function defaultOf({ reader }: AdmissionRequest): PriorityClass | undefined {
  let lowest: PriorityClass | undefined;
  for (const each of reader.list(priorityClasses)) {
    if (!each.globalDefault) continue;
    if (lowest === undefined || (each.value ?? 0) < (lowest.value ?? 0)) lowest = each;
  }
  return lowest;
}

function checkClass(request: AdmissionRequest): void {
  const { operation, object, name } = request;
  if (operation === 'DELETE') {
    if (systemPriorityClasses.every(({ metadata }) => metadata.name !== name)) return;
    throw forbidden(priorityClasses, name, 'this is a system priority class and cannot be deleted');
  }
  const wanted = object as PriorityClass;
  if (!wanted.globalDefault) return;
  const known = defaultOf(request);
  if (known === undefined || known.metadata.name === wanted.metadata.name) return;
  const why = `PriorityClass ${known.metadata.name} is already marked as default. Only one default can exist`;
  throw forbidden(priorityClasses, nameIn(wanted), why);
}
