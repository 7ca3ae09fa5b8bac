/**
 * A certificate request's way after somebody has decided on it, and its end. Source: Kubernetes'
 * certificate signing and cleaner controllers.
 */
import { readRequest } from '#api/certificates/pkcs10.ts';
import { isOurs, signerProblem } from '#api/certificates/signers.ts';
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { certificateSigningRequests as kind } from '#api/kinds/index.ts';
import { parseTime } from '#api/time.ts';
import type { CertificateSigningRequest } from '#api/types.ts';

const hourMs = 60 * 60_000;
/** So long one may look at what became of a request. */
const decidedMs = hourMs;
const undecidedMs = 24 * hourMs;

export function decideCertificate(view: View, key: string, now: number): Decision {
  const request = view.get(kind, undefined, key);
  if (!request || request.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const end = endOf(request);
  if (end <= now) return { actions: [removal(request)] };
  return { actions: signing(request), again: end };
}

function signing(request: CertificateSigningRequest): Action[] {
  const { spec, status } = request;
  if (status?.certificate || !isOurs(spec.signerName)) return [];
  if (!has(request, 'Approved') || has(request, 'Denied') || has(request, 'Failed')) return [];
  const problem = signerProblem(spec.signerName, readRequest(spec.request), spec.usages ?? []);
  return [problem === undefined ? { type: 'certify', request } : refusal(request, problem)];
}

function refusal(request: CertificateSigningRequest, message: string): Action {
  const conditions = [
    ...(request.status?.conditions ?? []),
    { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message },
  ];
  const object = { ...request, status: { ...request.status, conditions } };
  return { type: 'update', kind, object, subresource: 'status' };
}

/** When it has been there for long enough. */
function endOf({ metadata, status }: CertificateSigningRequest): number {
  const created = parseTime(metadata.creationTimestamp);
  const decided = (status?.conditions ?? [])
    .filter(
      ({ type }) =>
        type === 'Denied' || type === 'Failed' || (type === 'Approved' && status?.certificate),
    )
    .map(
      ({ lastUpdateTime }) => parseTime(lastUpdateTime ?? metadata.creationTimestamp) + decidedMs,
    );
  // Approved, and its signer does not come: as if nobody had decided.
  return decided.length > 0 ? Math.min(...decided) : created + undecidedMs;
}

function removal({ metadata: { name, uid, resourceVersion } }: CertificateSigningRequest): Action {
  return { type: 'delete', kind, name, uid, resourceVersion };
}

function has({ status }: CertificateSigningRequest, wanted: string): boolean {
  return status?.conditions?.some(({ type }) => type === wanted) ?? false;
}
