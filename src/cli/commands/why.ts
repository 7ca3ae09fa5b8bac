import { diagnose } from '#api/diagnosis/diagnose.ts';
import { type ExplainedFinding, nameOf, type ObjectName, wordFor } from '#api/diagnosis/finding.ts';
import { listOf } from '#api/diagnosis/words.ts';
import { listeningPortsOfPod } from '#sys/listeners.ts';
import { askRepository } from '#wire/oci/ask-registry.ts';
import { connectApi, explainFailure } from '../api/api-client.ts';
import { apiOptions } from '../api/credentials.ts';
import { findTarget, splitTarget, type Target } from '../api/target.ts';
import { allConfigs } from '../cluster/clusters.ts';
import type { Command, Invocation } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import type { Machine } from '../machine.ts';
import type { Terminal } from '../terminal.ts';
import { type Diagnosis, diagnoseThrough, type Surroundings } from '../why/read-facts.ts';

/** Nothing to be cured: a matter of waiting. */
const harmless: ReadonlySet<string> = new Set(['still-starting', 'claim-waits-for-pod']);

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
    run: async (invocation) => {
      const wrong = await why(invocation);
      if (wrong) setExitCode(exitCodes.failed.code);
    },
  };
}

async function why({ machine, terminal, options, positionals }: Invocation): Promise<boolean> {
  const named = splitTarget(positionals);
  const client = await connectApi(machine, options);
  try {
    const target = await findTarget(client, named);
    const surroundings = await surroundingsOf(machine);
    const diagnosis = await diagnoseThrough(client, surroundings, machine.clock.now(), (facts) =>
      diagnose(target.sort, target.object, facts),
    );
    tell(terminal, target, diagnosis);
    return diagnosis.result.some(({ code }) => !harmless.has(code));
  } catch (error) {
    throw explainFailure(error, client);
  } finally {
    client.http.close();
  }
}

async function surroundingsOf(machine: Machine): Promise<Surroundings> {
  const configs = await allConfigs(machine).catch(() => []);
  const plain = new Set(configs.flatMap(({ httpRegistries }) => httpRegistries));
  return {
    listening: listeningPortsOfPod,
    repository: (registry, repository) =>
      askRepository({ registry, repository, plain: plain.has(registry) }),
  };
}

function tell(
  terminal: Terminal,
  { object }: Target,
  { result, read }: Diagnosis<readonly ExplainedFinding[]>,
): void {
  const subject = nameOf(object);
  const looked = lookedAt(read);
  const hidden = [...read.values()].flatMap(({ want, answer }) =>
    'forbidden' in answer && 'sort' in want ? [`${want.sort}s`] : [],
  );
  const healthy = result.every(({ code }) => harmless.has(code));
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
  const wrong = result.filter(({ code }) => !harmless.has(code)).length;
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
function lookedAt(read: Diagnosis<unknown>['read']): string[] {
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
