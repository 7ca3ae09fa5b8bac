/**
 * Priority: turns the name of a priority class into the number that the scheduler compares. The two
 * classes of the system always exist; others are looked up when the cluster serves PriorityClass.
 */
import { pods } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { Pod, PriorityClass } from '#api/types.ts';
import { forbidden } from '../core/errors.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';
import { nameIn } from './namespace-lifecycle.ts';

interface Class {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy: string;
}

const usualPolicy = 'PreemptLowerPriority';

const systemClasses: readonly Class[] = [
  { name: 'system-node-critical', value: 2_000_001_000, preemptionPolicy: usualPolicy },
  { name: 'system-cluster-critical', value: 2_000_000_000, preemptionPolicy: usualPolicy },
];

/** Without a name and without a default class. */
const noClass: Class = { name: '', value: 0, preemptionPolicy: usualPolicy };

/** `classes`: the PriorityClass kind, when it is served. */
export function priorityStep(classes: Kind<PriorityClass> | undefined): AdmissionStep {
  return {
    name: 'Priority',
    mutate: (request) => {
      if (request.kind !== pods || request.operation !== 'CREATE') return;
      setPriority(request, request.object as Pod, classes);
    },
  };
}

function setPriority(
  request: AdmissionRequest,
  pod: Pod,
  classes: Kind<PriorityClass> | undefined,
): void {
  const { spec } = pod;
  const found = spec.priorityClassName
    ? byName(request, spec.priorityClassName, classes)
    : defaultOf(request, classes);
  if (found === undefined) {
    const why = `no PriorityClass with name ${spec.priorityClassName} was found`;
    throw forbidden(pods, nameIn(pod), why);
  }
  if (spec.priority !== undefined && spec.priority !== found.value) {
    const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${found.value} from the given PriorityClass name`;
    throw forbidden(pods, nameIn(pod), why);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== found.preemptionPolicy) {
    const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${found.preemptionPolicy} from the given PriorityClass name`;
    throw forbidden(pods, nameIn(pod), why);
  }
  if (found.name !== '') spec.priorityClassName = found.name;
  spec.priority = found.value;
  spec.preemptionPolicy = found.preemptionPolicy;
}

function byName(
  { reader }: AdmissionRequest,
  name: string,
  classes: Kind<PriorityClass> | undefined,
): Class | undefined {
  const system = systemClasses.find((each) => each.name === name);
  if (system) return system;
  const found = classes && reader.get(classes, undefined, name);
  return found && classOf(found);
}

/** The lowest of those that call themselves the default, as Kubernetes settles it. */
function defaultOf({ reader }: AdmissionRequest, classes: Kind<PriorityClass> | undefined): Class {
  let lowest: Class | undefined;
  for (const each of classes ? reader.list(classes) : []) {
    if (!each.globalDefault) continue;
    const candidate = classOf(each);
    if (lowest === undefined || candidate.value < lowest.value) lowest = candidate;
  }
  return lowest ?? noClass;
}

function classOf({ metadata, value = 0, preemptionPolicy = usualPolicy }: PriorityClass): Class {
  return { name: metadata.name, value, preemptionPolicy };
}
