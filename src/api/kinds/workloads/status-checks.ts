/** What the numbers in a workload's status must keep to. */
import { invalid } from '../../field-error.ts';
import { checkNonNegative, type Errors } from '../common/checks.ts';

export function checkCounts<Field extends string>(
  errors: Errors,
  status: Readonly<Partial<Record<Field, number | undefined>>>,
  fields: readonly Field[],
): void {
  for (const field of fields) checkNonNegative(errors, `status.${field}`, status[field]);
}

/** Counts of some pods, none above the count of all, and the available ones among the ready ones. */
export function checkParts(
  errors: Errors,
  replicas: number,
  parts: Readonly<Record<string, number | undefined>>,
): void {
  const above = 'cannot be greater than status.replicas';
  for (const [field, count = 0] of Object.entries(parts)) {
    if (count > replicas) errors.push(invalid(`status.${field}`, count, above));
  }
  const { readyReplicas = 0, availableReplicas = 0 } = parts;
  if (availableReplicas > readyReplicas) {
    const detail = 'cannot be greater than readyReplicas';
    errors.push(invalid('status.availableReplicas', availableReplicas, detail));
  }
}

interface CountsCollisions {
  readonly collisionCount?: number | undefined;
}

/** Names that have been tried are not tried again. */
export function checkCollisionCount(
  errors: Errors,
  next: CountsCollisions | undefined,
  previous: CountsCollisions | undefined,
): void {
  const before = previous?.collisionCount;
  if (before === undefined || (next?.collisionCount ?? -1) >= before) return;
  const detail = 'cannot be decremented';
  errors.push(invalid('status.collisionCount', next?.collisionCount ?? null, detail));
}
