import { nameOf, wordFor } from '#api/diagnosis/finding.ts';
import { sortNamed } from '#api/diagnosis/sorts.ts';
import type { Pod } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { type ApiClient, connectApi, explainFailure } from '../api/api-client.ts';
import { apiOptions } from '../api/credentials.ts';
import { findTarget, splitTarget } from '../api/target.ts';
import { clusterName, requireConfig } from '../cluster/clusters.ts';
import type { Command, Invocation, OptionValues } from '../command.ts';
import { CommandError } from '../exit-code.ts';
import { type KeptOf, keptLines, keptOf, keptPods, localCluster } from '../logs/kept-logs.ts';
import { readableLine, readOwnLog } from '../logs/own-log.ts';
import { type PodLogOptions, readPodLog } from '../logs/pod-log.ts';
import { podsOf } from '../logs/pods-of.ts';
import { requireRoot } from '../setup/preflight.ts';

const ownLines = 200;

export const logsCommand: Command = {
  name: 'logs',
  summary: "show the logs of a pod or of a workload's pods; without a name, those of gantry itself",
  positionals: [
    { name: 'KIND/NAME', optional: true },
    { name: 'NAME', optional: true },
  ],
  options: {
    follow: { type: 'boolean', short: 'f', help: 'go on with what comes, until Ctrl-C' },
    previous: { type: 'boolean', short: 'p', help: 'of the run before the last restart' },
    all: {
      type: 'boolean',
      help: 'all pods of the workload, dead ones too, each line with its pod',
    },
    container: { type: 'string', short: 'c', value: 'NAME', help: 'only this container' },
    tail: { type: 'string', value: 'LINES', help: 'only the last so many lines' },
    timestamps: { type: 'boolean', help: 'with the time of each line' },
    ...apiOptions,
  },
  examples: [
    'gantry logs deployment/web --all -f',
    'gantry logs pod/web-1 --previous',
    'gantry logs -f',
  ],
  run: (invocation) =>
    invocation.positionals.length === 0 ? ownLog(invocation) : podLogs(invocation),
};

function linesOf({ tail }: OptionValues): number | undefined {
  if (typeof tail !== 'string') return undefined;
  if (/^\d{1,9}$/.test(tail)) return Number(tail);
  throw new CommandError('usage', `--tail ${tail} is not a number of lines.`, 'Use --tail 100.');
}

async function ownLog({ machine, terminal, options }: Invocation): Promise<void> {
  requireRoot(machine, 'logs');
  const config = await requireConfig(machine, clusterName(options['name']));
  const wanted = {
    follow: options['follow'] === true,
    previous: options['previous'] === true,
    lines: linesOf(options) ?? ownLines,
  };
  await readOwnLog(machine, config, wanted, (line) =>
    terminal.line(terminal.json ? line : readableLine(line)),
  );
}

async function podLogs(invocation: Invocation): Promise<void> {
  const { machine, terminal, options, positionals } = invocation;
  const wanted: PodLogOptions = {
    follow: options['follow'] === true,
    previous: options['previous'] === true,
    lines: linesOf(options),
    timestamps: options['timestamps'] === true,
  };
  const client = await connectApi(machine, options);
  try {
    const sources = await sourcesFor(invocation, client, wanted);
    const one = sources.length === 1;
    const word = positionals.join(' ');
    const show = async ({ pod, container, read }: Source): Promise<void> => {
      const prefix = one ? '' : terminal.paint('dim', `[${pod}/${container}] `);
      const problem = await problemOf(read((line) => terminal.line(`${prefix}${line}`)));
      if (problem === undefined) return;
      if (one) throw new CommandError('failed', `${problem}.`, `"gantry why ${word}" says more.`);
      terminal.warn(`${pod}/${container}: ${problem}`);
    };
    if (wanted.follow) await Promise.all(sources.map(show));
    else for (const source of sources) await show(source);
  } catch (error) {
    throw explainFailure(error, client);
  } finally {
    client.http.close();
  }
}

/** A container that has a log, or had one. */
interface Source {
  /** For a person; one that is gone says so. */
  readonly pod: string;
  readonly container: string;
  readonly read: (sink: (line: string) => void) => Promise<void>;
}

/** Of pods that are there, then of those that are gone. */
async function sourcesFor(
  { machine, options, positionals }: Invocation,
  client: ApiClient,
  wanted: PodLogOptions,
): Promise<readonly Source[]> {
  const named = splitTarget(positionals);
  const all = options['all'] === true;
  const config = await localCluster(machine, client.credentials);
  const gone = async (of: KeptOf): Promise<Source[]> => {
    const kept = config ? await keptPods(machine, config, of) : [];
    return kept.flatMap((pod) =>
      pod.containers.map(({ name }) => ({
        pod: `${pod.pod} (gone)`,
        container: name,
        read: async (sink) => {
          if (!config) return;
          for (const line of await keptLines(machine, config, pod, name, wanted)) sink(line);
        },
      })),
    );
  };
  try {
    const { sort, object } = await findTarget(client, named);
    const pods = await podsOf(client, { sort, object });
    const chosen = all ? pods : pods.slice(0, 1);
    const sources = chosen.flatMap((pod) => sourcesOf(client, pod, options['container'], wanted));
    if (all || sources.length === 0) sources.push(...(await gone(keptOf(object))));
    if (sources.length > 0) return sources;
    throw nothingToShow(wordFor(nameOf(object)), options);
  } catch (error) {
    // Of a pod that is no object any more.
    const isGone = error instanceof CommandError && sortNamed(named.kind) === 'pod';
    const kept = isGone
      ? await gone({ namespace: client.namespace, kind: 'Pod', name: named.name })
      : [];
    if (kept.length > 0) return kept;
    throw error;
  }
}

function sourcesOf(
  { http }: ApiClient,
  pod: Pod,
  only: string | boolean | undefined,
  wanted: PodLogOptions,
): Source[] {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  // Those that ended well have nothing to say about now, unless they are asked for.
  const names = (typeof only === 'string' ? [...initContainers, ...containers] : containers).map(
    ({ name }) => name,
  );
  return names
    .filter((name) => typeof only !== 'string' || name === only)
    .map((container) => ({
      pod: pod.metadata.name ?? '',
      container,
      read: (sink) => readPodLog(http, pod, container, wanted, sink),
    }));
}

/** A container that has not begun is no failure of the command when others have. */
async function problemOf(reading: Promise<void>): Promise<string | undefined> {
  try {
    await reading;
    return undefined;
  } catch (error) {
    if (isStatusError(error, 'BadRequest') || isStatusError(error, 'NotFound'))
      return error.message;
    throw error;
  }
}

function nothingToShow(word: string, { container }: OptionValues): CommandError {
  return typeof container === 'string'
    ? new CommandError(
        'failed',
        `${word} has no container "${container}".`,
        'Leave out --container.',
      )
    : new CommandError('failed', `${word} has no pods.`, `"gantry why ${word}" says why.`);
}
