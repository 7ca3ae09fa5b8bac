import type { Change, StoreSink } from '../backend.ts';

/** Writes down what a watch hears. */
export class Recorder implements StoreSink {
  readonly changesSeen: Change[] = [];
  readonly batches: number[] = [];
  closedWith: 'closed' | 'compacted' | undefined;

  changes(changes: readonly Change[]): void {
    this.batches.push(changes.length);
    this.changesSeen.push(...changes);
  }

  closed(reason: 'closed' | 'compacted'): void {
    this.closedWith = reason;
  }

  /** `2 a=1`, `3 -a`: revision, key, content. */
  get lines(): string[] {
    return this.changesSeen.map(({ revision, key, current }) =>
      current ? `${revision} ${key}=${textOf(current.value.bytes)}` : `${revision} -${key}`,
    );
  }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
