/**
 * The signers of Kubernetes, and what each may be asked for. Source: "Certificates and Certificate
 * Signing Requests", Kubernetes signers.
 */
import type { RequestedCertificate } from './pkcs10.ts';

interface Signer {
  readonly permittedUsages: readonly string[];
  readonly requiredUsages: readonly string[];
  /** Why not, when it may not. */
  problem(request: RequestedCertificate): string | undefined;
}

const keyUsages = ['digital signature', 'key encipherment'] as const;

const signers: Readonly<Record<string, Signer>> = {
  'kubernetes.io/kube-apiserver-client': {
    permittedUsages: [...keyUsages, 'client auth'],
    requiredUsages: ['client auth'],
    problem: () => undefined,
  },
  'kubernetes.io/kube-apiserver-client-kubelet': {
    permittedUsages: [...keyUsages, 'client auth'],
    requiredUsages: ['digital signature', 'client auth'],
    problem: (request) =>
      nodeProblem(request) ??
      refuse(request.dnsNames.length > 0, 'DNS subjectAltNames are not allowed') ??
      refuse(request.emailAddresses.length > 0, 'Email subjectAltNames are not allowed') ??
      refuse(request.ipAddresses > 0, 'IP subjectAltNames are not allowed') ??
      refuse(request.uris.length > 0, 'URI subjectAltNames are not allowed'),
  },
  'kubernetes.io/kubelet-serving': {
    permittedUsages: [...keyUsages, 'server auth'],
    requiredUsages: ['digital signature', 'server auth'],
    problem: (request) =>
      nodeProblem(request) ??
      refuse(
        request.dnsNames.length === 0 && request.ipAddresses === 0,
        'DNS or IP subjectAltName is required',
      ) ??
      refuse(request.emailAddresses.length > 0, 'Email subjectAltNames are not allowed') ??
      refuse(request.uris.length > 0, 'URI subjectAltNames are not allowed'),
  },
};

/** Whether this cluster signs for that name at all; others' requests wait for their own signer. */
export function isOurs(signerName: string): boolean {
  return Object.hasOwn(signers, signerName);
}

/** Why this signer does not sign that; undefined when it does. */
export function signerProblem(
  signerName: string,
  request: RequestedCertificate,
  usages: readonly string[],
): string | undefined {
  const signer = signers[signerName];
  if (!signer) return `this cluster does not sign for ${signerName}`;
  const foreign = usages.find((usage) => !signer.permittedUsages.includes(usage));
  const missing = signer.requiredUsages.find((usage) => !usages.includes(usage));
  const why =
    signer.problem(request) ??
    refuse(foreign !== undefined, `usage "${foreign}" is not allowed`) ??
    refuse(missing !== undefined, `usage "${missing}" is required`);
  return why === undefined ? undefined : `invalid ${signerName} request: ${why}`;
}

function nodeProblem({ organizations, commonName }: RequestedCertificate): string | undefined {
  return (
    refuse(
      organizations.length !== 1 || organizations[0] !== 'system:nodes',
      'subject organization is not system:nodes',
    ) ??
    refuse(
      !commonName.startsWith('system:node:') || commonName === 'system:node:',
      'subject common name does not begin with system:node:',
    )
  );
}

function refuse(holds: boolean, why: string): string | undefined {
  return holds ? why : undefined;
}
