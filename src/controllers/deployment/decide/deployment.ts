/** One step of a Deployment: claim its ReplicaSets, say how it stands, move the pods on a little. */
import { type Action, type Decision, nothingToDo, type View } from '#api/decision.ts';
import { deployments, replicaSets } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '#api/types.ts';
import { countsUp } from '../../decide/counting-up.ts';
import { claim } from '../../decide/owners.ts';
import { isSame } from '../../decide/same.ts';
import { cleanUp } from './history.ts';
import { creationOf, newSetName, upkeepOf } from './new-set.ts';
import { recreateStep } from './recreate.ts';
import { revisionAnnotation } from './revision.ts';
import { olderFirst, type RollOut } from './roll-out.ts';
import { rollingStep } from './rolling.ts';
import { scalingStep, wasScaled } from './scaling.ts';
import {
  created,
  deadlineAt,
  isComplete,
  pausedStatusOf,
  rollOutStatusOf,
  statusOf,
} from './status.ts';
import { boundsOf } from './strategy.ts';
import { isSameTemplate } from '../../decide/template-hash.ts';

export function decideDeployment(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const deployment = view.get(deployments, namespace, name);
  if (deployment === undefined) return nothingToDo;
  const { selector } = deployment.spec;
  const owner = { kind: deployments, object: deployment, selector };
  const { owned, actions } = claim(view, owner, replicaSets);
  if (actions.length > 0) return { actions };
  const rollOut = rollOutOf(deployment, owned, now);
  if (deployment.metadata.deletionTimestamp !== undefined) {
    return { actions: reporting(deployment, statusOf(rollOut)) };
  }
  const upkeep = rollOut.newSet === undefined ? [] : upkeepOf(rollOut, rollOut.newSet);
  if (upkeep.length > 0) return { actions: upkeep };
  if (deployment.spec.paused === true) {
    const status = pausedStatusOf(rollOut);
    return {
      actions: [...reporting(deployment, status), ...scalingStep(rollOut), ...cleanUp(rollOut)],
    };
  }
  if (wasScaled(rollOut)) {
    return { actions: [...reporting(deployment, statusOf(rollOut)), ...scalingStep(rollOut)] };
  }
  return rollOutStep(view, rollOut);
}

function rollOutOf(deployment: Deployment, owned: readonly ReplicaSet[], now: number): RollOut {
  const sets = [...owned].sort(olderFirst);
  const { template } = deployment.spec;
  const newSet = sets.find(
    (set) => set.spec.template && isSameTemplate(set.spec.template, template),
  );
  const oldSets = sets.filter((set) => set !== newSet);
  const allSets = newSet === undefined ? oldSets : [...oldSets, newSet];
  return { deployment, bounds: boundsOf(deployment), newSet, oldSets, allSets, now };
}

function rollOutStep(view: View, rollOut: RollOut): Decision {
  const { deployment } = rollOut;
  const status = rollOutStatusOf(rollOut, view.failure);
  const actions = [...reporting(deployment, status), ...revising(rollOut)];
  const steps = stepsOf(view, rollOut);
  const [first] = steps;
  if (first?.type === 'create') return { actions: creating(view, rollOut, actions, first) };
  actions.push(...steps);
  if (isComplete(rollOut, deployment.status)) actions.push(...cleanUp(rollOut));
  return { actions, again: deadlineAt(rollOut, status) };
}

function stepsOf(view: View, rollOut: RollOut): readonly Action[] {
  if (!rollOut.bounds.isRolling) return recreateStep(view, rollOut);
  const { newSet } = rollOut;
  return newSet === undefined ? [creationOf(rollOut)] : rollingStep(rollOut, newSet);
}

/** Only what is made is reported as made; a name taken by another template asks for another name. */
function creating(
  view: View,
  rollOut: RollOut,
  before: readonly Action[],
  creation: Action,
): readonly Action[] {
  const { deployment } = rollOut;
  const name = newSetName(deployment);
  const taken = view.get(replicaSets, deployment.metadata.namespace, name);
  if (taken !== undefined) {
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    return reporting(deployment, { ...deployment.status, collisionCount });
  }
  // Else the status that is reported below would overwrite what has just been reported above.
  if (view.failure !== undefined) return [...before, creation];
  return [creation, ...reporting(deployment, created(rollOut, name))];
}

function reporting(deployment: Deployment, status: DeploymentStatus): readonly Action[] {
  if (isSame(deployment.status, status)) return [];
  const object: Deployment = { ...deployment, status };
  const passing = countsUp(deployment.status, status, deployment.spec.replicas ?? 1);
  return [{ type: 'update', kind: deployments, object, subresource: 'status', passing }];
}

/** The deployment carries its newest set's revision, where `kubectl rollout` looks for it. */
function revising({ deployment, newSet }: RollOut): readonly Action[] {
  const revision = newSet?.metadata.annotations?.[revisionAnnotation];
  const { namespace, name, uid, annotations } = deployment.metadata;
  if (revision === undefined || annotations?.[revisionAnnotation] === revision) return [];
  const patch = { metadata: { uid, annotations: { [revisionAnnotation]: revision } } };
  return [{ type: 'patch', kind: deployments, namespace, name, patch }];
}
