import { type FieldError, invalid, notSupported, required } from '../field-error.ts';
import type { Column, Kind } from '../kind.ts';
import type {
  DaemonSet,
  DaemonSetSpec,
  DaemonSetStatus,
  RollingUpdateDaemonSet,
} from '../types.ts';
import { checkImmutable, checkNonNegative, type Errors } from './common/checks.ts';
import { ageColumn, formatLabels, nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { validatePodTemplate } from './pod-spec/validate.ts';
import { templateWarnings } from './pod-spec/warnings.ts';
import { templateColumns } from './workloads/columns.ts';
import { checkIntOrPercent, checkShare, isZero } from './workloads/rolling-update.ts';
import { checkMatch, checkSelector, checkTemplatePolicy } from './workloads/selection.ts';
import { checkCollisionCount, checkCounts } from './workloads/status-checks.ts';

export const daemonSets: Kind<DaemonSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  resource: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'DaemonSet',
  subresources: [statusSubresource],
  hasStatus: true,
  defaults,
  prepareForCreate(set) {
    set.metadata.generation = 1;
    set.status = {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    };
  },
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    checkImmutable(errors, 'spec.selector', next.spec?.selector, previous.spec?.selector);
    return errors;
  },
  validateSubresource: { status: validateStatus },
  warnings: ({ spec }) => templateWarnings(spec?.template),
  columns: [
    nameColumn,
    count('Desired', 'Nodes that should run a pod.', 'desiredNumberScheduled'),
    count('Current', 'Nodes that run a pod and should.', 'currentNumberScheduled'),
    count('Ready', 'Nodes whose pod is ready.', 'numberReady'),
    count('Up-to-date', 'Nodes whose pod is of the newest template.', 'updatedNumberScheduled'),
    count('Available', 'Nodes whose pod has been ready for minReadySeconds.', 'numberAvailable'),
    {
      name: 'Node Selector',
      type: 'string',
      description: 'Labels of the nodes that should run a pod.',
      cell: ({ spec }) => formatLabels(spec?.template?.spec?.nodeSelector),
    },
    ageColumn,
    ...templateColumns,
  ],
};

function count(
  name: string,
  description: string,
  field: Exclude<keyof DaemonSetStatus, 'conditions'>,
): Column<DaemonSet> {
  return { name, type: 'integer', description, cell: ({ status }) => status?.[field] ?? 0 };
}

function defaults({ spec }: DaemonSet): void {
  if (!spec) return;
  spec.updateStrategy ??= {};
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  if (spec.template) defaultPodTemplate(spec.template);
}

function validate(set: DaemonSet): FieldError[] {
  const errors: Errors = [];
  const spec: Partial<DaemonSetSpec> = set.spec ?? {};
  const { selector, template } = spec;
  const before = errors.length;
  checkSelector(errors, selector, 'daemonset');
  if (errors.length === before && template) checkMatch(errors, selector, template);
  errors.push(...validatePodTemplate(template, 'spec.template'));
  if (template?.spec) checkTemplatePolicy(errors, template.spec, 'DaemonSet');
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkUpdateStrategy(errors, 'spec.updateStrategy', spec.updateStrategy ?? {});
  checkNonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  return errors;
}

function checkUpdateStrategy(
  errors: Errors,
  path: string,
  strategy: NonNullable<DaemonSetSpec['updateStrategy']>,
): void {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    errors.push(notSupported(path, strategy, ['RollingUpdate', 'OnDelete']));
  } else if (!rollingUpdate) errors.push(required(`${path}.rollingUpdate`));
  else checkRollingUpdate(errors, `${path}.rollingUpdate`, rollingUpdate);
}

/** A pod is replaced either before its node has another one, or after. */
function checkRollingUpdate(
  errors: Errors,
  path: string,
  { maxUnavailable = 0, maxSurge = 0 }: RollingUpdateDaemonSet,
): void {
  checkIntOrPercent(errors, `${path}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(errors, `${path}.maxSurge`, maxSurge);
  checkShare(errors, `${path}.maxUnavailable`, maxUnavailable);
  checkShare(errors, `${path}.maxSurge`, maxSurge);
  const [isDown, isUp] = [!isZero(maxUnavailable), !isZero(maxSurge)];
  if (isDown && isUp) {
    const detail = 'may not be set when maxUnavailable is non-zero';
    errors.push(invalid(`${path}.maxSurge`, maxSurge, detail));
  }
  if (!isDown && !isUp) {
    errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
}

const counts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

function validateStatus({ status }: DaemonSet, previous: DaemonSet): FieldError[] {
  const errors: Errors = [];
  checkCounts(errors, status ?? {}, counts);
  checkCollisionCount(errors, status, previous.status);
  return errors;
}
