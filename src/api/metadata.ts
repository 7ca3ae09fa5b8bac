/**
 * Rules of metadata, the same for every kind.
 * Source: Kubernetes API conventions, "Metadata"; apimachinery api/validation, objectmeta.go.
 */
import { type FieldError, forbidden, invalid, required, tooLong } from './field-error.ts';
import type { Kind } from './kind.ts';
import {
  byteLength,
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isPathSegmentName,
  isQualifiedName,
  isValidLabelValue,
} from './names.ts';
import type { KubeObject } from './object.ts';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from './types.ts';

/** Keys and values of all annotations together. */
const annotationBytesMax = 256 * 1024;
const fieldManagerLengthMax = 128;

type NameRule = NonNullable<Kind['nameRule']>;

const nameRules: Readonly<Record<NameRule, (name: string) => string[]>> = {
  dnsSubdomain: isDNS1123Subdomain,
  dnsLabel: isDNS1123Label,
  dns1035Label: isDNS1035Label,
  pathSegment: isPathSegmentName,
};

/** `isPrefix`: something will follow, so that a dash may stand at the end. */
export function errorsOfName(rule: NameRule, name: string, isPrefix = false): string[] {
  const whole = isPrefix && name.length > 1 ? name.replace(/-$/, 'a') : name;
  return nameRules[rule](rule === 'pathSegment' ? name : whole);
}

/** After names are generated and the namespace is known. */
export function validateMetadata(kind: Kind, { metadata }: KubeObject): FieldError[] {
  const { nameRule = 'dnsSubdomain' } = kind;
  return [
    ...nameErrors(metadata, nameRule),
    ...namespaceErrors(kind, metadata),
    ...labelErrors('metadata.labels', metadata.labels),
    ...annotationErrors('metadata.annotations', metadata.annotations),
    ...ownerErrors(metadata.ownerReferences ?? []),
    ...finalizerErrors(kind, metadata.finalizers ?? []),
    ...managedFieldsErrors(metadata.managedFields ?? []),
  ];
}

function nameErrors(metadata: ObjectMeta, rule: NameRule): FieldError[] {
  const { name, generateName } = metadata;
  const errors: FieldError[] = [];
  if (generateName) {
    for (const message of errorsOfName(rule, generateName, true)) {
      errors.push(invalid('metadata.generateName', generateName, message));
    }
  }
  if (!name) errors.push(required('metadata.name', 'name or generateName is required'));
  else {
    for (const message of errorsOfName(rule, name)) {
      errors.push(invalid('metadata.name', name, message));
    }
  }
  return errors;
}

function namespaceErrors({ namespaced }: Kind, { namespace }: ObjectMeta): FieldError[] {
  const path = 'metadata.namespace';
  if (!namespaced) return namespace ? [forbidden(path, 'not allowed on this type')] : [];
  if (!namespace) return [required(path)];
  return isDNS1123Label(namespace).map((message) => invalid(path, namespace, message));
}

/** Also of templates and selectors. */
export function labelErrors(
  path: string,
  labels: Readonly<Record<string, string>> = {},
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    for (const message of isQualifiedName(key)) errors.push(invalid(path, key, message));
    for (const message of isValidLabelValue(value)) errors.push(invalid(path, value, message));
  }
  return errors;
}

/** Also of templates. Keys may have capitals before the slash, values may be anything. */
export function annotationErrors(
  path: string,
  annotations: Readonly<Record<string, string>> = {},
): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const message of isQualifiedName(key.toLowerCase())) {
      errors.push(invalid(path, key, message));
    }
    bytes += byteLength(key) + byteLength(value);
  }
  if (bytes > annotationBytesMax) errors.push(tooLong(path, annotationBytesMax));
  return errors;
}

function ownerErrors(owners: readonly OwnerReference[]): FieldError[] {
  const path = 'metadata.ownerReferences';
  const errors = owners.flatMap((owner) => ownerError(path, owner));
  const [first, second] = owners.filter((owner) => owner.controller);
  if (first && second) {
    const [one, other] = [first, second].map(({ kind = '', name = '' }) => `${kind}/${name}`);
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${one} and ${other}`;
    errors.push(invalid(path, owners, detail));
  }
  return errors;
}

function ownerError(path: string, owner: OwnerReference): FieldError[] {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner;
  const errors: FieldError[] = [];
  if (apiVersion === '' || apiVersion.endsWith('/')) {
    errors.push(invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty'));
  }
  for (const [field, value] of Object.entries({ kind, name, uid })) {
    if (value === '') errors.push(invalid(`${path}.${field}`, value, 'must not be empty'));
  }
  if (apiVersion === 'v1' && kind === 'Event') {
    const detail = '/v1, Kind=Event is disallowed from being an owner';
    errors.push(invalid(path, owner, detail));
  }
  return errors;
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];
/** Kubernetes' own groups; finalizers of what people define need no domain. */
const isBuiltIn = (group: string): boolean => !group.includes('.') || group.endsWith('.k8s.io');

function finalizerErrors(kind: Kind, finalizers: readonly string[]): FieldError[] {
  const path = 'metadata.finalizers';
  const errors: FieldError[] = [];
  for (const [index, name] of finalizers.entries()) {
    errors.push(...isQualifiedName(name).map((message) => invalid(path, name, message)));
    const isKnown = name.includes('/') || standardFinalizers.includes(name);
    if (isKnown || !isBuiltIn(kind.group)) continue;
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalid(`${path}[${index}]`, name, detail));
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const detail = 'finalizer orphan and foregroundDeletion cannot be both set';
    errors.push(invalid(path, finalizers, detail));
  }
  return errors;
}

function managedFieldsErrors(entries: readonly ManagedFieldsEntry[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { operation = '', fieldsType = '', manager = '' }] of entries.entries()) {
    const path = `metadata.managedFields[${index}]`;
    if (operation !== 'Apply' && operation !== 'Update') {
      errors.push(invalid(`${path}.operation`, operation, 'must be `Apply` or `Update`'));
    }
    if (fieldsType !== '' && fieldsType !== 'FieldsV1') {
      errors.push(invalid(`${path}.fieldsType`, fieldsType, 'must be `FieldsV1`'));
    }
    if (manager.length > fieldManagerLengthMax) {
      errors.push(tooLong(`${path}.manager`, fieldManagerLengthMax));
    }
  }
  return errors;
}

const fixed = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** What an object is, and that it is being deleted, never changes; new holders may not come then. */
export function validateMetadataUpdate(next: KubeObject, previous: KubeObject): FieldError[] {
  const [metadata, old] = [next.metadata, previous.metadata];
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) errors.push(...newFinalizerErrors(metadata, old));
  const { generation = 0 } = metadata;
  if (generation < (old.generation ?? 0)) {
    errors.push(invalid('metadata.generation', generation, 'must not be decremented'));
  }
  for (const field of fixed) {
    if ((metadata[field] ?? '') === (old[field] ?? '')) continue;
    errors.push(invalid(`metadata.${field}`, metadata[field], 'field is immutable'));
  }
  return errors;
}

function newFinalizerErrors(metadata: ObjectMeta, old: ObjectMeta): FieldError[] {
  const had = new Set(old.finalizers ?? []);
  const added = (metadata.finalizers ?? []).filter((name) => !had.has(name)).sort();
  if (added.length === 0) return [];
  const list = added.map((name) => JSON.stringify(name)).join(', ');
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [forbidden('metadata.finalizers', detail)];
}
