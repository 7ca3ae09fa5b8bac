import { type FieldError, forbidden, invalid, required, tooLong } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { isConfigMapKey } from '../names.ts';
import type { Secret } from '../types.ts';
import { base64Length } from './common/base64-length.ts';
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
    const utf8 = new TextEncoder();
    const encoded = entries.map(([key, text]) => [key, utf8.encode(text).toBase64()] as const);
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
  const { type = '', metadata } = secret;
  keysOfType.get(type)?.(errors, data);
  const account = metadata.annotations?.[accountAnnotation];
  if (type === 'kubernetes.io/service-account-token' && !account) {
    errors.push(required(`metadata.annotations[${accountAnnotation}]`));
  }
  return errors;
}

type Rule = (errors: Errors, data: Record<string, string>) => void;

/** Keys that a secret of a known type must have. Types that people make up may hold anything. */
const keysOfType: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['kubernetes.io/dockercfg', (errors, data) => checkJson(errors, data, '.dockercfg')],
  [
    'kubernetes.io/dockerconfigjson',
    (errors, data) => checkJson(errors, data, '.dockerconfigjson'),
  ],
  ['kubernetes.io/tls', (errors, data) => needKeys(errors, data, ['tls.crt', 'tls.key'])],
  [
    'kubernetes.io/basic-auth',
    (errors, data) => {
      const keys = ['username', 'password'];
      if (!keys.some((key) => Object.hasOwn(data, key))) needKeys(errors, data, keys);
    },
  ],
  [
    'kubernetes.io/ssh-auth',
    (errors, data) => {
      if (!data['ssh-privatekey']) errors.push(required('data[ssh-privatekey]'));
    },
  ],
]);

function needKeys(errors: Errors, data: Record<string, string>, keys: readonly string[]): void {
  for (const key of keys) {
    if (!Object.hasOwn(data, key)) errors.push(required(`data[${key}]`));
  }
}

/** The content itself never shows in an error. */
function checkJson(errors: Errors, data: Record<string, string>, key: string): void {
  const encoded = data[key];
  if (encoded === undefined) return void errors.push(required(`data[${key}]`));
  const refuse = (detail: string): void => {
    errors.push(invalid(`data[${key}]`, '<secret contents redacted>', detail));
  };
  const text = new TextDecoder().decode(Uint8Array.fromBase64(encoded));
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
