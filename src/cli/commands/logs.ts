import { wordFor, nameOf } from '#api/diagnosis/finding.ts';
import type { Pod } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { type ApiClient, connectApi, explainFailure } from '../api/api-client.ts';
import { apiOptions } from '../api/credentials.ts';
import { findTarget, splitTarget } from '../api/target.ts';
import { clusterName, requireConfig } from '../cluster/clusters.ts';
import type { Command, Invocation, OptionValues } from '../command.ts';
import { CommandError } from '../exit-code.ts';
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

async function podLogs({ machine, terminal, options, positionals }: Invocation): Promise<void> {
  const wanted: PodLogOptions = {
    follow: options['follow'] === true,
    previous: options['previous'] === true,
    lines: linesOf(options),
    timestamps: options['timestamps'] === true,
  };
  const client = await connectApi(machine, options);
  try {
    const target = await findTarget(client, splitTarget(positionals));
    const pods = await podsOf(client, target);
    const chosen = options['all'] === true ? pods : pods.slice(0, 1);
    const sources = chosen.flatMap((pod) => sourcesOf(pod, options['container']));
    if (sources.length === 0) throw nothingToShow(wordFor(nameOf(target.object)), options);
    const one = sources.length === 1;
    const read = async (source: Source): Promise<void> => {
      const prefix = one
        ? ''
        : terminal.paint('dim', `[${source.pod.metadata.name}/${source.container}] `);
      await readOne(
        client,
        source,
        wanted,
        (line) => terminal.line(`${prefix}${line}`),
        (message) => {
          if (one)
            throw new CommandError(
              'failed',
              `${message}.`,
              `"gantry why ${positionals.join(' ')}" says more.`,
            );
          terminal.warn(`${source.pod.metadata.name}/${source.container}: ${message}`);
        },
      );
    };
    if (wanted.follow) await Promise.all(sources.map(read));
    else for (const source of sources) await read(source);
  } catch (error) {
    throw explainFailure(error, client);
  } finally {
    client.http.close();
  }
}

interface Source {
  readonly pod: Pod;
  readonly container: string;
}

function sourcesOf(pod: Pod, only: string | boolean | undefined): Source[] {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  // Those that ended well have nothing to say about now, unless they are asked for.
  const names = (typeof only === 'string' ? [...initContainers, ...containers] : containers).map(
    ({ name }) => name,
  );
  return names
    .filter((name) => typeof only !== 'string' || name === only)
    .map((container) => ({ pod, container }));
}

/** A container that has not begun is no failure of the command when others have. */
async function readOne(
  { http }: ApiClient,
  { pod, container }: Source,
  options: PodLogOptions,
  sink: (line: string) => void,
  refused: (message: string) => void,
): Promise<void> {
  try {
    await readPodLog(http, pod, container, options, sink);
  } catch (error) {
    if (!isStatusError(error, 'BadRequest') && !isStatusError(error, 'NotFound')) throw error;
    refused(error.message);
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
