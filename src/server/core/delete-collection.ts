import { isStatusError } from '#base/status-error.ts';
import type { Stored, StoredList } from './core.ts';

/** Deletions under way at once: they share the store's write. */
const batchItems = 100;

/**
 * Deletes what a list found, each item by itself: what is gone meanwhile is no failure, and what came
 * meanwhile stays. The answer is the list as it was, as in Kubernetes.
 */
export async function deleteCollection(
  list: StoredList,
  remove: (item: Stored) => Promise<unknown>,
): Promise<StoredList> {
  for (let start = 0; start < list.items.length; start += batchItems) {
    const batch = list.items.slice(start, start + batchItems);
    const outcomes = await Promise.allSettled(batch.map(remove));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' && !isStatusError(outcome.reason, 'NotFound')) {
        throw outcome.reason;
      }
    }
  }
  return list;
}
