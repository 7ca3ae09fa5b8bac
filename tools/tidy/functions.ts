import type { Source } from './source.ts';

export interface FunctionBody {
  readonly line: number;
  /** Lines from the opening to the closing brace, without the insides of functions within it. */
  readonly ownLines: number;
}

/** After these words a parenthesis holds a condition, not parameters. */
const controlWords = new Set(['if', 'for', 'while', 'switch', 'catch', 'with']);

/** What may stand between the brace that closes a return type and the one that opens the body. */
const restOfType = /^(?:[ |&[\]>]|\b(?:null|undefined|void)\b)*$/;

interface Brace {
  readonly line: number;
  readonly isFunction: boolean;
  /** Where the last closed parenthesis, or a return type in braces after it, ended at this depth; else -1. */
  parametersEnd: number;
  nestedLines: number;
}

/**
 * Finds function bodies by their braces: `=> {`, `name(...) {` and `name(...): Type {`. What it takes
 * for a function by mistake (an object after `cond ? call() : {`) is rare and harmless.
 */
export function findFunctions(source: Source): FunctionBody[] {
  const { code } = source;
  const found: FunctionBody[] = [];
  const braces: Brace[] = [{ line: 1, isFunction: false, parametersEnd: -1, nestedLines: 0 }];
  const parens: number[] = [];
  for (const match of code.matchAll(/[(){}]/g)) {
    const at = match.index;
    const around = braces.at(-1);
    if (around === undefined) break;
    if (match[0] === '(') parens.push(at);
    else if (match[0] === ')') {
      const open = parens.pop() ?? 0;
      around.parametersEnd = controlWords.has(wordBefore(code, open)) ? -1 : at;
    } else if (match[0] === '{') {
      const isFunction = opensFunction(code, at, around.parametersEnd);
      braces.push({ line: source.lineAt(at), isFunction, parametersEnd: -1, nestedLines: 0 });
    } else if (braces.length > 1) {
      braces.pop();
      const span = source.lineAt(at) - around.line;
      const outer = braces.at(-1);
      const isType = around.isFunction && isReturnType(code, at);
      if (outer !== undefined) {
        outer.nestedLines += around.isFunction ? span : around.nestedLines;
        outer.parametersEnd = isType ? at : -1;
      }
      if (around.isFunction && !isType) {
        found.push({ line: around.line, ownLines: span + 1 - around.nestedLines });
      }
    }
  }
  return found;
}

function wordBefore(code: string, at: number): string {
  return /([\w$]+)\s*$/.exec(code.slice(Math.max(0, at - 40), at))?.[1] ?? '';
}

function opensFunction(code: string, at: number, parametersEnd: number): boolean {
  if (/=>\s*$/.test(code.slice(Math.max(0, at - 20), at))) return true;
  if (parametersEnd === -1) return false;
  const between = code.slice(parametersEnd + 1, at);
  if (code[parametersEnd] === '}') return restOfType.test(between);
  return /^\s*(:[^;=?]*)?$/.test(between);
}

/** `): { a: string } {`: the first pair of braces was the return type, the body follows. */
function isReturnType(code: string, closedAt: number): boolean {
  const next = code.indexOf('{', closedAt);
  return next !== -1 && restOfType.test(code.slice(closedAt + 1, next));
}
