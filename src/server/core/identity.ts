/** Whether a body is what its URL says it is. */
import { apiVersionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Target } from './core.ts';
import { badRequest } from './errors.ts';

/** Fills in what the URL knows and the body leaves out; refuses a contradiction. */
export function fillIdentity(object: KubeObject, target: Target): void {
  const { kind, namespace, name } = target;
  checkType(object, kind);
  object.metadata ??= {} as KubeObject['metadata'];
  const { metadata } = object;
  if (kind.namespaced) {
    metadata.namespace ||= namespace;
    if (metadata.namespace !== namespace) {
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    }
  } else {
    delete metadata.namespace;
  }
  if (name !== undefined) {
    metadata.name ||= name;
    if (metadata.name !== name) {
      throw badRequest(
        `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
      );
    }
  }
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
