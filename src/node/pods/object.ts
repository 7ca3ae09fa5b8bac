import { pods } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import { isStatusError } from '#base/status-error.ts';
import type { StepContext } from './carry-out.ts';

/** The last word on a deleted pod: nothing of it is left here, its name is free. */
export async function deleteObject({ pod, gone, services }: StepContext): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  // Not before: the logs of a pod that only finished are read where they are.
  await services.keptLogs.keep(pod);
  services.releaseReferences(uid ?? '');
  if (gone) return;
  try {
    await services.verbs.delete(
      { ...collectionOf(pods, namespace), name: name ?? '' },
      { gracePeriodSeconds: 0, preconditions: { uid } },
    );
  } catch (error) {
    // Gone already, or a later pod of the same name: either way it is not ours any more.
    if (!isStatusError(error, 'NotFound') && !isStatusError(error, 'Conflict')) throw error;
  }
}
