/** Words of a command line → command, options, positionals; and the help, from the same data. */
import { parseArguments } from '#sys/arguments.ts';
import { type Command, commonOptions, type OptionSpec, type OptionValues } from './command.ts';
import { CommandError, exitCodes } from './exit-code.ts';

export type Parsed =
  | {
      readonly type: 'run';
      readonly command: Command;
      readonly options: OptionValues;
      readonly positionals: readonly string[];
    }
  | { readonly type: 'help'; readonly text: string };

export function parse(line: readonly string[], commands: readonly Command[]): Parsed {
  // What people try first of a program that they do not know.
  const words = line[0] === '--version' ? ['version', ...line.slice(1)] : commandFirst(line);
  const [first = 'help', ...rest] = words;
  if (['help', '--help', '-h'].includes(first)) {
    const about = commands.find((command) => command.name === rest.join(' '));
    return { type: 'help', text: about ? helpOf(about) : overview(commands) };
  }
  const command = find(words, commands);
  const after = words.slice(command.name.split(' ').length);
  const specs = { ...commonOptions, ...command.options };
  const { values, positionals, problem } = parseArguments(after, specs);
  const cure = `See "gantry help ${command.name}".`;
  if (problem) throw new CommandError('usage', problem, cure);
  if (values['help'] === true) return { type: 'help', text: helpOf(command) };
  for (const [name, { choices }] of Object.entries(specs)) {
    const value = values[name];
    if (choices && typeof value === 'string' && !choices.includes(value)) {
      throw new CommandError(
        'usage',
        `--${name} ${value} is unknown; there is ${choices.join(' and ')}.`,
        cure,
      );
    }
  }
  checkPositionals(command, positionals, cure);
  return { type: 'run', command, options: values, positionals };
}

const longestName = 2;

/** Options that every command has may stand before it, and within its words, as other tools let them. */
function commandFirst(line: readonly string[]): readonly string[] {
  const name: string[] = [];
  const early: string[] = [];
  let at = 0;
  for (; at < line.length && name.length < longestName; at += 1) {
    const word = line[at] ?? '';
    if (!word.startsWith('-')) {
      name.push(word);
      continue;
    }
    const spec = Object.entries(commonOptions).find(
      ([long, { short }]) => word === `-${short}` || word.split('=')[0] === `--${long}`,
    )?.[1];
    if (!spec) break;
    const value = spec.type === 'string' && !word.includes('=') ? line[(at += 1)] : undefined;
    early.push(word, ...(value === undefined ? [] : [value]));
  }
  return [...name, ...early, ...line.slice(at)];
}

function find(words: readonly string[], commands: readonly Command[]): Command {
  const found = commands.find((command) => {
    const name = command.name.split(' ');
    return name.every((word, index) => words[index] === word);
  });
  if (found) return found;
  const [first = ''] = words;
  const group = commands.filter((command) => command.name.startsWith(`${first} `));
  throw new CommandError(
    'usage',
    group.length > 0
      ? `"gantry ${first}" wants one more word.`
      : `gantry has no command "${first}".`,
    group.length > 0
      ? `There is: ${group.map((command) => `gantry ${command.name}`).join(', ')}.`
      : `There is: ${[...new Set(commands.map((command) => command.name.split(' ')[0]))].join(', ')}; see "gantry help".`,
  );
}

function checkPositionals(command: Command, given: readonly string[], cure: string): void {
  const wanted = command.positionals ?? [];
  const missing = wanted.slice(given.length).find((each) => each.optional !== true);
  if (missing)
    throw new CommandError('usage', `"gantry ${command.name}" needs ${missing.name}.`, cure);
  const extra = given[wanted.length];
  if (extra !== undefined)
    throw new CommandError(
      'usage',
      `"gantry ${command.name}" does not know what to do with "${extra}".`,
      cure,
    );
}

function optionLine([name, spec]: [string, OptionSpec]): [string, string] {
  const short = spec.short ? `-${spec.short}, ` : '    ';
  return [`${short}--${name}${spec.value ? ` ${spec.value}` : ''}`, spec.help];
}

function aligned(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}\n`).join('');
}

function helpOf(command: Command): string {
  const positionals = (command.positionals ?? []).map(({ name, optional }) =>
    optional ? ` [${name}]` : ` ${name}`,
  );
  const options = Object.entries({ ...command.options, ...commonOptions }).filter(
    ([, spec]) => !spec.hidden,
  );
  const examples = (command.examples ?? []).map((each) => `  ${each}\n`).join('');
  return `gantry ${command.name}${positionals.join('')} [options]

${command.summary}

Options:
${aligned(options.map(optionLine))}${examples ? `\nExamples:\n${examples}` : ''}`;
}

function overview(commands: readonly Command[]): string {
  return `gantry turns this machine into a place where applications run; kubectl drives it.

Usage: gantry COMMAND [options]

${aligned(commands.map((command) => [command.name, command.summary]))}
"gantry help COMMAND" tells its options. Every command takes --name, --yes and -o json.

Exit codes:
${aligned(Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning]))}`;
}
