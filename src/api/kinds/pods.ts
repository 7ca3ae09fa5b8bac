import { type FieldError, forbidden, invalid } from '../field-error.ts';
import { podConditionCodes } from '../diagnosis/condition-codes.ts';
import type { Kind, Subresource } from '../kind.ts';
import { isFinal } from '../pod-phase.ts';
import type { Pod, PodSpec } from '../types.ts';
import type { Errors } from './common/checks.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { checkPodAnnotations } from './pod-spec/annotations.ts';
import { validatePodSpec } from './pod-spec/validate.ts';
import { podSpecWarnings } from './pod-spec/warnings.ts';
import { adoptAppArmorAnnotations } from './pods/apparmor-annotations.ts';
import { podColumns } from './pods/columns.ts';
import { defaultPod } from './pods/defaults.ts';
import { validateEphemeralContainers } from './pods/ephemeral.ts';
import { mergeLabelKeys } from './pods/label-keys.ts';
import { qosClassOf } from './pods/qos.ts';
import { prepareResize, validateResize } from './pods/resize.ts';
import { validatePodStatusUpdate, validatePodUpdate } from './pods/update.ts';

const subresources: readonly Subresource[] = [
  {
    name: 'attach',
    verbs: ['create', 'get'],
    connect: true,
    body: { group: '', version: 'v1', kind: 'PodAttachOptions' },
  },
  {
    name: 'binding',
    verbs: ['create'],
    body: { group: '', version: 'v1', kind: 'Binding' },
  },
  { name: 'ephemeralcontainers', verbs: ['get', 'patch', 'update'] },
  {
    name: 'eviction',
    verbs: ['create'],
    body: { group: 'policy', version: 'v1', kind: 'Eviction', olderVersions: ['v1beta1'] },
  },
  {
    name: 'exec',
    verbs: ['create', 'get'],
    connect: true,
    body: { group: '', version: 'v1', kind: 'PodExecOptions' },
  },
  { name: 'log', verbs: ['get'] },
  {
    name: 'portforward',
    verbs: ['create', 'get'],
    connect: true,
    body: { group: '', version: 'v1', kind: 'PodPortForwardOptions' },
  },
  {
    name: 'proxy',
    verbs: ['create', 'delete', 'get', 'patch', 'update'],
    connect: true,
    body: { group: '', version: 'v1', kind: 'PodProxyOptions' },
  },
  { name: 'resize', verbs: ['get', 'patch', 'update'] },
  statusSubresource,
];

export const pods: Kind<Pod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'Pod',
  subresources,
  hasStatus: true,
  defaults: defaultPod,
  prepareForCreate(pod) {
    pod.metadata.generation = 1;
    mergeLabelKeys(pod);
    adoptAppArmorAnnotations(pod);
    pod.status = { phase: 'Pending', qosClass: qosClassOf(specOf(pod)) };
    const { schedulingGates = [], nodeName } = specOf(pod);
    if (schedulingGates.length > 0 && !nodeName) markGated(pod);
  },
  prepareSubresource: { status: prepareStatus, resize: prepareResize },
  validate,
  validateCreate,
  validateUpdate: validatePodUpdate,
  validateSubresource: {
    status: validatePodStatusUpdate,
    ephemeralcontainers: (next, previous) => [
      ...validate(next),
      ...validateEphemeralContainers(next, previous),
    ],
    resize: (next, previous) => [...validate(next), ...validateResize(next, previous)],
  },
  warnings: (pod) => podSpecWarnings(specOf(pod), 'spec', pod.metadata.annotations),
  gracePeriodSeconds: gracePeriodOf,
  fieldSelectors: {
    'spec.nodeName': (pod) => pod.spec?.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? '',
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  returnsDeleted: true,
  conditionCodes: podConditionCodes,
  columns: podColumns,
};

function specOf(pod: Pod): PodSpec {
  return pod.spec ?? { containers: [] };
}

/** So that people see at once why nothing happens; the scheduler takes it from here. */
function markGated(pod: Pod): void {
  pod.status = {
    ...pod.status,
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      },
    ],
  };
}

/** Old agents leave the class out; it does not change as long as the pod lives. */
function prepareStatus(next: Pod, previous: Pod): void {
  if (next.status && !next.status.qosClass) next.status.qosClass = previous.status?.qosClass;
}

function validate(pod: Pod): FieldError[] {
  const spec = specOf(pod);
  const errors: Errors = [];
  checkPodAnnotations(errors, 'metadata.annotations', pod.metadata.annotations ?? {}, spec);
  errors.push(...validatePodSpec(spec, 'spec', { isPod: true, name: pod.metadata.name }));
  checkTokens(errors, spec);
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, { image = '' }] of (spec[list] ?? []).entries()) {
      if (image.trim() === image) continue;
      const detail = 'must not have leading or trailing whitespace';
      errors.push(invalid(`spec.${list}[${index}].image`, image, detail));
    }
  }
  return errors;
}

/** A token is of an account; admission names one, unless the pod refuses. */
function checkTokens(errors: Errors, { serviceAccountName, volumes = [] }: PodSpec): void {
  if (serviceAccountName) return;
  for (const [index, { projected }] of volumes.entries()) {
    for (const [sourceIndex, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
      if (!serviceAccountToken) continue;
      const path = `spec.volumes[${index}].projected.sources[${sourceIndex}].serviceAccountToken`;
      const detail = 'must not be specified when serviceAccountName is not set';
      errors.push(forbidden(path, detail));
    }
  }
}

function validateCreate(pod: Pod): FieldError[] {
  const errors: Errors = [];
  const { ephemeralContainers = [], schedulingGates = [], nodeName } = specOf(pod);
  if (ephemeralContainers.length > 0) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (nodeName && schedulingGates.length > 0) {
    const detail = 'cannot be set until all schedulingGates have been cleared';
    errors.push(forbidden('spec.nodeName', detail));
  }
  return errors;
}

/** Nothing runs before a node has the pod, nor after it finished: then there is nothing to wait for. */
function gracePeriodOf(pod: Pod): number {
  if (!pod.spec?.nodeName || isFinal(pod.status?.phase)) return 0;
  const seconds = pod.spec.terminationGracePeriodSeconds ?? 30;
  return seconds < 0 ? 1 : seconds;
}
