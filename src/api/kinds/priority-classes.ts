/**
 * How urgent pods are: the scheduler takes those of a higher class first, and may end pods of a lower
 * one to make room. Source: Kubernetes API reference, scheduling.k8s.io/v1 PriorityClass;
 * pkg/apis/scheduling/validation.
 */
import { type FieldError, forbidden } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import type { PriorityClass } from '../types.ts';
import { checkImmutable, checkOneOf, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

/** Above it only the system's own classes. */
const userPriorityMax = 1_000_000_000;
const systemPrefix = 'system-';

export const usualPreemptionPolicy = 'PreemptLowerPriority';

/** Made at every start; nobody can take them away. */
export const systemPriorityClasses: readonly PriorityClass[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
];

export const priorityClasses: Kind<PriorityClass> = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  resource: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  namespaced: false,
  verbs: standardVerbs,
  type: 'PriorityClass',
  defaults(object) {
    object.value ??= 0;
    object.preemptionPolicy ??= usualPreemptionPolicy;
  },
  prepareForCreate({ metadata }) {
    metadata.generation = 1;
  },
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    if ((next.value ?? 0) !== (previous.value ?? 0)) {
      errors.push(forbidden('value', 'may not be changed in an update.'));
    }
    checkImmutable(errors, 'preemptionPolicy', next.preemptionPolicy, previous.preemptionPolicy);
    return errors;
  },
  columns: [
    nameColumn,
    {
      name: 'Value',
      type: 'integer',
      description: 'The priority that pods of this class get.',
      cell: ({ value = 0 }) => value,
    },
    {
      name: 'Global-Default',
      type: 'boolean',
      description: 'Whether pods that name no class are of this one.',
      cell: ({ globalDefault = false }) => globalDefault,
    },
    ageColumn,
    {
      name: 'PreemptionPolicy',
      type: 'string',
      description: 'Whether pods of this class may end others to get their place.',
      cell: ({ preemptionPolicy = usualPreemptionPolicy }) => preemptionPolicy,
    },
  ],
};

function validate(object: PriorityClass): FieldError[] {
  const errors: Errors = [];
  const { preemptionPolicy, value = 0 } = object;
  const name = object.metadata.name ?? '';
  if (name.startsWith(systemPrefix)) {
    const why = whyNotOfSystem(name, object);
    if (why !== undefined) {
      const detail = `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${why}`;
      errors.push(forbidden('metadata.name', detail));
    }
  } else if (value > userPriorityMax) {
    const detail = `maximum allowed value of a user defined priority is ${userPriorityMax}`;
    errors.push(forbidden('value', detail));
  }
  if (preemptionPolicy !== undefined) {
    const policies = [usualPreemptionPolicy, 'Never'];
    checkOneOf(errors, 'preemptionPolicy', preemptionPolicy, policies);
  }
  return errors;
}

function whyNotOfSystem(
  name: string,
  { value = 0, globalDefault = false }: PriorityClass,
): string | undefined {
  const known = systemPriorityClasses.find(({ metadata }) => metadata.name === name);
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known.value) return `value of ${name} PriorityClass must be ${known.value}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
