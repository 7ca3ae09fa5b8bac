/**
 * What may change in a Job: how much of it runs at once, its limits, and, as long as it is suspended
 * and nothing runs, where its pods may go and what they ask for (KEP-2926, KEP-5440).
 */
import { type FieldError, invalid } from '../../field-error.ts';
import type { Container, Job, JobSpec, PodTemplateSpec } from '../../types.ts';
import { checkImmutable, type Errors, sameValue } from '../common/checks.ts';
import { isIndexed } from './defaults.ts';

const fixed = [
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
] as const;

export function validateJobUpdate(next: Job, previous: Job): FieldError[] {
  const errors: Errors = [];
  const [spec, old]: Partial<JobSpec>[] = [next.spec ?? {}, previous.spec ?? {}];
  if (!spec || !old) return errors;
  checkCompletions(errors, spec, old);
  checkImmutable(errors, 'spec.selector', spec.selector, old.selector);
  const had = isSettable(previous) ? steered(old.template, spec.template) : old.template;
  checkImmutable(errors, 'spec.template', spec.template, had);
  for (const field of fixed) checkImmutable(errors, `spec.${field}`, spec[field], old[field]);
  return errors;
}

/** An Indexed Job may grow and shrink as one (KEP-3715). */
function checkCompletions(errors: Errors, spec: Partial<JobSpec>, old: Partial<JobSpec>): void {
  const path = 'spec.completions';
  if (!isIndexed(spec)) {
    checkImmutable(errors, path, spec.completions, old.completions);
    return;
  }
  const { completions, parallelism } = spec;
  if (completions === old.completions || completions === undefined) return;
  if (completions === parallelism) return;
  const detail = 'can only be modified in tandem with spec.parallelism';
  errors.push(invalid(path, completions, detail));
}

function isSettable({ spec, status = {} }: Job): boolean {
  if (!spec?.suspend || (status.active ?? 0) > 0) return false;
  const isSuspended = status.conditions?.some(
    ({ type, status: holds }) => type === 'Suspended' && holds === 'True',
  );
  return status.startTime === undefined || isSuspended === true;
}

/** The old template with what may be changed taken from the new one. */
function steered(
  old: PodTemplateSpec | undefined,
  next: PodTemplateSpec | undefined,
): PodTemplateSpec | undefined {
  if (!old?.spec || !next?.spec) return old;
  const { labels, annotations } = next.metadata ?? {};
  const { affinity, nodeSelector, tolerations, schedulingGates } = next.spec;
  const nodeAffinity = affinity?.nodeAffinity;
  const { nodeAffinity: _, ...others } = old.spec.affinity ?? {};
  const containers = (had: readonly Container[] = [], given: readonly Container[] = []) =>
    had.map((each, index) => resized(each, given[index]));
  return {
    metadata: { ...old.metadata, labels, annotations },
    spec: {
      ...old.spec,
      affinity: nodeAffinity ? { ...others, nodeAffinity } : others,
      nodeSelector,
      tolerations,
      schedulingGates,
      containers: containers(old.spec.containers, next.spec.containers),
      initContainers: containers(old.spec.initContainers, next.spec.initContainers),
    },
  };
}

function resized(container: Container, given: Container | undefined): Container {
  if (!given || sameValue(given.resources, container.resources)) return container;
  return { ...container, resources: given.resources };
}
