/**
 * What a Job means that does not say everything.
 * Source: Kubernetes API reference, batch/v1 JobSpec; pkg/apis/batch/v1 defaults.
 */
import { deepEqual } from '../../copy.ts';
import type { Job, JobSpec, LabelSelector, PodFailurePolicy } from '../../types.ts';
import { defaultPodTemplate } from '../pod-spec/defaults.ts';

export const completionModes = ['NonIndexed', 'Indexed'];

/** With a limit of its own per index, the Job as a whole has none. */
const backoffLimitMax = 2 ** 31 - 1;

export const jobLabels = {
  name: 'batch.kubernetes.io/job-name',
  uid: 'batch.kubernetes.io/controller-uid',
  /** What the two were called before Kubernetes 1.27; tools still look for them. */
  oldName: 'job-name',
  oldUid: 'controller-uid',
  index: 'batch.kubernetes.io/job-completion-index',
} as const;

export function defaultJob(job: Job): void {
  const { spec } = job;
  if (!spec) return;
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : backoffLimitMax;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  defaultFailurePolicy(spec.podFailurePolicy);
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  if (spec.template) defaultPodTemplate(spec.template);
  copyLabels(job);
}

/** In a Job, and in the template of one. */
export function defaultFailurePolicy(policy: PodFailurePolicy | undefined): void {
  for (const rule of policy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
}

/** A Job without labels of its own wears those of its pods. */
function copyLabels({ metadata, spec }: Job): void {
  const labels = spec?.template?.metadata?.labels;
  if (!labels || Object.keys(labels).length === 0) return;
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

/**
 * The selector that finds the Job's own pods and no others: by its uid. Contradictions that the
 * author wrote stay, for validation to refuse.
 */
export function generateSelector(job: Job): void {
  const { metadata, spec } = job;
  if (!spec?.template || spec.manualSelector) return;
  const template = (spec.template.metadata ??= {});
  const wearsTemplate = deepEqual(metadata.labels ?? {}, template.labels ?? {});
  template.labels = { ...ownLabels(job), ...template.labels };
  spec.selector = selecting(spec.selector, metadata.uid ?? '');
  if (wearsTemplate) metadata.labels = { ...template.labels };
}

export function ownLabels({ metadata }: Job): Record<string, string> {
  const { name = '', uid = '' } = metadata;
  return {
    [jobLabels.uid]: uid,
    [jobLabels.name]: name,
    [jobLabels.oldUid]: uid,
    [jobLabels.oldName]: name,
  };
}

function selecting(selector: LabelSelector | undefined, uid: string): LabelSelector {
  return { ...selector, matchLabels: { [jobLabels.uid]: uid, ...selector?.matchLabels } };
}

export function isIndexed(spec: Partial<JobSpec>): boolean {
  return spec.completionMode === 'Indexed';
}
