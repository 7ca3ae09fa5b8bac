/**
 * Everything that a command says. Progress and problems go to standard error, answers to standard
 * output, so that `-o json` can be piped. Colours only on a terminal, never with NO_COLOR.
 */
export interface TerminalStreams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Standard error is a terminal. */
  readonly interactive: boolean;
  readonly colours: boolean;
  readonly json: boolean;
  readonly monotonic: () => number;
}

const colourCodes = { green: 32, red: 31, yellow: 33, dim: 2, bold: 1 } as const;

export class Terminal {
  readonly #streams: TerminalStreams;
  #openLine = false;

  constructor(streams: TerminalStreams) {
    this.#streams = streams;
  }

  get json(): boolean {
    return this.#streams.json;
  }

  paint(colour: keyof typeof colourCodes, text: string): string {
    return this.#streams.colours ? `\u001b[${colourCodes[colour]}m${text}\u001b[0m` : text;
  }

  /** A line of the answer. */
  line(text = ''): void {
    this.#streams.out(`${text}\n`);
  }

  /** The answer of a command: as JSON with `-o json`, else by `text`. */
  answer(value: unknown, text: () => string): void {
    this.#streams.out(this.json ? `${JSON.stringify(value, undefined, 2)}\n` : text());
  }

  note(text: string): void {
    this.#closeLine();
    this.#streams.err(`${text}\n`);
  }

  warn(text: string): void {
    this.note(`${this.paint('yellow', '!')} ${text}`);
  }

  error(text: string, cure?: string): void {
    this.note(`${this.paint('red', '✗')} ${text}`);
    if (cure) this.note(`  ${cure}`);
  }

  /** Shows a step while it runs, and how long it took. */
  async step<T>(title: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T> {
    const start = this.#streams.monotonic();
    this.#progress(`  ${title} …`);
    try {
      const result = await work((text) => this.#progress(`  ${title}: ${text}`));
      const seconds = ((this.#streams.monotonic() - start) / 1000).toFixed(1);
      this.#replace(`${this.paint('green', '✓')} ${title} ${this.paint('dim', `${seconds} s`)}`);
      return result;
    } catch (error) {
      this.#replace(`${this.paint('red', '✗')} ${title}`);
      throw error;
    }
  }

  #progress(text: string): void {
    if (!this.#streams.interactive) return;
    this.#streams.err(`\r\u001b[2K${text.slice(0, 160)}`);
    this.#openLine = true;
  }

  #replace(text: string): void {
    this.#closeLine();
    this.#streams.err(`${text}\n`);
  }

  #closeLine(): void {
    if (!this.#openLine) return;
    this.#streams.err('\r\u001b[2K');
    this.#openLine = false;
  }
}

/** Columns as kubectl aligns them. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
