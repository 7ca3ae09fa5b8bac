// Words about fields that hold an object. @kubernetes/client-node leaves them out (its generator drops what
// stands beside a reference); kubernetes-types, made from an older release, has them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Field → what it is for. */
type Words = ReadonlyMap<string, string>;

/** What is said about the fields of `core.v1.PodSpec`; empty for types that the older release did not have. */
export type FieldWordsOf = (type: string) => Words;

const packageFolder = dirname(
  createRequire(import.meta.url).resolve('kubernetes-types/package.json'),
);

export function loadFieldWords(folder = packageFolder): FieldWordsOf {
  const files = new Map<string, ReadonlyMap<string, Words>>();
  return (type) => {
    const [group = '', version = '', name = ''] = type.split('.');
    const file = join(folder, group, `${version}.d.ts`);
    const types = files.get(file) ?? readTypes(file);
    files.set(file, types);
    return types.get(name) ?? new Map();
  };
}

function readTypes(file: string): ReadonlyMap<string, Words> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return new Map();
  }
  const interfaces = text.matchAll(/^export interface (\w+) \{\n([^]*?)^\}/gm);
  return new Map([...interfaces].map(([, name = '', body = '']) => [name, wordsIn(body)]));
}

const field = /^ {4}\/\*\*((?:(?!\*\/)[^])*)\*\/\n {4}(?:readonly )?"?([\w$]+)"?\??:/gm;

function wordsIn(body: string): Words {
  return new Map(
    [...body.matchAll(field)].map(([, comment = '', name = '']) => [name, said(comment)]),
  );
}

/** A comment of several lines has a star before each; paragraphs are no matter to those who read them. */
function said(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^ *\* ?/, '').trim());
  return lines.join(' ').replace(/ {2,}/g, ' ').trim();
}
