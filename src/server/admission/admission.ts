/**
 * Admission: what the cluster adds to an object and why it refuses one, beyond the object's own
 * rules. Steps are plain data in a fixed order (`steps.ts`). All but `prepare` run synchronously on
 * the store's head, in the same turn as the commit: nothing can change between a check and the
 * write that rests on it.
 */
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import type { Operation } from '#store/backend.ts';
import type { UserInfo } from '../core/core.ts';
import type { Reader } from '../core/reader.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE';

export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  readonly kind: Kind;
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string;
  /** Empty while `generateName` has not been asked yet. */
  readonly name: string;
  readonly subresource: string | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The state that the write rests on. */
  readonly reader: Reader;
  /** A private copy to change in `mutate`; absent on DELETE. */
  readonly object: KubeObject | undefined;
  /** Absent on CREATE. Frozen. */
  readonly previous: KubeObject | undefined;
  readonly warn: (sentence: string) => void;
}

/** Something taken from a shared pool for a write that has not happened yet. Exactly one call follows. */
export interface Reservation {
  /** What must become true together with the write: part of the same commit. */
  readonly operations?: readonly Operation[] | undefined;
  /** The write is durable. */
  confirm(): void;
  /** The write did not happen. */
  cancel(): void;
}

export interface AdmissionStep {
  /** As Kubernetes calls its admission plugin, where there is one. */
  readonly name: string;
  /** May wait, within bounds, for what controllers are about to make. The only part that runs before the atomic one. */
  prepare?(request: Omit<AdmissionRequest, 'reader'>): Promise<void> | undefined;
  /** Before the kind's own preparation and validation. */
  mutate?(request: AdmissionRequest): void;
  /** After them. */
  validate?(request: AdmissionRequest): void;
  /** Last: the object is valid; may still change it (an allocated address). */
  reserve?(request: AdmissionRequest): Reservation | undefined;
}

const nothing: Reservation = { confirm: () => undefined, cancel: () => undefined };

export class Admission {
  readonly #steps: readonly AdmissionStep[];

  constructor(steps: readonly AdmissionStep[]) {
    this.#steps = steps;
  }

  /** Undefined: there is nothing to wait for, and the write goes on in the same turn. */
  prepare(request: Omit<AdmissionRequest, 'reader'>): Promise<unknown> | undefined {
    const waits: Promise<void>[] = [];
    for (const step of this.#steps) {
      const wait = step.prepare?.(request);
      if (wait) waits.push(wait);
    }
    return waits.length === 0 ? undefined : Promise.all(waits);
  }

  mutate(request: AdmissionRequest): void {
    for (const step of this.#steps) step.mutate?.(request);
  }

  validate(request: AdmissionRequest): void {
    for (const step of this.#steps) step.validate?.(request);
  }

  /** All or nothing: when one step refuses, what others took goes back. */
  reserve(request: AdmissionRequest): Reservation {
    const taken: Reservation[] = [];
    try {
      for (const step of this.#steps) {
        const reservation = step.reserve?.(request);
        if (reservation) taken.push(reservation);
      }
    } catch (error) {
      for (const each of taken) each.cancel();
      throw error;
    }
    if (taken.length === 0) return nothing;
    return {
      operations: taken.flatMap(({ operations = [] }) => operations),
      confirm: () => taken.forEach((each) => each.confirm()),
      cancel: () => taken.forEach((each) => each.cancel()),
    };
  }
}
