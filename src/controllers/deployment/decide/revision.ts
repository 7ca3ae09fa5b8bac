/** Revisions: which roll-out a ReplicaSet belongs to, as `kubectl rollout history` reads them. */
import { conditionCodesAnnotation } from '#api/condition-codes.ts';
import type { Deployment, ReplicaSet } from '#api/types.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a Deployment that say nothing about its ReplicaSets. */
const notCopied = [
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
  conditionCodesAnnotation,
];

/** Kubernetes bounds the history annotation to this many characters. */
const historyCharactersMax = 2000;

export function revisionOf(object: ReplicaSet | Deployment): number {
  const text = object.metadata.annotations?.[revisionAnnotation];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

export function nextRevision(oldSets: readonly ReplicaSet[]): number {
  return oldSets.reduce((highest, each) => Math.max(highest, revisionOf(each)), 0) + 1;
}

/**
 * The annotations that the new ReplicaSet should carry. A set that becomes the new one again (a
 * rollback) gets the next revision and remembers the ones it had.
 */
export function revisionAnnotations(
  deployment: Deployment,
  set: ReplicaSet | undefined,
  revision: number,
): Record<string, string> {
  const annotations: Record<string, string> = { ...set?.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!notCopied.includes(key)) annotations[key] = value;
  }
  const before = annotations[revisionAnnotation];
  if (before !== undefined && Number(before) >= revision) return annotations;
  annotations[revisionAnnotation] = String(revision);
  if (before === undefined) return annotations;
  const history = annotations[revisionHistoryAnnotation];
  let revisions = [...(history ? history.split(',') : []), before];
  while (revisions.join().length > historyCharactersMax) revisions = revisions.slice(1);
  annotations[revisionHistoryAnnotation] = revisions.join();
  return annotations;
}
