/**
 * Which lines of a container have been told. A line is known by the time that the runtime gave it, so
 * that a reading that broke goes on where it was, also when the same run is opened twice.
 */
import { parseInstant } from '#api/schema/time.ts';

interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

export class Told {
  /** Of the reading before this one. */
  #before: Span | undefined;
  #now: Span | undefined;
  #lastTime: string | undefined;

  /** RFC 3339; from here a new reading has to go on. */
  get lastTime(): string | undefined {
    return this.#lastTime;
  }

  /** Before each reading. */
  begin(): void {
    this.#before = this.#now ?? this.#before;
  }

  /** A line as the API gives it with `timestamps`; answers its time and text, or nothing when it has been told. */
  take(line: string): { readonly time: string; readonly text: string } | undefined {
    const space = line.indexOf(' ');
    const time = space < 0 ? line : line.slice(0, space);
    const text = space < 0 ? '' : line.slice(space + 1);
    const at = nanosOf(time);
    if (at === undefined) return { time: '', text: line };
    const before = this.#before;
    if (before && at >= before.first && at <= before.last) return undefined;
    // A clock may have been set back between two runs: the span is of what came in this order.
    const grows = this.#now !== undefined && at >= this.#now.last;
    this.#now = { first: grows ? (this.#now?.first ?? at) : at, last: at };
    this.#lastTime = time;
    return { time, text };
  }
}

function nanosOf(time: string): bigint | undefined {
  const instant = parseInstant(time);
  return instant && BigInt(instant.seconds) * 1_000_000_000n + BigInt(instant.nanos);
}
