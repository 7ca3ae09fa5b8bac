/** The room on a node if pods left it, as plain sums: the quick way where nothing else can refuse a pod. */
import type { SchedulingRefusal } from '#api/reasons.ts';
import { at } from './ledger.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';
import type { Resources } from './resources.ts';

export class Room {
  readonly #request: Readonly<Resources>;
  #milliCpu: number;
  #memory: number;
  #storage: number;
  #pods: number;

  constructor(request: Readonly<Resources>, { ledger, offset }: NodeState) {
    const { numbers } = ledger;
    this.#request = request;
    this.#milliCpu = numbers[offset + at.freeMilliCpu] ?? 0;
    this.#memory = numbers[offset + at.freeMemory] ?? 0;
    this.#storage = numbers[offset + at.freeStorage] ?? 0;
    this.#pods = numbers[offset + at.freePods] ?? 0;
  }

  put({ shape }: PodNeeds): void {
    this.#change(shape.request, -1);
  }

  take({ shape }: PodNeeds): void {
    this.#change(shape.request, 1);
  }

  /** Undefined: the pod fits. */
  refusals(): readonly SchedulingRefusal[] | undefined {
    const { milliCpu, memory, storage } = this.#request;
    const refusals: SchedulingRefusal[] = [];
    const check = (subject: string, wanted: number, free: number): void => {
      if (wanted > 0 && wanted > free) refusals.push({ code: 'insufficient-resource', subject });
    };
    if (this.#pods < 1) refusals.push({ code: 'too-many-pods' });
    check('cpu', milliCpu, this.#milliCpu);
    check('memory', memory, this.#memory);
    check('ephemeral-storage', storage, this.#storage);
    return refusals.length === 0 ? undefined : refusals;
  }

  #change({ milliCpu, memory, storage }: Readonly<Resources>, sign: 1 | -1): void {
    this.#milliCpu += sign * milliCpu;
    this.#memory += sign * memory;
    this.#storage += sign * storage;
    this.#pods += sign;
  }
}
