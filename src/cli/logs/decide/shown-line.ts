/** One line of a container's log, as a person or a program reads it. */
export interface LogLine {
  readonly pod: string;
  readonly container: string;
  /** RFC 3339; empty: the runtime said none. */
  readonly time: string;
  readonly text: string;
}

/** Of a line that begins with its time, as the API gives them with `timestamps`. */
export function splitTime(line: string): Pick<LogLine, 'time' | 'text'> {
  const [, time = '', text = line] = /^(\d{4}-\d\d-\d\dT\S+)(?: (.*))?$/s.exec(line) ?? [];
  return { time, text: time !== '' && text === line ? '' : text };
}

/** With `-o json` one object for each line, so that whoever reads along need not wait for an end. */
export function jsonLine({ pod, container, time, text }: LogLine): string {
  return JSON.stringify({ pod, container, ...(time !== '' && { time }), text });
}
