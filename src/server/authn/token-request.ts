/** `POST serviceaccounts/NAME/token`: a token for an account, bound to a pod, a secret or a node if asked. */
import { type FieldError, invalid as invalidField } from '#api/field-error.ts';
import type { KindLookup } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import { formatTime } from '#api/schema/time.ts';
import type { BoundObjectReference, Pod, TokenRequest } from '#api/types.ts';
import { serverContext } from '../authz/follow.ts';
import type { Core } from '../core/core.ts';
import { badRequest, conflict, invalid, notFound } from '../core/errors.ts';
import type { SubresourceHandler } from '../core/handlers.ts';
import { checkIdentity } from '../core/identity.ts';
import type {
  BoundReference,
  KubernetesClaims,
  ServiceAccountTokens,
} from './service-account-tokens.ts';

const defaultSeconds = 3600;
const shortestSeconds = 600;
const longestSeconds = 2 ** 32;

export function tokenRequestHandler(
  tokens: ServiceAccountTokens,
  core: Pick<Core, 'get'>,
  kinds: () => KindLookup,
): SubresourceHandler {
  const read = async (kindName: string, namespace: string | undefined, name: string) => {
    const kind = kinds().byKind('', 'v1', kindName);
    if (!kind) throw notFound({ group: '', resource: kindName, kind: kindName }, name);
    return (await core.get(serverContext, { kind, namespace, name })).object;
  };
  return {
    create: async (_context, target, body, options) => {
      const request = body as TokenRequest;
      const { namespace = '', name = '' } = target;
      const account = await read('ServiceAccount', namespace, name);
      checkIdentity(request.metadata, target);
      const seconds = request.spec?.expirationSeconds ?? defaultSeconds;
      const audiences = request.spec?.audiences?.length ? request.spec.audiences : tokens.audiences;
      const errors = lifeErrors(seconds);
      if (errors.length > 0)
        throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', errors);
      const claims: KubernetesClaims = {
        namespace,
        serviceaccount: referenceTo(account),
        ...(await bindingOf(request.spec?.boundObjectRef, namespace, name, read)),
      };
      const metadata = {
        ...request.metadata,
        name,
        namespace,
        uid: account.metadata.uid,
        creationTimestamp: account.metadata.creationTimestamp,
      };
      const spec = { ...request.spec, audiences: [...audiences], expirationSeconds: seconds };
      if (options.dryRun)
        return { ...request, metadata, spec, status: { token: '' } } as KubeObject;
      const { token, expiresAtSeconds } = await tokens.issue(claims, audiences, seconds);
      const expirationTimestamp = formatTime({ seconds: expiresAtSeconds, nanos: 0 });
      return { ...request, metadata, spec, status: { token, expirationTimestamp } } as KubeObject;
    },
  };
}

function lifeErrors(seconds: number): FieldError[] {
  const field = 'spec.expirationSeconds';
  if (seconds < shortestSeconds) {
    return [invalidField(field, seconds, 'may not specify a duration less than 10 minutes')];
  }
  if (seconds > longestSeconds) {
    return [invalidField(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
  }
  return [];
}

type Read = (kind: string, namespace: string | undefined, name: string) => Promise<KubeObject>;

async function bindingOf(
  bound: BoundObjectReference | undefined,
  namespace: string,
  account: string,
  read: Read,
): Promise<Partial<KubernetesClaims>> {
  if (!bound) return {};
  const { kind = '', apiVersion = 'v1', name = '', uid } = bound;
  if (apiVersion !== 'v1' || !['Pod', 'Secret', 'Node'].includes(kind)) {
    throw badRequest(`cannot bind token to object of type ${apiVersion}, Kind=${kind}`);
  }
  const object = await read(kind, kind === 'Node' ? undefined : namespace, name);
  const subject = { group: '', resource: `${kind.toLowerCase()}s`, kind };
  if (uid && uid !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(subject, name, why);
  }
  if (kind === 'Secret') return { secret: referenceTo(object) };
  if (kind === 'Node') return { node: referenceTo(object) };
  const { spec } = object as Pod;
  if (spec?.serviceAccountName !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    );
  }
  return { pod: referenceTo(object), ...(await nodeOf(spec.nodeName, read)) };
}

/** So that a stolen token can be traced to a machine. */
async function nodeOf(name: string | undefined, read: Read): Promise<Partial<KubernetesClaims>> {
  if (!name) return {};
  try {
    return { node: referenceTo(await read('Node', undefined, name)) };
  } catch {
    return { node: { name, uid: '' } };
  }
}

function referenceTo({ metadata }: KubeObject): BoundReference {
  return { name: metadata.name, uid: metadata.uid ?? '' };
}
