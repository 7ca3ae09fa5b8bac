/**
 * Reads one TypeScript file as far as tidy needs it: which characters are code, which are comment
 * or string, and what is imported. Not a parser: TypeScript 7 has no JavaScript API, and a scan of
 * the whole tree has to stay well under a second.
 */

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `import type` or `export type`: leaves no trace at run time. */
  readonly typeOnly: boolean;
}

export interface Comment {
  readonly text: string;
  readonly line: number;
}

export interface Source {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** `text` with comments, regular expressions and the insides of strings blanked; offsets are the same. */
  readonly code: string;
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  readonly lineCount: number;
  lineAt(offset: number): number;
}

export function readSource(path: string, text: string): Source {
  const { code, comments } = blank(text);
  const starts = lineStarts(text);
  const lineAt = (offset: number): number => lineIndex(starts, offset) + 1;
  return {
    path,
    text,
    code,
    comments: comments.map(([from, to]) => ({ text: text.slice(from, to), line: lineAt(from) })),
    imports: findImports(text, code, lineAt),
    lineCount: text.endsWith('\n') ? starts.length - 1 : starts.length,
    lineAt,
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Index of the last line that starts at or before `offset`. */
function lineIndex(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

type Range = readonly [from: number, to: number];

interface Blanked {
  readonly code: string;
  readonly comments: readonly Range[];
}

/** Words after which a slash starts a regular expression and not a division. */
const wordsBeforeRegExp = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'delete',
  'void',
  'instanceof',
  'new',
  'throw',
  'await',
  'yield',
  'else',
  'do',
]);

class Blanker {
  readonly comments: Range[] = [];
  readonly #text: string;
  readonly #blanks: Range[] = [];
  /** One number per open `${`: the braces open inside it. */
  readonly #templates: number[] = [];
  #at = 0;
  /** Last code character that is not white space, and where it stood. */
  #last = -1;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Blanked {
    if (this.#text.startsWith('#!')) this.#comment(this.#endOfLine());
    while (this.#at < this.#text.length) this.#step();
    let code = '';
    let done = 0;
    for (const [from, to] of this.#blanks) {
      code += this.#text.slice(done, from) + this.#text.slice(from, to).replace(/[^\n]/g, ' ');
      done = to;
    }
    return { code: code + this.#text.slice(done), comments: this.comments };
  }

  #step(): void {
    const text = this.#text;
    const char = text[this.#at];
    const next = text[this.#at + 1];
    if (char === '/' && next === '/') return this.#comment(this.#endOfLine());
    if (char === '/' && next === '*') return this.#comment(this.#after('*/', this.#at + 2));
    if (char === "'" || char === '"') return this.#string(char);
    if (char === '`') return this.#template();
    if (char === '/' && this.#startsRegExp()) return this.#regExp();
    if (char === '{' || char === '}') {
      const depth = this.#templates.at(-1);
      if (depth !== undefined) {
        if (char === '}' && depth === 0) {
          this.#templates.pop();
          return this.#template();
        }
        this.#templates[this.#templates.length - 1] = depth + (char === '{' ? 1 : -1);
      }
    }
    if (char !== undefined && !/\s/.test(char)) this.#last = this.#at;
    this.#at += 1;
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #after(mark: string, from: number): number {
    const end = this.#text.indexOf(mark, from);
    return end === -1 ? this.#text.length : end + mark.length;
  }

  #comment(end: number): void {
    this.comments.push([this.#at, end]);
    this.#blanks.push([this.#at, end]);
    this.#at = end;
  }

  #string(quote: string): void {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== '\n') {
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    this.#blanks.push([this.#at + 1, end]);
    this.#last = end;
    this.#at = end + 1;
  }

  /** From a backtick, or from the brace that closes `${`, to the next of either kind. */
  #template(): void {
    let end = this.#at + 1;
    while (end < this.#text.length) {
      if (this.#text[end] === '`') break;
      if (this.#text[end] === '$' && this.#text[end + 1] === '{') break;
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    this.#blanks.push([this.#at + 1, end]);
    const opens = this.#text[end] === '$';
    if (opens) this.#templates.push(0);
    this.#last = opens ? end + 1 : end;
    this.#at = end + (opens ? 2 : 1);
  }

  #startsRegExp(): boolean {
    if (this.#last === -1) return true;
    const before = this.#text.slice(Math.max(0, this.#last - 20), this.#last + 1);
    const word = /[\w$]+$/.exec(before)?.[0];
    if (word !== undefined) return wordsBeforeRegExp.has(word);
    return !/[)\]}'"`]$/.test(before);
  }

  #regExp(): void {
    let end = this.#at + 1;
    let inClass = false;
    for (; end < this.#text.length; end += 1) {
      const char = this.#text[end];
      if (char === '\\') end += 1;
      else if (char === '[') inClass = true;
      else if (char === ']') inClass = false;
      else if (char === '\n' || (char === '/' && !inClass)) break;
    }
    this.#blanks.push([this.#at + 1, end]);
    this.#last = end;
    this.#at = end + 1;
  }
}

function blank(text: string): Blanked {
  return new Blanker(text).run();
}

const staticImport =
  /(?<=^|[\n;}])[ \t]*(?:import|export)(\s+type(?=[\s{*]))?\s*(?:[^'";=]*?[\s}*]from\s*)?(['"])/g;
const dynamicImport = /\bimport\s*\(\s*(['"])/g;

function findImports(text: string, code: string, lineAt: (offset: number) => number): Import[] {
  const found: Import[] = [];
  const add = (quoteAt: number, typeOnly: boolean): void => {
    const end = text.indexOf(text[quoteAt] ?? '', quoteAt + 1);
    if (end === -1) return;
    found.push({ specifier: text.slice(quoteAt + 1, end), line: lineAt(quoteAt), typeOnly });
  };
  for (const match of code.matchAll(staticImport)) {
    add(match.index + match[0].length - 1, match[1] !== undefined);
  }
  for (const match of code.matchAll(dynamicImport)) add(match.index + match[0].length - 1, false);
  return found;
}
