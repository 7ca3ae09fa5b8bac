/** Pieces of JSON, for what is written by hand because writing it is most of the work. */
import { rememberedWord } from '#base/remembered.ts';

/** As JSON has it. The same names are asked for again and again. */
export const quoted = rememberedWord((name) => JSON.stringify(name));

/** Two parts of a list, the first of which may be empty. Copies nothing, however long they are. */
export function joined(text: string, part: string): string {
  return text === '' ? part : `${text},${part}`;
}
