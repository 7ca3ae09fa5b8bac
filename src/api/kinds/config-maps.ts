import { type FieldError, forbidden, invalid, tooLong } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { byteLength, isConfigMapKey } from '../names.ts';
import type { ConfigMap } from '../types.ts';
import { base64Length } from './common/base64-length.ts';
import { checkFormat, type Errors, sameValue } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

/** All values together. */
const dataBytesMax = 1024 * 1024;

export const configMaps: Kind<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  verbs: standardVerbs,
  type: 'ConfigMap',
  validate,
  validateUpdate,
  columns: [
    nameColumn,
    {
      name: 'Data',
      type: 'string',
      description: 'Number of keys.',
      cell: ({ data = {}, binaryData = {} }) =>
        Object.keys(data).length + Object.keys(binaryData).length,
    },
    ageColumn,
  ],
};

function validate({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: Errors = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    const path = `data[${key}]`;
    checkFormat(errors, path, key, isConfigMapKey(key));
    if (Object.hasOwn(binaryData, key)) {
      errors.push(invalid(path, key, 'duplicate of key present in binaryData'));
    }
    bytes += byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    checkFormat(errors, `binaryData[${key}]`, key, isConfigMapKey(key));
    bytes += base64Length(value);
  }
  if (bytes > dataBytesMax) errors.push(tooLong('', dataBytesMax));
  return errors;
}

function validateUpdate(next: ConfigMap, previous: ConfigMap): FieldError[] {
  if (!previous.immutable) return [];
  const errors: Errors = [];
  const detail = 'field is immutable when `immutable` is set';
  if (!next.immutable) errors.push(forbidden('immutable', detail));
  for (const field of ['data', 'binaryData'] as const) {
    if (!sameValue(next[field], previous[field])) errors.push(forbidden(field, detail));
  }
  return errors;
}
