/** Which kinds have stored objects, and which of these the general loops watch. */
import type { Kind } from '#api/kind.ts';

/** Stored under its own keys, and can be listed and deleted. */
export function isContent(kind: Kind): boolean {
  if (kind.virtual === true || kind.storedAs !== undefined) return false;
  return kind.verbs.includes('list') && kind.verbs.includes('delete');
}

/**
 * Events are many, short-lived and owned by nobody: no loop follows them. Leases change all the time
 * without ever mattering here, but they are few, and may be owned (by their Node).
 */
export function isWatchedContent(kind: Kind): boolean {
  return isContent(kind) && kind.verbs.includes('watch') && kind.resource !== 'events';
}
