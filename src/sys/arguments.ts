import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { wordsOf } from '#base/words.ts';

export interface ParsedArguments {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  /** For a person: what is wrong with the words. */
  readonly problem?: string;
}

/** Node's strict option parser; what it throws for a person becomes `problem`. */
export function parseArguments(
  words: readonly string[],
  specs: Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>>,
): ParsedArguments {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, { type, short }] of Object.entries(specs)) {
    options[name] = short === undefined ? { type } : { type, short };
  }
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options,
      strict: true,
      allowPositionals: true,
    });
    return { values: values as ParsedArguments['values'], positionals };
  } catch (error) {
    const message = wordsOf(error);
    return { values: {}, positionals: [], problem: message.split('. To specify')[0] ?? message };
  }
}
