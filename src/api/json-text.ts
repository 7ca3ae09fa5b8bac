/** Pieces of JSON, for what is written by hand because writing it is most of the work. */
import { limits } from '#base/limits.ts';
import { remembered } from '#base/remembered.ts';

/** As JSON has it. The same names are asked for again and again. */
export const quoted = remembered(limits.quotedNamesKept, (name: string) => JSON.stringify(name));

/** Two parts of a list, the first of which may be empty. Copies nothing, however long they are. */
export function joined(text: string, part: string): string {
  return text === '' ? part : `${text},${part}`;
}
