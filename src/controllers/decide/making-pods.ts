/** Pods made from a template, and the words about them that most of their owners share. */
import type { Action } from '#api/decision.ts';
import type { Kind } from '#api/kind.ts';
import { pods } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { Pod, PodTemplateSpec } from '#api/types.ts';
import { controllerReference } from './owners.ts';

/** What makes pods, with the kind that it is of. */
export interface PodOwner<T extends KubeObject = KubeObject> {
  readonly kind: Kind;
  readonly object: T;
}

/** The server chooses the end of its name. */
export function podFromTemplate(owner: PodOwner, template: PodTemplateSpec | undefined): Pod {
  const { kind, object } = owner;
  const { name, namespace } = object.metadata;
  const { metadata, spec } = template ?? { spec: { containers: [] } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: metadata?.labels,
      annotations: metadata?.annotations,
      finalizers: metadata?.finalizers,
      ownerReferences: [controllerReference(kind, object)],
    },
    spec,
  };
}

export function creatingPod(regarding: KubeObject, object: Pod): Action {
  const telling = {
    regarding,
    done: { reason: 'SuccessfulCreate', message: 'Created pod: {name}' },
    failed: { reason: 'FailedCreate', message: 'Error creating: {error}' },
  };
  return { type: 'create', kind: pods, object, telling };
}

export function deletingPod(regarding: KubeObject, pod: Pod): Action {
  const { namespace, name, uid } = pod.metadata;
  const telling = {
    regarding,
    done: { reason: 'SuccessfulDelete', message: 'Deleted pod: {name}' },
    failed: { reason: 'FailedDelete', message: 'Error deleting: {error}' },
  };
  return { type: 'delete', kind: pods, namespace, name, uid, telling };
}
