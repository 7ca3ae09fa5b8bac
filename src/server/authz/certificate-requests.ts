/**
 * Certificate requests: who asked is written by the server, and who approves or signs needs the right
 * to that signer. Source: Kubernetes' admission plugins CertificateApproval, CertificateSigning and
 * CertificateSubjectRestriction.
 */
import { readRequest } from '#api/certificates/pkcs10.ts';
import { deepEqual } from '#api/copy.ts';
import { certificateSigningRequests } from '#api/kinds/index.ts';
import { formatTime } from '#api/time.ts';
import type { CertificateSigningRequest } from '#api/types.ts';
import type { Clock } from '#base/clock.ts';
import type { AdmissionRequest, AdmissionStep } from '../admission/admission.ts';
import type { Authorizer } from '../core/core.ts';
import { forbidden } from '../core/errors.ts';

const masters = 'system:masters';
const apiClient = 'kubernetes.io/kube-apiserver-client';

export function certificateRequests(authorizer: Authorizer, clock: Clock): AdmissionStep {
  return {
    name: 'CertificateRequests',
    mutate: (request) => {
      if (request.kind !== certificateSigningRequests || !request.object) return;
      const csr = request.object as CertificateSigningRequest;
      if (request.operation === 'CREATE') writeRequestor(csr, request);
      else if (request.subresource !== undefined) writeTimes(csr, request, clock);
    },
    validate: (request) => {
      if (request.kind !== certificateSigningRequests || !request.object) return;
      const csr = request.object as CertificateSigningRequest;
      if (request.operation === 'CREATE') restrictSubject(csr, request);
      if (request.subresource === 'approval') mustHave(authorizer, 'approve', csr, request);
      if (request.subresource === 'status' && signs(csr, request)) {
        mustHave(authorizer, 'sign', csr, request);
      }
    },
  };
}

function writeRequestor({ spec }: CertificateSigningRequest, { user }: AdmissionRequest): void {
  if (!spec) return;
  spec.username = user.name;
  if (user.uid) spec.uid = user.uid;
  else delete spec.uid;
  spec.groups = [...user.groups];
  if (user.extra && Object.keys(user.extra).length > 0) {
    spec.extra = Object.fromEntries(
      Object.entries(user.extra).map(([key, all]) => [key, [...all]]),
    );
  } else delete spec.extra;
}

function writeTimes(
  { status }: CertificateSigningRequest,
  request: AdmissionRequest,
  clock: Clock,
): void {
  const before = (request.previous as CertificateSigningRequest).status?.conditions ?? [];
  const now = formatTime(clock.now());
  for (const condition of status?.conditions ?? []) {
    const known = before.find(({ type }) => type === condition.type);
    if (known && deepEqual(known, condition)) continue;
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??=
      known?.status === condition.status ? known.lastTransitionTime : now;
  }
}

/** A certificate of the masters would be above every rule. */
function restrictSubject(
  { metadata, spec }: CertificateSigningRequest,
  { kind }: AdmissionRequest,
): void {
  if (spec.signerName !== apiClient) return;
  if (!readRequest(spec.request).organizations.includes(masters)) return;
  const why = `use of ${apiClient} signer with system:masters group is not allowed`;
  throw forbidden(kind, metadata.name, why);
}

function signs(next: CertificateSigningRequest, { previous }: AdmissionRequest): boolean {
  const before = (previous as CertificateSigningRequest).status;
  const failed = (csr: CertificateSigningRequest['status']) =>
    csr?.conditions?.some(({ type }) => type === 'Failed') ?? false;
  return before?.certificate !== next.status?.certificate || failed(before) !== failed(next.status);
}

/** The right to the signer itself, or to all of its domain. */
function mustHave(
  authorizer: Authorizer,
  verb: 'approve' | 'sign',
  { metadata, spec }: CertificateSigningRequest,
  { user, kind }: AdmissionRequest,
): void {
  const [domain = ''] = spec.signerName.split('/');
  const allowed = [spec.signerName, `${domain}/*`].some((name) => {
    const resource = { group: kind.group, resource: 'signers', name };
    return authorizer.authorize({ user, verb, resource }).allowed;
  });
  if (allowed) return;
  const why = `user not permitted to ${verb} requests with signerName "${spec.signerName}"`;
  throw forbidden(kind, metadata.name, why);
}
