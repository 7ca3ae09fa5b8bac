/** What happened, line by line: the hash of all of it, and its end for people. */
import { createHash } from 'node:crypto';
import type { LogFields, Logger } from '#base/log.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface TraceOptions {
  readonly time: VirtualTime;
  /** Lines kept for the report. */
  readonly tailMax: number;
  /** A program logged an error: it met what its authors thought impossible. */
  readonly failed: (words: string) => void;
  readonly print?: ((line: string) => void) | undefined;
}

export class Trace {
  readonly #options: TraceOptions;
  readonly #hash = createHash('sha256');
  #tail: string[] = [];
  #lines = 0;

  constructor(options: TraceOptions) {
    this.#options = options;
  }

  readonly add = (line: string): void => {
    const { time, tailMax, print } = this.#options;
    const whole = `${(time.elapsedMs / 1000).toFixed(3).padStart(9)} ${line}`;
    this.#lines++;
    this.#hash.update(`${whole}\n`);
    print?.(whole);
    this.#tail.push(whole);
    if (this.#tail.length > 2 * tailMax) this.#tail = this.#tail.slice(-tailMax);
  };

  get lines(): number {
    return this.#lines;
  }

  get tail(): readonly string[] {
    return this.#tail.slice(-this.#options.tailMax);
  }

  digest(): string {
    return this.#hash.copy().digest('hex').slice(0, 16);
  }

  /** What programs log at `info` and above is part of the trace. */
  logger(part: string, live: () => boolean): Logger {
    const write = (level: string, message: string, fields: LogFields = {}): void => {
      if (live()) this.add(`${part} ${level}: ${message} ${wordsOf(fields)}`);
    };
    const withFields = (common: LogFields): Logger => ({
      // For eyes alone: whether somebody looks must not change the hash.
      debug: (message, fields) => {
        if (live())
          this.#options.print?.(`${part} debug: ${message} ${wordsOf({ ...common, ...fields })}`);
      },
      info: (message, fields) => write('info', message, { ...common, ...fields }),
      warn: (message, fields) => write('warn', message, { ...common, ...fields }),
      error: (message, fields) => {
        if (live())
          this.#options.failed(`${part}: ${message} ${wordsOf({ ...common, ...fields })}`);
      },
      with: (fields) => withFields({ ...common, ...fields }),
    });
    return withFields({});
  }
}

function wordsOf(fields: LogFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${textOf(value)}`)
    .join(' ');
}

/** Stacks carry paths of this machine and would make the hash another on the next. */
function textOf(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
