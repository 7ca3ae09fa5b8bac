import type { View } from '#api/decision.ts';
import { deployments, pods, replicaSets } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { controllerOf, ownerIndexes } from '../decide/owners.ts';
import { wakeOwners } from '../decide/wakes.ts';
import { decideDeployment } from './decide/deployment.ts';

/** Moves every Deployment, ReplicaSet by ReplicaSet, to its newest template and size. */
export const deploymentController: LoopDefinition = {
  name: 'deployment-controller',
  sources: [
    { kind: deployments },
    { kind: replicaSets, indexes: ownerIndexes, keysOf: wakeOwners(deployments) },
    { kind: pods, indexes: ownerIndexes, keysOf: recreatedBy },
  ],
  decide: decideDeployment,
};

/** Only Recreate looks at pods themselves: it waits for the last old one to end. */
function recreatedBy(pod: KubeObject, view: View): readonly string[] {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return [];
  const { namespace } = pod.metadata;
  const replicaSet = view.get(replicaSets, namespace, owner.name);
  const deployment = replicaSet && controllerOf(replicaSet);
  if (deployment?.kind !== 'Deployment') return [];
  const found = view.get(deployments, namespace, deployment.name);
  return found?.spec.strategy?.type === 'Recreate' ? [`${namespace}/${deployment.name}`] : [];
}
