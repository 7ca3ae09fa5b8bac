/** The form of a promise, and of the check that it is kept. */
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { prefixOf } from '#server/core/keys.ts';
import type { Observations } from './observations.ts';

/** What is broken, for people; nothing: the promise is kept. */
export type Words = string | undefined;

export interface Written<T> {
  /** Absent: it is new. */
  readonly previous: T | undefined;
  /** Absent: it has gone. */
  readonly current: T | undefined;
}

export interface Invariant {
  readonly promise: string;
  /** Keys whose changes it is asked about; absent: it is asked after every step of the clock. */
  readonly prefix?: string;
  /** It is not asked again while this number stays the same. */
  readonly changesWith?: (seen: Observations) => number;
  readonly broken: (seen: Observations, change: Written<KubeObject>) => Words;
}

export function whenWritten<T extends KubeObject>(
  promise: string,
  kind: Kind<T>,
  broken: (seen: Observations, change: Written<T>) => Words,
): Invariant {
  const prefix = prefixOf(kind as unknown as Kind);
  return { promise, prefix, broken: broken as Invariant['broken'] };
}
