import { wordsOf } from '#base/words.ts';
import { readRequest } from '../certificates/pkcs10.ts';
import { deepCopy } from '../copy.ts';
import { humanDuration } from '../duration.ts';
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../field-error.ts';
import type { Kind } from '../kind.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../types.ts';
import type { Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs, statusSubresource } from './common/verbs.ts';

type Csr = CertificateSigningRequest;

const usages = [
  'signing',
  'digital signature',
  'content commitment',
  'key encipherment',
  'key agreement',
  'data encipherment',
  'cert sign',
  'crl sign',
  'encipher only',
  'decipher only',
  'any',
  'server auth',
  'client auth',
  'code signing',
  'email protection',
  's/mime',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'timestamping',
  'ocsp signing',
  'microsoft sgc',
  'netscape sgc',
] as const;
const shortestSeconds = 600;
const decisions: readonly string[] = ['Approved', 'Denied'];
const final: readonly string[] = [...decisions, 'Failed'];

export const certificateSigningRequests: Kind<Csr> = {
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  resource: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  shortNames: ['csr'],
  namespaced: false,
  verbs: standardVerbs,
  type: 'CertificateSigningRequest',
  subresources: [{ name: 'approval', verbs: ['get', 'patch', 'update'] }, statusSubresource],
  hasStatus: true,
  defaultsStatus: true,
  defaults: ({ status }) => {
    for (const condition of status?.conditions ?? []) condition.status ??= 'True';
  },
  prepareForCreate: (csr) => {
    delete csr.status;
  },
  /** What is asked for is asked for once. */
  prepareForUpdate: (next, previous) => {
    next.spec = deepCopy(previous.spec);
  },
  prepareSubresource: {
    /** Approving and issuing are two people's business: neither touches the other's part. */
    approval: (next, previous) => {
      const { conditions } = next.status ?? {};
      next.status = { ...previous.status, ...(conditions ? { conditions } : {}) };
    },
    status: (next, previous) => {
      const decided = previous.status?.conditions?.filter(isDecision) ?? [];
      const others = next.status?.conditions?.filter((each) => !isDecision(each)) ?? [];
      const conditions = [...decided, ...others];
      const { conditions: _, ...rest } = next.status ?? {};
      next.status = { ...rest, ...(conditions.length > 0 ? { conditions } : {}) };
    },
  },
  validate,
  validateUpdate: (next, previous) => keptConditions(next, previous),
  validateSubresource: {
    approval: (next, previous) => keptConditions(next, previous),
    status: (next, previous) => [
      ...keptConditions(next, previous),
      ...keptCertificate(next, previous),
    ],
  },
  fieldSelectors: { 'spec.signerName': (csr) => specOf(csr).signerName ?? '' },
  columns: [
    nameColumn,
    ageColumn,
    {
      name: 'SignerName',
      type: 'string',
      description: 'Who is asked to sign.',
      cell: (csr) => specOf(csr).signerName || '<none>',
    },
    {
      name: 'Requestor',
      type: 'string',
      description: 'Who asks.',
      cell: (csr) => specOf(csr).username ?? '',
    },
    {
      name: 'RequestedDuration',
      type: 'string',
      description: 'How long the certificate shall be good; the signer may give less.',
      cell: (csr) => {
        const { expirationSeconds } = specOf(csr);
        return expirationSeconds === undefined ? '<none>' : humanDuration(expirationSeconds * 1000);
      },
    },
    {
      name: 'Condition',
      type: 'string',
      description: 'What became of it.',
      cell: conditionWords,
    },
  ],
};

function isDecision({ type }: CertificateSigningRequestCondition): boolean {
  return decisions.includes(type);
}

/** A body without one is decoded, and refused for what it lacks. */
function specOf({ spec }: Csr): Csr['spec'] {
  return (spec as Csr['spec'] | undefined) ?? { request: '', signerName: '' };
}

function validate(csr: Csr): FieldError[] {
  const errors: Errors = [];
  const spec = specOf(csr);
  const { status } = csr;
  try {
    readRequest(spec.request ?? '');
  } catch (error) {
    const why = wordsOf(error);
    errors.push(invalid('spec.request', spec.request, why));
  }
  checkUsages(errors, spec.usages ?? []);
  checkSigner(errors, spec.signerName);
  const { expirationSeconds } = spec;
  if (expirationSeconds !== undefined && expirationSeconds < shortestSeconds) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalid('spec.expirationSeconds', expirationSeconds, detail));
  }
  checkConditions(errors, status?.conditions ?? []);
  return errors;
}

function checkUsages(errors: Errors, wanted: readonly string[]): void {
  if (wanted.length === 0) errors.push(required('spec.usages'));
  for (const [index, usage] of wanted.entries()) {
    const path = `spec.usages[${index}]`;
    if (!(usages as readonly string[]).includes(usage)) {
      errors.push(notSupported(path, usage, usages));
    } else if (wanted.indexOf(usage) < index) errors.push(duplicate(path, usage));
  }
}

const domain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/;
const signerPath = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([./:][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i;

function checkSigner(errors: Errors, name: string): void {
  const path = 'spec.signerName';
  if (!name) return void errors.push(required(path));
  if (name === 'kubernetes.io/legacy-unknown') {
    const detail = 'the legacy signerName is not allowed via this API version';
    return void errors.push(invalid(path, name, detail));
  }
  const slash = name.indexOf('/');
  if (slash < 0 || !domain.test(name.slice(0, slash)) || !signerPath.test(name.slice(slash + 1))) {
    const detail =
      "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    errors.push(invalid(path, name, detail));
  }
}

function checkConditions(
  errors: Errors,
  conditions: readonly CertificateSigningRequestCondition[],
): void {
  const path = 'status.conditions';
  const types = conditions.map(({ type }) => type);
  for (const [index, { type, status }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    if (!type) errors.push(required(`${at}.type`));
    if (types.indexOf(type) < index) errors.push(duplicate(`${at}.type`, type));
    if (final.includes(type) && status !== 'True') {
      errors.push(notSupported(`${at}.status`, status, ['True']));
    }
  }
  if (decisions.every((type) => types.includes(type))) {
    const at = `${path}[${types.indexOf('Denied')}].type`;
    errors.push(invalid(at, 'Denied', 'Approved and Denied conditions are mutually exclusive'));
  }
}

function keptConditions(next: Csr, previous: Csr): FieldError[] {
  const errors: Errors = [];
  checkConditions(errors, next.status?.conditions ?? []);
  const types = next.status?.conditions?.map(({ type }) => type) ?? [];
  for (const { type } of previous.status?.conditions ?? []) {
    if (!final.includes(type) || types.includes(type)) continue;
    const detail = `updates may not remove a condition of type "${type}"`;
    errors.push(forbidden('status.conditions', detail));
  }
  return errors;
}

function keptCertificate(next: Csr, previous: Csr): FieldError[] {
  const before = previous.status?.certificate;
  if (!before || before === next.status?.certificate) return [];
  return [forbidden('status.certificate', 'updates may not modify existing certificate content')];
}

function conditionWords({ status }: Csr): string {
  const types = status?.conditions?.map(({ type }) => type) ?? [];
  const decided = types.includes('Denied')
    ? 'Denied'
    : types.includes('Approved')
      ? 'Approved'
      : 'Pending';
  const failed = types.includes('Failed') ? ',Failed' : '';
  return `${decided}${failed}${status?.certificate ? ',Issued' : ''}`;
}
