import { type FieldError, forbidden } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import type { StatefulSet, StatefulSetSpec } from '../types.ts';
import { type Errors, sameValue } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { scaleSubresource, standardVerbs, statusSubresource } from './common/verbs.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { templateWarnings } from './pod-spec/warnings.ts';
import { defaultClaimTemplate } from './stateful-sets/claims.ts';
import { validateSpec } from './stateful-sets/validate.ts';
import { claimSpecWarnings } from './storage/claim-spec.ts';
import { containerColumns } from './workloads/columns.ts';
import { negativeHistoryWarnings } from './workloads/history-limit.ts';
import { scaleBySelector } from './workloads/scale.ts';
import { checkCollisionCount, checkCounts, checkParts } from './workloads/status-checks.ts';

export const statefulSets: Kind<StatefulSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  resource: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'StatefulSet',
  subresources: [scaleSubresource, statusSubresource],
  hasStatus: true,
  defaults,
  prepareForCreate(set) {
    set.metadata.generation = 1;
    set.status = { replicas: 0, availableReplicas: 0 };
  },
  validate: ({ spec }) => validateSpec(spec ?? {}),
  validateUpdate,
  validateSubresource: { status: validateStatus },
  warnings: ({ spec }) => [
    ...templateWarnings(spec?.template),
    ...(spec?.volumeClaimTemplates ?? []).flatMap((claim, index) =>
      claimSpecWarnings(`spec.volumeClaimTemplates[${index}].spec`, claim.spec),
    ),
    ...negativeHistoryWarnings(spec?.revisionHistoryLimit),
  ],
  scale: scaleBySelector(),
  columns: [
    nameColumn,
    {
      name: 'Ready',
      type: 'string',
      description: 'Pods that are ready, of all that are wanted.',
      cell: ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    },
    ageColumn,
    ...containerColumns,
  ],
};

function defaults({ spec }: StatefulSet): void {
  if (!spec) return;
  spec.podManagementPolicy ||= 'OrderedReady';
  spec.updateStrategy ??= {};
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate';
    spec.updateStrategy.rollingUpdate ??= {};
  }
  const { type, rollingUpdate } = spec.updateStrategy;
  if (type === 'RollingUpdate' && rollingUpdate) rollingUpdate.partition ??= 0;
  spec.persistentVolumeClaimRetentionPolicy ??= {};
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain';
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  if (spec.template) defaultPodTemplate(spec.template);
  for (const claim of spec.volumeClaimTemplates ?? []) defaultClaimTemplate(claim);
}

const mutable: readonly (keyof StatefulSetSpec)[] = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function validateUpdate(next: StatefulSet, previous: StatefulSet): FieldError[] {
  if (sameValue(fixedPart(next.spec), fixedPart(previous.spec))) return [];
  const [last, ...others] = mutable.map((field) => `'${field}'`).reverse();
  const list = `${others.reverse().join(', ')} and ${last}`;
  const detail = `updates to statefulset spec for fields other than ${list} are forbidden`;
  return [forbidden('spec', detail)];
}

function fixedPart(spec: StatefulSetSpec | undefined): object {
  const entries = Object.entries(spec ?? {});
  return Object.fromEntries(
    entries.filter(([field]) => !(mutable as readonly string[]).includes(field)),
  );
}

const counts = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
] as const;

function validateStatus(next: StatefulSet, previous: StatefulSet): FieldError[] {
  const errors: Errors = [];
  const status = next.status ?? { replicas: 0 };
  checkCounts(errors, status, counts);
  const { replicas = 0, readyReplicas, currentReplicas, updatedReplicas } = status;
  const { availableReplicas } = status;
  const parts = { readyReplicas, currentReplicas, updatedReplicas, availableReplicas };
  checkParts(errors, replicas, parts);
  checkCollisionCount(errors, status, previous.status);
  return errors;
}
