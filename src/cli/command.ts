/** A command is data and a function; the parser, the help and the completion read the data. */
import type { Terminal } from './terminal.ts';
import type { Machine } from './machine.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Shown in the help: `PORT`. */
  readonly value?: string;
  readonly help: string;
  readonly choices?: readonly string[];
  /** Internal: not shown. */
  readonly hidden?: boolean;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export interface Invocation {
  readonly options: OptionValues;
  readonly positionals: readonly string[];
  readonly terminal: Terminal;
  readonly machine: Machine;
}

export interface Command {
  /** `image load` for a command of a group. */
  readonly name: string;
  readonly summary: string;
  /** After the name in the usage line: `FILE`. */
  readonly positionals?: readonly { readonly name: string; readonly optional?: boolean }[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples?: readonly string[];
  readonly run: (invocation: Invocation) => Promise<void>;
}

/** Options that every command has. */
export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  name: { type: 'string', value: 'NAME', help: 'the cluster (default: gantry)' },
  yes: { type: 'boolean', short: 'y', help: 'do not ask' },
  output: {
    type: 'string',
    short: 'o',
    value: 'json',
    choices: ['json', 'text'],
    help: 'answer as JSON',
  },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
};
