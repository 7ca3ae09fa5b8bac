import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { completionFor, shells } from '#cli/completion.ts';
import type { Machine } from '#cli/machine.ts';
import { allCommands } from '#main/commands.ts';
import { manFile, manText } from './generate-man.ts';

const commands = allCommands({} as Machine, () => undefined);

test('man/gantry.1 is what tools/generate-man.ts makes', () => {
  assert.equal(readFileSync(manFile, 'utf8'), manText(), 'run: node tools/generated.ts');
});

test('the man page and every completion name each command and each option', () => {
  const texts = [
    manText().replaceAll('\\-', '-'),
    ...shells.map((shell) => completionFor(shell, commands)),
  ];
  for (const text of texts) {
    for (const { name, options } of commands) {
      for (const word of name.split(' ')) assert.ok(text.includes(word), word);
      for (const [option, { hidden }] of Object.entries(options))
        if (!hidden) assert.ok(text.includes(option), option);
    }
  }
});

test('bash completes commands, second words and options', () => {
  const complete = (...words: string[]): string[] => {
    const script = `${completionFor('bash', commands)}
COMP_WORDS=(${words.map((word) => `"${word}"`).join(' ')}); COMP_CWORD=${words.length - 1}; _gantry; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim().split('\n');
  };
  assert.deepEqual(complete('gantry', 'doc'), ['doctor']);
  assert.deepEqual(complete('gantry', 'image', 'l'), ['load', 'ls']);
  assert.deepEqual(complete('gantry', 'up', '--api'), ['--api-port']);
});
