/** One line of a container log as the runtime writes it: `<RFC 3339 time> <stream> <F|P> <text>`. */

export interface LogLine {
  readonly time: string;
  readonly stream: string;
  /** The rest of the text follows in the next line of this stream. */
  readonly partial: boolean;
  readonly text: Uint8Array;
}

const space = 0x20;

/** `bytes` without the final newline; undefined when it is not a line of that form. */
export function parseLogLine(bytes: Uint8Array): LogLine | undefined {
  const first = bytes.indexOf(space);
  const second = bytes.indexOf(space, first + 1);
  if (first < 0 || second < 0) return undefined;
  const third = bytes.indexOf(space, second + 1);
  const tagEnd = third < 0 ? bytes.length : third;
  const decode = (from: number, to: number): string =>
    new TextDecoder().decode(bytes.subarray(from, to));
  return {
    time: decode(0, first),
    stream: decode(first + 1, second),
    partial: decode(second + 1, tagEnd).startsWith('P'),
    text: third < 0 ? new Uint8Array() : bytes.subarray(third + 1),
  };
}
