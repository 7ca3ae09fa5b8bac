import { type FieldError, forbidden, invalid, required, tooLong } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { isConfigMapKey } from '../names.ts';
import type { Secret } from '../types.ts';
import { base64Length, base64OfText, latin1OfBase64 } from './common/base64.ts';
import { checkFormat, checkImmutable, type Errors, sameValue } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

/** All values together. */
const dataBytesMax = 1024 * 1024;
const accountAnnotation = 'kubernetes.io/service-account.name';

export const secrets: Kind<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  resource: 'secrets',
  singular: 'secret',
  namespaced: true,
  verbs: standardVerbs,
  type: 'Secret',
  defaults(secret) {
    secret.type ||= 'Opaque';
    foldStringData(secret);
  },
  validate,
  validateUpdate,
  fieldSelectors: { type: (secret) => secret.type ?? '' },
  columns: [
    nameColumn,
    {
      name: 'Type',
      type: 'string',
      description: 'What the secret is for, which says what keys it has.',
      cell: ({ type }) => type ?? '',
    },
    {
      name: 'Data',
      type: 'string',
      description: 'Number of keys.',
      cell: ({ data = {} }) => Object.keys(data).length,
    },
    ageColumn,
  ],
};

/** `stringData` is for writing only: it lands in `data`, where it wins, and is never stored. */
function foldStringData(secret: Secret): void {
  const entries = Object.entries(secret.stringData ?? {});
  if (entries.length > 0) {
    const encoded = entries.map(([key, text]) => [key, base64OfText(text)] as const);
    secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
  }
  delete secret.stringData;
}

function validate(secret: Secret): FieldError[] {
  const errors: Errors = [];
  const { data = {} } = secret;
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    checkFormat(errors, `data[${key}]`, key, isConfigMapKey(key));
    bytes += base64Length(value);
  }
  if (bytes > dataBytesMax) errors.push(tooLong('data', dataBytesMax));
  checkKeysOfType(errors, secret, data);
  return errors;
}

function checkKeysOfType(errors: Errors, secret: Secret, data: Record<string, string>): void {
  const need = (key: string): void => {
    if (!Object.hasOwn(data, key)) errors.push(required(`data[${key}]`));
  };
  switch (secret.type) {
    case 'kubernetes.io/service-account-token':
      if (!secret.metadata.annotations?.[accountAnnotation]) {
        errors.push(required(`metadata.annotations[${accountAnnotation}]`));
      }
      return;
    case 'kubernetes.io/dockercfg':
      return checkJson(errors, data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return checkJson(errors, data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      if (Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password')) return;
      need('username');
      return need('password');
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(required('data[ssh-privatekey]'));
      return;
    case 'kubernetes.io/tls':
      need('tls.crt');
      return need('tls.key');
  }
}

/** The content itself never shows in an error. */
function checkJson(errors: Errors, data: Record<string, string>, key: string): void {
  const encoded = data[key];
  if (encoded === undefined) return void errors.push(required(`data[${key}]`));
  const refuse = (detail: string): void => {
    errors.push(invalid(`data[${key}]`, '<secret contents redacted>', detail));
  };
  const text = latin1OfBase64(encoded);
  if (text.trim() === '') return refuse('unexpected end of JSON input');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || Array.isArray(value)) {
      refuse('json: cannot unmarshal into Go value of type map[string]interface {}');
    }
  } catch {
    refuse('invalid JSON');
  }
}

function validateUpdate(next: Secret, previous: Secret): FieldError[] {
  const errors: Errors = [];
  checkImmutable(errors, 'type', next.type, previous.type);
  if (!previous.immutable) return errors;
  const detail = 'field is immutable when `immutable` is set';
  if (!next.immutable) errors.push(forbidden('immutable', detail));
  if (!sameValue(next.data, previous.data)) errors.push(forbidden('data', detail));
  return errors;
}
