/**
 * The buffer between a writer that must not wait (a watch tells all its watchers in one turn) and a
 * socket that may be slow. Chunks of one turn leave in one write; beyond the bound the client is cut
 * off, since a watcher that cannot follow must read anew anyway.
 */
import type { Writable } from 'node:stream';
import type { ResponseStream } from './message.ts';

export interface BufferedStreamOptions {
  readonly chunksMax: number;
  /** Cuts the connection (or the HTTP/2 stream) without the end mark of the answer. */
  readonly destroy: () => void;
}

/** Bytes that may lie in node's own buffer before we count the rest as waiting. */
const nodeBufferBytes = 256 * 1024;

export class BufferedStream implements ResponseStream {
  readonly #out: Writable;
  readonly #options: BufferedStreamOptions;
  #waiting: Uint8Array[] = [];
  #scheduled = false;
  #blocked = false;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #drained: (() => void)[] = [];
  #closed: (() => void)[] = [];

  constructor(out: Writable, options: BufferedStreamOptions) {
    this.#out = out;
    this.#options = options;
    out.on('drain', () => this.#resume());
    out.on('close', () => this.#finish());
    out.on('error', () => this.#finish());
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return true;
    this.#waiting.push(chunk);
    if (this.#waiting.length > this.#options.chunksMax) {
      this.abort();
      return true;
    }
    if (!this.#blocked && !this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => this.#flush());
    }
    return !this.#blocked;
  }

  drained(): Promise<void> {
    if (!this.#blocked || this.#state === 'closed') return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#flush();
  }

  abort(): void {
    if (this.#state === 'closed') return;
    this.#finish();
    this.#options.destroy();
  }

  onClose(callback: () => void): void {
    if (this.#state === 'closed') callback();
    else this.#closed.push(callback);
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#state === 'closed' || this.#blocked) return;
    const chunks = this.#waiting;
    this.#waiting = [];
    const only = chunks[0];
    if (only) this.#out.write(chunks.length === 1 ? only : Buffer.concat(chunks));
    if (this.#state === 'ending') this.#out.end();
    else this.#blocked = this.#out.writableLength > nodeBufferBytes;
  }

  #resume(): void {
    this.#blocked = false;
    if (this.#waiting.length > 0 || this.#state === 'ending') this.#flush();
    if (this.#blocked) return;
    for (const wake of this.#drained.splice(0)) wake();
  }

  #finish(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#waiting = [];
    for (const wake of this.#drained.splice(0)) wake();
    for (const callback of this.#closed.splice(0)) callback();
  }
}
