/** Whether a body is what its URL says it is. */
import { apiVersionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { ObjectMeta } from '#api/types.ts';
import type { StatusError } from '#base/status-error.ts';
import type { Target } from './core.ts';
import { badRequest } from './errors.ts';

/** What a subresource's body may say of itself: nothing, or what the URL says. */
export function checkIdentity(metadata: ObjectMeta | undefined, { name, namespace }: Target): void {
  if (metadata?.name && metadata.name !== name) throw otherName(metadata.name, name);
  if (metadata?.namespace && metadata.namespace !== namespace) throw otherNamespace();
}

/** Fills in what the URL knows and the body leaves out; refuses a contradiction. */
export function fillIdentity(object: KubeObject, target: Target): void {
  const { kind, namespace, name } = target;
  checkType(object, kind);
  object.metadata ??= {} as KubeObject['metadata'];
  const { metadata } = object;
  if (kind.namespaced) {
    metadata.namespace ||= namespace;
    if (metadata.namespace !== namespace) throw otherNamespace();
  } else {
    delete metadata.namespace;
  }
  if (name !== undefined) {
    metadata.name ||= name;
    if (metadata.name !== name) throw otherName(metadata.name, name);
  }
}

function otherName(said: string, wanted = ''): StatusError {
  return badRequest(
    `the name of the object (${said}) does not match the name on the URL (${wanted})`,
  );
}

function otherNamespace(): StatusError {
  return badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  );
}

function checkType(object: KubeObject, kind: Kind): void {
  const apiVersion = apiVersionOf(kind);
  object.apiVersion ||= apiVersion;
  object.kind ||= kind.kind;
  if (object.apiVersion === apiVersion && object.kind === kind.kind) return;
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind.kind}): ${object.kind} in version ${JSON.stringify(object.apiVersion)} was sent to ${apiVersion}, Kind=${kind.kind}`,
  );
}
