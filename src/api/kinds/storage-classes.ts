/** A StorageClass says who makes volumes for claims that name it, and how. Source: pkg/apis/storage. */
import {
  type FieldError,
  duplicate,
  forbidden,
  required,
  tooLong,
  tooMany,
} from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { byteLength, isQualifiedName } from '../names.ts';
import type { StorageClass, TopologySelectorTerm } from '../types.ts';
import {
  checkFormat,
  checkImmutable,
  checkOneOf,
  type Errors,
  sameValue,
} from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { renamedLabel } from './common/renamed-labels.ts';
import { standardVerbs } from './common/verbs.ts';

const defaultAnnotations = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];
const parameterCountMax = 512;
const parameterBytesMax = 256 * 1024;

/** Claims that name no class get it. */
export function isDefaultClass({ metadata }: StorageClass): boolean {
  return defaultAnnotations.some((key) => metadata.annotations?.[key] === 'true');
}

/** Of several defaults the newest, then the first by name, as Kubernetes settles it. */
export function defaultClassOf(classes: Iterable<StorageClass>): StorageClass | undefined {
  let chosen: StorageClass | undefined;
  for (const each of classes) {
    if (isDefaultClass(each) && (chosen === undefined || isBefore(each, chosen))) chosen = each;
  }
  return chosen;
}

function isBefore({ metadata: one }: StorageClass, { metadata: other }: StorageClass): boolean {
  const { creationTimestamp: left = '' } = one;
  const { creationTimestamp: right = '' } = other;
  return left === right ? one.name < other.name : left > right;
}

export const storageClasses: Kind<StorageClass> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  resource: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  namespaced: false,
  verbs: standardVerbs,
  type: 'StorageClass',
  returnsDeleted: true,
  warnings: ({ allowedTopologies = [] }) => allowedTopologies.flatMap(renamedLabelsOf),
  defaults(storageClass) {
    storageClass.reclaimPolicy ??= 'Delete';
    storageClass.volumeBindingMode ??= 'Immediate';
  },
  validate,
  validateUpdate,
  columns: [
    {
      ...nameColumn,
      cell: (each: StorageClass) =>
        isDefaultClass(each) ? `${each.metadata.name} (default)` : (each.metadata.name ?? ''),
    },
    {
      name: 'Provisioner',
      type: 'string',
      description: 'Who makes the volumes.',
      cell: ({ provisioner }) => provisioner ?? '',
    },
    {
      name: 'ReclaimPolicy',
      type: 'string',
      description: 'What becomes of a volume when its claim is gone.',
      cell: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
    },
    {
      name: 'VolumeBindingMode',
      type: 'string',
      description: 'Whether volumes are made at once, or when a pod needs them.',
      cell: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
    },
    {
      name: 'AllowVolumeExpansion',
      type: 'boolean',
      description: 'Whether claims may grow.',
      cell: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
    ageColumn,
  ],
};

function validate(storageClass: StorageClass): FieldError[] {
  const errors: Errors = [];
  const { provisioner = '', parameters = {}, allowedTopologies = [] } = storageClass;
  if (provisioner === '') errors.push(required('provisioner'));
  else {
    const messages = isQualifiedName(provisioner.toLowerCase());
    checkFormat(errors, 'provisioner', provisioner.toLowerCase(), messages);
  }
  checkParameters(errors, parameters);
  checkOneOf(errors, 'reclaimPolicy', storageClass.reclaimPolicy, ['Delete', 'Retain']);
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  checkOneOf(errors, 'volumeBindingMode', storageClass.volumeBindingMode, modes);
  for (const [index, term] of allowedTopologies.entries()) {
    checkTopology(errors, `allowedTopologies[${index}]`, term);
    const isRepeated = allowedTopologies.slice(0, index).some((other) => sameValue(other, term));
    if (isRepeated) errors.push(duplicate(`allowedTopologies[${index}].matchLabelExpressions`, ''));
  }
  return errors;
}

function checkParameters(errors: Errors, parameters: Readonly<Record<string, string>>): void {
  const entries = Object.entries(parameters);
  if (entries.length > parameterCountMax) {
    errors.push(tooMany('parameters', entries.length, parameterCountMax));
    return;
  }
  let size = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.push(required('parameters', 'field can not be empty.'));
    size += byteLength(key) + byteLength(value);
  }
  if (size > parameterBytesMax) errors.push(tooLong('parameters', parameterBytesMax));
}

function checkTopology(errors: Errors, path: string, term: TopologySelectorTerm): void {
  const seen = new Set<string>();
  for (const [index, { key = '', values = [] }] of (term.matchLabelExpressions ?? []).entries()) {
    const at = `${path}.matchLabelExpressions[${index}]`;
    checkFormat(errors, `${at}.key`, key, isQualifiedName(key));
    if (values.length === 0) errors.push(required(`${at}.values`));
    for (const [each, value] of values.entries()) {
      if (values.indexOf(value) < each) errors.push(duplicate(`${at}.values[${each}]`, value));
    }
    if (seen.has(key)) errors.push(duplicate(`${at}.key`, key));
    seen.add(key);
  }
}

function validateUpdate(next: StorageClass, previous: StorageClass): FieldError[] {
  const errors: Errors = [];
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (sameValue(next[field], previous[field])) continue;
    errors.push(forbidden(field, `updates to ${field} are forbidden.`));
  }
  const { volumeBindingMode: after } = next;
  checkImmutable(errors, 'volumeBindingMode', after, previous.volumeBindingMode);
  return errors;
}

/** Source: pkg/api/storage, GetWarningsForStorageClass. */
function renamedLabelsOf(
  { matchLabelExpressions = [] }: TopologySelectorTerm,
  at: number,
): string[] {
  return matchLabelExpressions.flatMap(({ key }, index) => {
    const renamed = renamedLabel(key);
    const path = `allowedTopologies[${at}].matchLabelExpressions[${index}]`;
    return renamed ? [`${path}: ${renamed}`] : [];
  });
}
