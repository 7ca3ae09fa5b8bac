import type { View } from '#api/decision.ts';
import { jobs, pods } from '#api/kinds/index.ts';
import { jobLabels } from '#api/kinds/jobs/defaults.ts';
import { keyOf } from '#api/object.ts';
import { matchesSelector } from '#api/selector.ts';
import type { Pod } from '#api/types.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { controllerOf, ownerIndexes } from '../decide/owners.ts';
import { decideJob } from './decide/job.ts';
import { isTracked } from './decide/job-pods.ts';

/** Runs Jobs: as many pods at once as they allow, until they have succeeded or failed often enough. */
export const jobController: LoopDefinition = {
  name: 'job-controller',
  sources: [
    { kind: jobs },
    {
      kind: pods,
      indexes: { ...ownerIndexes, tracked: (pod: Pod) => (isTracked(pod) ? [trackerOf(pod)] : []) },
      keysOf: wokenBy,
    },
  ],
  decide: decideJob,
  workers: 8,
};

/** The Job that the pod is held for, by what the pod says: the Job itself may be gone. */
function trackerOf(pod: Pod): string {
  const { namespace = '', name, labels = {} } = pod.metadata;
  const owner = controllerOf(pod);
  const job = owner?.kind === 'Job' ? owner.name : undefined;
  return `${namespace}/${job ?? labels[jobLabels.name] ?? labels[jobLabels.oldName] ?? name}`;
}

function wokenBy(pod: Pod, view: View): readonly string[] {
  const owner = controllerOf(pod);
  const { namespace = '', labels } = pod.metadata;
  const tracker = isTracked(pod) ? [trackerOf(pod)] : [];
  if (owner !== undefined) return owner.kind === 'Job' ? [`${namespace}/${owner.name}`] : tracker;
  if (labels === undefined) return tracker;
  const adopters = view
    .list(jobs, namespace)
    .filter(({ spec }) => spec.selector && matchesSelector(spec.selector, labels));
  return [...new Set([...tracker, ...adopters.map(keyOf)])];
}
