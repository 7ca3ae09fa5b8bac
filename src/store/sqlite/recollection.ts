/** Turns the rows of the log, in the order of commits, back into a state and the history since. */
import type { RecordRow } from '#sys/sqlite/record-log.ts';
import type { Change, Entry } from '../backend.ts';
import type { Committed, DeadVersion, Remembered } from '../journal.ts';

export class Recollection {
  readonly #rows: RecordRow[] = [];

  add(row: RecordRow): void {
    this.#rows.push(row);
  }

  finish(compacted: number): { remembered: Remembered; dead: DeadVersion[] } {
    const state = new Map<string, Entry>();
    const deadlines = new Map<string, number>();
    const dead: DeadVersion[] = [];
    let at = 0;
    for (; at < this.#rows.length; at++) {
      const row = this.#rows[at] as RecordRow;
      if (row.revision > compacted) break;
      const { key, revision, deadline } = row;
      const previous = state.get(key);
      if (previous) dead.push({ key, revision: previous.modRevision });
      deadlines.delete(key);
      const entry = entryOf(row);
      if (entry) {
        state.set(key, entry);
        if (deadline !== undefined) deadlines.set(key, deadline);
      } else {
        state.delete(key);
        dead.push({ key, revision });
      }
    }
    const entries = [...state.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return {
      remembered: { compacted, entries, deadlines, commits: commitsOf(this.#rows, at, state) },
      dead,
    };
  }
}

/** `state` moves along. */
function commitsOf(
  rows: readonly RecordRow[],
  from: number,
  state: Map<string, Entry>,
): Committed[] {
  const commits: Committed[] = [];
  for (let at = from; at < rows.length; ) {
    const { revision } = rows[at] as RecordRow;
    const changes: Change[] = [];
    let deadlines: Map<string, number> | undefined;
    for (let row = rows[at]; row?.revision === revision; row = rows[++at]) {
      const { key, deadline } = row;
      const current = entryOf(row);
      changes.push({ revision, key, current, previous: state.get(key) });
      if (current) state.set(key, current);
      else state.delete(key);
      if (deadline !== undefined) {
        deadlines ??= new Map();
        deadlines.set(key, deadline);
      }
    }
    commits.push({ revision, changes, deadlines });
  }
  return commits;
}

function entryOf({ key, bytes, createRevision, revision }: RecordRow): Entry | undefined {
  return bytes ? { key, value: { bytes }, createRevision, modRevision: revision } : undefined;
}
