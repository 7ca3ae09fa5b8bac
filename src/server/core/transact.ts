/**
 * One write: judged on the store's head and committed in the same turn. On a store that only this
 * process writes nothing can come between; on a shared one the commit's preconditions notice, and
 * the write is judged anew.
 */
import { StatusError } from '#base/status-error.ts';
import { limits } from '#base/limits.ts';
import {
  type Backend,
  type Operation,
  PreconditionError,
  type Snapshot,
  StoreFailedError,
} from '#store/backend.ts';
import type { Reservation } from '../admission/admission.ts';

export interface Plan<R> {
  /** None: nothing is to be written (a dry run, a change that changes nothing). */
  readonly operations: readonly Operation[];
  readonly reservation?: Reservation | undefined;
  /** The commit's revision; that of the head when nothing was written. */
  answer(revision: number): R;
}

export async function transact<R>(
  backend: Backend,
  judge: (head: Snapshot, attempt: number) => Plan<R>,
): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    let plan: Plan<R>;
    let commit: Promise<number>;
    try {
      plan = judge(backend.head(), attempt);
      commit = backend.commit(plan.operations);
    } catch (error) {
      // A refusal waits for the commits that it was judged by: who reads after it must find what it speaks of.
      await backend.commit([]).catch(() => undefined);
      throw error;
    }
    try {
      const revision = await commit;
      if (plan.operations.length > 0) plan.reservation?.confirm();
      else plan.reservation?.cancel();
      return plan.answer(revision);
    } catch (error) {
      plan.reservation?.cancel();
      if (!(error instanceof PreconditionError)) throw asRefusal(error);
      if (attempt >= limits.writeAttempts) {
        const message = 'the write lost against others too often; please try again';
        throw new StatusError('ServerTimeout', message, { retryAfterSeconds: 1 }, { cause: error });
      }
    }
  }
}

function asRefusal(error: unknown): unknown {
  if (!(error instanceof StoreFailedError)) return error;
  return new StatusError('InternalError', `Internal error occurred: ${error.message}`, undefined, {
    cause: error,
  });
}
