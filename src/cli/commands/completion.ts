import type { Command } from '../command.ts';
import { completionFor, type Shell, shells } from '../completion.ts';
import { CommandError } from '../exit-code.ts';

/** Of all commands, which `all` answers: this one is among them. */
export function completionCommand(all: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'print what makes bash, zsh or fish complete the words of gantry',
    positionals: [{ name: 'SHELL' }],
    options: {},
    examples: ['source <(gantry completion bash)'],
    run: ({ terminal, positionals }) => {
      const [shell = ''] = positionals;
      if (!isShell(shell)) {
        throw new CommandError(
          'usage',
          `There is no completion for "${shell}".`,
          `There is: ${shells.join(', ')}.`,
        );
      }
      const script = completionFor(shell, all());
      terminal.answer({ shell, script }, () => script);
      return Promise.resolve();
    },
  };
}

function isShell(word: string): word is Shell {
  return (shells as readonly string[]).includes(word);
}
