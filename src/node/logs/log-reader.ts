/**
 * Reads one container's log: from the place that the options ask for, to its end, and on while it
 * grows, across rotations. The format is the runtime's (`cri-line.ts`).
 */
import { parseTime } from '#api/time.ts';
import type { Clock } from '#base/clock.ts';
import type { Files, OpenFile } from '#sys/files.ts';
import { parseLogLine } from './cri-line.ts';
import { offsetOfLast } from './tail.ts';

/** `PodLogOptions` of core/v1, as far as one container's reader needs them. */
export interface LogReadOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
}

export interface ByteSink {
  data(chunk: Uint8Array): void | Promise<void>;
}

const blockBytes = 64 * 1024;
const newline = 0x0a;

export class LogReader {
  readonly #files: Files;
  readonly #options: LogReadOptions;
  readonly #sink: ByteSink;
  readonly #sinceMs: number;
  #left: number;
  /** Of a line whose end has not been read yet. */
  #rest: Uint8Array = new Uint8Array();
  /** The text before was partial: what follows belongs to the same line. */
  #within = false;

  constructor(options: LogReadOptions, sink: ByteSink, files: Files, clock: Clock) {
    this.#files = files;
    this.#options = options;
    this.#sink = sink;
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    const { sinceSeconds, sinceTime } = options;
    this.#sinceMs =
      sinceSeconds !== undefined ? clock.now() - sinceSeconds * 1000 : parseTime(sinceTime);
  }

  get full(): boolean {
    return this.#left <= 0;
  }

  /** Everything up to the end of the file as it is now; answers where to go on. */
  async readFrom(file: OpenFile, offset: number): Promise<number> {
    let at = offset;
    for (;;) {
      const block = await file.read(at, blockBytes);
      if (block.length === 0 || this.full) return at;
      at += block.length;
      await this.#take(block);
    }
  }

  async startOffset(file: OpenFile): Promise<number> {
    const { tailLines } = this.#options;
    if (tailLines === undefined) return 0;
    return offsetOfLast(file, (await file.info()).sizeBytes, tailLines);
  }

  open(path: string): Promise<OpenFile | undefined> {
    return this.#files.open(path);
  }

  async #take(block: Uint8Array): Promise<void> {
    let bytes = block;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + block.length);
      bytes.set(this.#rest);
      bytes.set(block, this.#rest.length);
    }
    const out: Uint8Array[] = [];
    let from = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      this.#line(bytes.subarray(from, end), out);
      from = end + 1;
    }
    this.#rest = bytes.slice(from);
    await this.#send(out);
  }

  #line(bytes: Uint8Array, out: Uint8Array[]): void {
    const line = parseLogLine(bytes);
    if (!line || parseTime(line.time) < this.#sinceMs) return;
    if (this.#options.timestamps && !this.#within) {
      out.push(new TextEncoder().encode(`${line.time} `));
    }
    out.push(line.text);
    if (!line.partial) out.push(Uint8Array.of(newline));
    this.#within = line.partial;
  }

  async #send(parts: readonly Uint8Array[]): Promise<void> {
    const length = Math.min(
      parts.reduce((sum, part) => sum + part.length, 0),
      this.#left,
    );
    if (length <= 0) return;
    const chunk = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      chunk.set(part.subarray(0, length - at), at);
      at += Math.min(part.length, length - at);
      if (at === length) break;
    }
    this.#left -= length;
    await this.#sink.data(chunk);
  }
}
