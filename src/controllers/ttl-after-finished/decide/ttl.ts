/** Takes finished Jobs away when spec.ttlSecondsAfterFinished is over (KEP-592). */
import { type Decision, nothingToDo, type View } from '#api/decision.ts';
import { jobs } from '#api/kinds/index.ts';
import { splitKey } from '#api/object.ts';
import { parseTime } from '#api/time.ts';

export function decideTtl(view: View, key: string, now: number): Decision {
  const { namespace, name } = splitKey(key);
  const job = view.get(jobs, namespace, name);
  const seconds = job?.spec?.ttlSecondsAfterFinished;
  if (job === undefined || seconds === undefined) return nothingToDo;
  if (job.metadata.deletionTimestamp !== undefined) return nothingToDo;
  const end = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  if (end?.lastTransitionTime === undefined) return nothingToDo;
  const at = parseTime(end.lastTransitionTime) + seconds * 1000;
  if (at > now) return { actions: [], again: at };
  // Of this very state: the time to live may just have been made longer.
  const { uid, resourceVersion } = job.metadata;
  const propagationPolicy = 'Foreground';
  return {
    actions: [
      { type: 'delete', kind: jobs, namespace, name, uid, resourceVersion, propagationPolicy },
    ],
  };
}
