/** Completions of bash, zsh and fish, and the man page, from the same data as the parser. */
import { type Command, commonOptions, type OptionSpec } from './command.ts';
import { exitCodes } from './exit-code.ts';

type Options = readonly (readonly [string, OptionSpec])[];

function optionsOf(command: Command): Options {
  return Object.entries({ ...command.options, ...commonOptions }).filter(
    ([, spec]) => !spec.hidden,
  );
}

const flagsOf = (command: Command): string[] =>
  optionsOf(command).flatMap(([name, { short }]) => [`--${name}`, ...(short ? [`-${short}`] : [])]);

/** First words, each once, and `help`. */
function firstWords(commands: readonly Command[]): string[] {
  const words = commands.map(({ name }) => name.split(' ')[0] ?? '');
  return [...new Set([...words, 'help'])];
}

const secondWords = (commands: readonly Command[], first: string): string[] =>
  commands.flatMap(({ name }) => {
    const [group, word] = name.split(' ');
    return group === first && word !== undefined ? [word] : [];
  });

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function completionFor(shell: Shell, commands: readonly Command[]): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: readonly Command[]): string {
  const groups = firstWords(commands).map((first) => {
    const words = secondWords(commands, first);
    const own = commands.filter(({ name }) => name.split(' ')[0] === first);
    const flags = [...new Set(own.flatMap(flagsOf))];
    return `    ${first}) words="${[...words, ...flags].join(' ')}" ;;`;
  });
  return `# bash completion of gantry: source <(gantry completion bash)
_gantry() {
  local current=\${COMP_WORDS[COMP_CWORD]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${firstWords(commands).join(' ')}" -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${groups.join('\n')}
    *) words= ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _gantry gantry
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function zsh(commands: readonly Command[]): string {
  const described = firstWords(commands).map((first) => {
    const command = commands.find(({ name }) => name === first);
    const words = secondWords(commands, first);
    return `    ${quoted(`${first}:${command?.summary ?? (words.join(', ') || 'show help')}`)}`;
  });
  const cases = firstWords(commands).map((first) => {
    const own = commands.filter(({ name }) => name.split(' ')[0] === first);
    const options = new Map(own.flatMap((each) => optionsOf(each)));
    const specs = [...options].map(([name, { help, value }]) =>
      quoted(
        `--${name}[${help.replace(/[[\]]/g, '')}]${value ? `:${value.replaceAll(':', ' ')}:_files` : ''}`,
      ),
    );
    const words = secondWords(commands, first);
    const second = words.length > 0 ? [quoted(`1:command:(${words.join(' ')})`)] : [];
    return `    ${first}) _arguments ${[...second, ...specs, quoted('*:name:_files')].join(' ')} ;;`;
  });
  return `#compdef gantry
# zsh completion of gantry: source <(gantry completion zsh)
_gantry() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local first=$words[2]
  shift words
  (( CURRENT-- ))
  case $first in
${cases.join('\n')}
  esac
}
compdef _gantry gantry
`;
}

function fish(commands: readonly Command[]): string {
  const lines = firstWords(commands).map((first) => {
    const summary = commands.find(({ name }) => name === first)?.summary ?? '';
    return `complete -c gantry -n __fish_use_subcommand -a ${first} -d ${quoted(summary)}`;
  });
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    const seen = `'__fish_seen_subcommand_from ${first}'`;
    if (second !== undefined)
      lines.push(`complete -c gantry -f -n ${seen} -a ${second} -d ${quoted(command.summary)}`);
    for (const [name, { help, short, value }] of optionsOf(command)) {
      const letter = short ? ` -s ${short}` : '';
      lines.push(
        `complete -c gantry -n ${seen} -l ${name}${letter}${value ? ' -r' : ''} -d ${quoted(help)}`,
      );
    }
  }
  return `# fish completion of gantry: gantry completion fish | source\n${[...new Set(lines)].join('\n')}\n`;
}

/** In man's own language (groff's man macros). */
export function manPage(commands: readonly Command[], version: string): string {
  const escape = (text: string): string =>
    text
      .replaceAll('\\', '\\e')
      .replaceAll('-', '\\-')
      .replace(/^([.'])/gm, '\\&$1');
  const option = ([name, { short, value, help }]: readonly [string, OptionSpec]): string => {
    const letter = short ? `\\fB\\-${short}\\fR, ` : '';
    const wants = value ? ` \\fI${escape(value)}\\fR` : '';
    return `.TP\n${letter}\\fB\\-\\-${escape(name)}\\fR${wants}\n${escape(help)}\n`;
  };
  const sections = commands.map((command) => {
    const positionals = (command.positionals ?? []).map(({ name, optional }) =>
      optional ? ` [\\fI${escape(name)}\\fR]` : ` \\fI${escape(name)}\\fR`,
    );
    const options = Object.entries(command.options).filter(([, spec]) => !spec.hidden);
    const examples = (command.examples ?? []).map((each) => `.br\n${escape(each)}\n`);
    const shown = examples.length > 0 ? `.PP\nExamples:\n${examples.join('')}` : '';
    return `.SS gantry ${escape(command.name)}${positionals.join('')}\n${escape(command.summary)}\n${options.map(option).join('')}${shown}`;
  });
  const exits = Object.values(exitCodes).map(
    ({ code, meaning }) => `.TP\n.B ${code}\n${escape(meaning)}\n`,
  );
  return `.\\" Made by tools/generate-man.ts from the commands' own data.
.TH GANTRY 1 "" "gantry ${escape(version)}" "User Commands"
.SH NAME
gantry \\- a container orchestrator in one program, which speaks the Kubernetes API
.SH SYNOPSIS
.B gantry
.I COMMAND
[options]
.SH DESCRIPTION
gantry turns machines into a place where applications run; kubectl drives it.
.SH COMMANDS
${sections.join('')}.SH OPTIONS OF EVERY COMMAND
${Object.entries(commonOptions).map(option).join('')}.SH EXIT STATUS
${exits.join('')}.SH FILES
.TP
.I /etc/gantry/NAME.json
settings of a cluster
.TP
.I /var/lib/gantry/NAME
all data of a cluster
.TP
.I /run/gantry/NAME
control socket and pid files
.SH SEE ALSO
.BR kubectl (1)
`;
}
