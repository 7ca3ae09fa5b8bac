import { type ExplainedFinding, nameOf, type ObjectName, wordFor } from '#api/diagnosis/finding.ts';
import { listOf } from '#api/diagnosis/words.ts';
import { apiOptions } from '../api/credentials.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { askWhy, isHarmless, type Told } from '../why/ask-why.ts';

/** The exit code tells a script: 0 nothing is wrong, 1 something is. */
export function whyCommand(setExitCode: (code: number) => void): Command {
  return {
    name: 'why',
    summary: 'say why an object does not run, and what cures it',
    positionals: [{ name: 'KIND/NAME' }, { name: 'NAME', optional: true }],
    options: apiOptions,
    examples: [
      'gantry why deployment/web',
      'gantry why service web -n shop',
      'gantry why node/n1 -o json',
    ],
    run: async ({ machine, terminal, options, positionals }) => {
      const told = await askWhy(machine, options, positionals);
      tell(terminal, told);
      if (!told.healthy) setExitCode(exitCodes.failed.code);
    },
  };
}

function tell(terminal: Terminal, { target, diagnosis, healthy }: Told): void {
  const { result, read } = diagnosis;
  const subject = nameOf(target.object);
  const looked = lookedAt(read);
  const hidden = [...read.values()].flatMap(({ want, answer }) =>
    'forbidden' in answer && 'sort' in want ? [`${want.sort}s`] : [],
  );
  const unseen = [...new Set(hidden)];
  terminal.answer({ subject, healthy, findings: result, looked, unseen }, () => {
    const notes = [
      `Looked at ${listOf([wordFor(subject), ...looked])}.`,
      ...(unseen.length > 0 ? [`Not allowed to look at ${listOf(unseen)}.`] : []),
    ];
    return `${headline(terminal, subject, result, healthy)}\n${result
      .map((each) => `\n${asText(terminal, each)}`)
      .join('')}\n${terminal.paint('dim', notes.join(' '))}\n`;
  });
}

function headline(
  terminal: Terminal,
  subject: ObjectName,
  result: readonly ExplainedFinding[],
  healthy: boolean,
): string {
  const word = wordFor(subject);
  if (result.length === 0) return terminal.paint('green', `Nothing is wrong with ${word}.`);
  if (healthy) return `Nothing is wrong with ${word} so far.`;
  const wrong = result.filter((each) => !isHarmless(each)).length;
  const count = wrong === 1 ? 'one thing is' : `${wrong} things are`;
  return terminal.paint('bold', `${word}: ${count} wrong${wrong > 1 ? ', causes first' : ''}.`);
}

function asText(terminal: Terminal, finding: ExplainedFinding): string {
  const { code, path, alike, sentence, cure, details } = finding;
  const way = path.map(wordFor).join(' → ');
  const more = alike === 0 ? '' : ` (and ${alike} more like it)`;
  const shown = details.map((line) => `    ${terminal.paint('dim', `| ${line}`)}\n`).join('');
  return `${terminal.paint('red', code)}  ${way}${more}\n  ${sentence}\n${shown}  ${terminal.paint('green', '→')} ${cure}\n`;
}

/** `3 pods`, `12 events`: what was read, by sort. */
function lookedAt(read: Told['diagnosis']['read']): string[] {
  const counts = new Map<string, number>();
  for (const { want, answer } of read.values()) {
    if ('forbidden' in answer) continue;
    const { value } = answer;
    const count = Array.isArray(value) ? value.length : value === undefined ? 0 : 1;
    const word = 'sort' in want ? want.sort : want.type;
    if (count > 0) counts.set(word, (counts.get(word) ?? 0) + count);
  }
  return [...counts].map(([word, count]) => phrase(word, count));
}

const phrases: Readonly<Record<string, string>> = {
  log: 'the last lines of the log',
  listening: 'the ports that its pod listens on',
  repository: 'the registry',
  content: 'what the namespace holds',
};

function phrase(word: string, count: number): string {
  return (
    phrases[word] ??
    `${count} ${count === 1 ? word : word.endsWith('s') ? `${word}es` : `${word}s`}`
  );
}
