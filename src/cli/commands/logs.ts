import { nameOf, wordFor } from '#api/diagnosis/finding.ts';
import { sortNamed } from '#api/diagnosis/sorts.ts';
import type { Pod } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { systemRandom } from '#sys/random.ts';
import { systemTimers } from '#sys/timers.ts';
import { type ApiClient, connectApi, explainFailure } from '../api/api-client.ts';
import { apiOptions } from '../api/credentials.ts';
import { findTarget, splitTarget } from '../api/target.ts';
import { clusterName, requireConfig } from '../cluster/clusters.ts';
import type { Command, Invocation, OptionValues } from '../command.ts';
import { CommandError } from '../exit-code.ts';
import { type KeptOf, keptLines, keptOf, keptPods, localCluster } from '../logs/kept-logs.ts';
import { mayHavePods } from '../logs/decide/members.ts';
import { containersOf } from '../logs/decide/runs.ts';
import { jsonLine, splitTime } from '../logs/decide/shown-line.ts';
import { readableLine, readOwnLog } from '../logs/own-log.ts';
import { type PodLogOptions, readPodLog } from '../logs/pod-log.ts';
import { podsLabelled, podsOf } from '../logs/pods-of.ts';
import { requireRoot } from '../setup/preflight.ts';

const ownLines = 200;

export const logsCommand: Command = {
  name: 'logs',
  summary:
    "show the logs of a pod, of a workload's, a service's or a namespace's pods, or of those with labels; without a name, those of gantry itself",
  positionals: [
    { name: 'KIND/NAME', optional: true },
    { name: 'NAME', optional: true },
  ],
  options: {
    follow: {
      type: 'boolean',
      short: 'f',
      help: 'go on with what comes, also from pods that are yet to come',
    },
    selector: {
      type: 'string',
      short: 'l',
      value: 'LABELS',
      help: 'of all pods with these labels, each line with its pod',
    },
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
    'gantry logs deployment/web -f',
    'gantry logs -l app.kubernetes.io/part-of=shop -n shop -f',
    'gantry logs namespace/shop --tail 10',
    'gantry logs pod/web-1 --previous',
    'gantry logs -f',
  ],
  run: (invocation) =>
    invocation.positionals.length === 0 && typeof invocation.options['selector'] !== 'string'
      ? ownLog(invocation)
      : podLogs(invocation),
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
    timestamps: options['timestamps'] === true || terminal.json,
  };
  const client = await connectApi(machine, options);
  try {
    if (wanted.follow && !wanted.previous) {
      await followPods(invocation, client, wanted);
      return;
    }
    const sources = await sourcesFor(invocation, client, wanted);
    const one = sources.length === 1;
    const word = positionals.join(' ');
    const show = async ({ pod, container, read }: Source): Promise<void> => {
      const prefix = one ? '' : terminal.paint('dim', `[${pod}/${container}] `);
      const shown = (line: string): string =>
        terminal.json ? jsonLine({ pod, container, ...splitTime(line) }) : `${prefix}${line}`;
      const problem = await problemOf(read((line) => terminal.line(shown(line))));
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

function selectorOf({ options, positionals }: Invocation): string | undefined {
  const { selector } = options;
  if (typeof selector !== 'string' || positionals.length === 0)
    return typeof selector === 'string' ? selector : undefined;
  throw new CommandError(
    'usage',
    'Labels and a name at once name no pods.',
    'Leave out one: "gantry logs -l app=web", or "gantry logs deployment/web".',
  );
}

async function followPods(
  invocation: Invocation,
  client: ApiClient,
  wanted: PodLogOptions,
): Promise<void> {
  const { machine, terminal, options, positionals } = invocation;
  const labels = selectorOf(invocation);
  const of = labels === undefined ? await findTarget(client, splitTarget(positionals)) : { labels };
  const only = typeof options['container'] === 'string' ? options['container'] : undefined;
  // What may not be read is said before anything is waited for.
  const pods = await ('labels' in of ? podsLabelled(client, of.labels) : podsOf(client, of));
  if (!('labels' in of) && (pods.length === 0 || of.sort === 'pod')) {
    const named = pods.some((pod) => containersOf(pod, only).length > 0);
    if (!mayHavePods(of.sort) || (of.sort === 'pod' && !named))
      throw nothingToShow(wordFor(nameOf(of.object)), options);
  }
  const [pod] = pods;
  const one = 'sort' in of && of.sort === 'pod' && pod && containersOf(pod, only).length === 1;
  const { followLogs } = await import('../logs/follow.ts');
  await followLogs({
    verbs: client.verbs,
    clock: machine.clock,
    timers: systemTimers,
    random: systemRandom,
    namespace: client.namespace,
    of,
    container: only,
    lines: wanted.lines,
    read: (request, sink) =>
      readPodLog(
        client.http,
        request.pod,
        request.container,
        { ...request, follow: true, timestamps: true },
        sink,
      ),
    tell: (from, container, { time, text }) => {
      if (terminal.json) {
        terminal.line(jsonLine({ pod: from, container, time, text }));
        return;
      }
      const prefix = one ? '' : terminal.paint('dim', `[${from}/${container}] `);
      terminal.line(`${prefix}${wanted.timestamps ? `${time} ` : ''}${text}`);
    },
    note: (text) => terminal.note(terminal.paint('dim', text)),
  });
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
  invocation: Invocation,
  client: ApiClient,
  wanted: PodLogOptions,
): Promise<readonly Source[]> {
  const { machine, options, positionals } = invocation;
  const labels = selectorOf(invocation);
  if (labels !== undefined) {
    const pods = await podsLabelled(client, labels);
    const sources = pods.flatMap((pod) => sourcesOf(client, pod, options['container'], wanted));
    if (sources.length > 0) return sources;
    throw new CommandError(
      'failed',
      `No pod in namespace "${client.namespace}" has the labels "${labels}".`,
      'See "kubectl get pods --show-labels"; another namespace is named with -n.',
    );
  }
  const named = splitTarget(positionals);
  const all = options['all'] === true;
  const config = await localCluster(machine, client.credentials);
  const gone = async (of: KeptOf): Promise<Source[]> => {
    const kept = config ? await keptPods(machine, config, of) : [];
    const only = options['container'];
    return kept.flatMap((pod) =>
      pod.containers
        .filter(({ name }) => typeof only !== 'string' || name === only)
        .map(({ name }) => ({
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
    const chosen = all || sort === 'namespace' ? pods : pods.slice(0, 1);
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
  return containersOf(pod, typeof only === 'string' ? only : undefined).map((container) => ({
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
