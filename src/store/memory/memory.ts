/** The store that forgets: for tests, simulation and throw-away clusters. Durable means nothing here. */
import type { Clock, Timers } from '#base/clock.ts';
import type { Backend } from '../backend.ts';
import { StoreCore } from '../core.ts';
import type { Journal } from '../journal.ts';

export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly historyRevisions?: number | undefined;
  readonly historyAgeMs?: number | undefined;
}

const noJournal: Journal = {
  append: () => Promise.resolve(),
  forget: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Commits become visible within microtasks, in order: a run over virtual time repeats exactly. */
export function openMemoryStore(options: MemoryStoreOptions): Backend {
  return new StoreCore({ ...options, journal: noJournal });
}
