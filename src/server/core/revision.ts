/** What a client may mean by `resourceVersion`. Source: Kubernetes API concepts, "Resource versions". */
import type { ListOptions } from '#api/verbs.ts';
import {
  type Backend,
  RevisionCompactedError,
  RevisionUnknownError,
  type Snapshot,
} from '#store/backend.ts';
import { badRequest, listTooOld, revisionTooLarge } from './errors.ts';

/** Undefined: none was given. */
export function parseRevision(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const revision = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(revision)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: must be a non-negative integer`,
    );
  }
  return revision;
}

/**
 * The state that a list reads. Without a match rule, a limit asks for exactly that revision and no
 * limit for that one or a newer, as in Kubernetes. The newest state serves every "not older than".
 */
export function snapshotFor(backend: Backend, options: ListOptions): Snapshot {
  const { resourceVersion, resourceVersionMatch, limit } = options;
  const wanted = parseRevision(resourceVersion);
  if (resourceVersionMatch !== undefined && wanted === undefined) {
    throw badRequest(
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  }
  if (resourceVersionMatch === 'Exact' && wanted === 0) {
    throw badRequest(
      'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    );
  }
  if (wanted === undefined || wanted === 0) return backend.snapshot();
  const exact =
    resourceVersionMatch === 'Exact' ||
    (resourceVersionMatch === undefined && limit !== undefined && limit > 0);
  return exact ? snapshotAt(backend, wanted) : snapshotNotOlder(backend, wanted);
}

export function snapshotNotOlder(backend: Backend, revision: number): Snapshot {
  if (revision > backend.revision) throw revisionTooLarge(revision, backend.revision);
  return backend.snapshot();
}

function snapshotAt(backend: Backend, revision: number): Snapshot {
  try {
    return backend.snapshot(revision);
  } catch (error) {
    if (error instanceof RevisionCompactedError) throw listTooOld();
    if (error instanceof RevisionUnknownError) throw revisionTooLarge(revision, backend.revision);
    throw error;
  }
}
