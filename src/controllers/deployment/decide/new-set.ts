/** The ReplicaSet with the deployment's own template: made when it is missing, kept up to date. */
import type { Action } from '#api/decision.ts';
import { deployments, replicaSets } from '#api/kinds/index.ts';
import type { Deployment, LabelSelector, PodTemplateSpec, ReplicaSet } from '#api/types.ts';
import { controllerReference } from '../../decide/owners.ts';
import { isSame } from '../../decide/same.ts';
import { nextRevision, revisionAnnotations } from './revision.ts';
import { type RollOut, sizeAnnotations } from './roll-out.ts';
import { totalSize } from './strategy.ts';
import { templateHash, templateHashLabel } from '../../decide/template-hash.ts';

export function newSetName(deployment: Deployment): string {
  const { metadata, spec, status } = deployment;
  return `${metadata.name}-${templateHash(spec.template, status?.collisionCount)}`;
}

/** The set made for this template, with as many pods as the strategy allows at once. */
export function creationOf(rollOut: RollOut): Action {
  const { deployment, bounds, oldSets } = rollOut;
  const { namespace, name } = deployment.metadata;
  const setName = newSetName(deployment);
  const hash = setName.slice(name.length + 1);
  const size = allowedSize(rollOut, 0);
  const template = labelled(deployment.spec.template, hash);
  const object: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: setName,
      namespace,
      labels: template.metadata?.labels,
      annotations: {
        ...revisionAnnotations(deployment, undefined, nextRevision(oldSets)),
        ...sizeAnnotations(bounds),
      },
      ownerReferences: [controllerReference(deployments, deployment)],
    },
    spec: {
      replicas: size,
      minReadySeconds: deployment.spec.minReadySeconds,
      selector: hashed(deployment.spec.selector, hash),
      template,
    },
  };
  const scaled = `Scaled up replica set ${setName} from 0 to ${size}`;
  const telling = {
    regarding: deployment,
    done: size > 0 ? { reason: 'ScalingReplicaSet', message: scaled } : undefined,
    failed: {
      reason: 'ReplicaSetCreateError',
      message: `Failed to create new replica set "${setName}": {error}`,
    },
  };
  return { type: 'create', kind: replicaSets, object, telling };
}

/** Annotations, revision and minReadySeconds of the set that is there. */
export function upkeepOf(rollOut: RollOut, newSet: ReplicaSet): readonly Action[] {
  const { deployment, oldSets } = rollOut;
  const annotations = revisionAnnotations(deployment, newSet, nextRevision(oldSets));
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const fits = (newSet.spec.minReadySeconds ?? 0) === minReadySeconds;
  if (fits && isSame(annotations, newSet.metadata.annotations)) return [];
  const object: ReplicaSet = {
    ...newSet,
    metadata: { ...newSet.metadata, annotations },
    spec: { ...newSet.spec, minReadySeconds: minReadySeconds || undefined },
  };
  return [{ type: 'update', kind: replicaSets, object }];
}

/** How large the new set, which has `size` now, may be at this moment. */
export function allowedSize({ bounds, allSets }: RollOut, size: number): number {
  if (!bounds.isRolling) return bounds.replicas;
  const room = bounds.replicas + bounds.maxSurge - totalSize(allSets);
  return room <= 0 ? size : size + Math.min(room, bounds.replicas - size);
}

function labelled(template: PodTemplateSpec, hash: string): PodTemplateSpec {
  const { metadata } = template;
  const labels = { ...metadata?.labels, [templateHashLabel]: hash };
  return { ...template, metadata: { ...metadata, labels } };
}

function hashed(selector: LabelSelector, hash: string): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, [templateHashLabel]: hash } };
}
