import { wordsOf } from '#base/words.ts';
import {
  type ClusterConfig,
  clusterPaths,
  contextName,
  defaultName,
  differences,
  newConfig,
  type Wanted,
} from '../cluster/cluster-config.ts';
import { allConfigs, clusterName, readConfig, runningStatus } from '../cluster/clusters.ts';
import { mergeKubeconfig } from '../cluster/kubeconfig-file.ts';
import type { Command, Invocation } from '../command.ts';
import type { ProgressLine, RunningStatus } from '../control.ts';
import { CommandError } from '../exit-code.ts';
import { type Machine, writePrivate } from '../machine.ts';
import { installPackages } from '../setup/packages.ts';
import { claimDataDirectory } from '../setup/data-directory.ts';
import { preflight, requireDisk, requireRoot } from '../setup/preflight.ts';
import { startService, underSystemd } from '../setup/service.ts';
import { needsUpgrade } from '../setup/upgrade.ts';
import type { Terminal } from '../terminal.ts';
import { endProgram, type MachineHooks } from './down.ts';
import { removeEverything } from './reset.ts';

/** From the start of the program to "ready"; pulling nothing, this takes a few seconds. */
const readyWithinMs = 120_000;
const socketWithinMs = 15_000;
const lookEveryMs = 25;

export interface UpHooks extends MachineHooks {
  readonly launcher: string;
  /** Of this gantry. */
  readonly version: string;
  /** Runs the program in this process until it is told to stop. */
  readonly serve: (config: ClusterConfig) => Promise<void>;
}

export function upCommand(hooks: UpHooks): Command {
  return {
    name: 'up',
    summary: 'make a cluster on this machine and start it; on a running one, say so',
    options: {
      'data-dir': {
        type: 'string',
        value: 'DIR',
        help: 'where all data lies (default: /var/lib/gantry/NAME)',
      },
      'api-port': {
        type: 'string',
        value: 'PORT',
        help: 'port of the Kubernetes API (default: 6443)',
      },
      'http-port': {
        type: 'string',
        value: 'PORT',
        help: "the gateway's port for Ingress (default: 80)",
      },
      'https-port': {
        type: 'string',
        value: 'PORT',
        help: "the gateway's port for Ingress with TLS (default: 443)",
      },
      'http-registry': {
        type: 'string',
        value: 'HOST:PORT,…',
        help: 'registries that speak plain HTTP, from the next start on',
      },
      foreground: { type: 'boolean', help: 'stay in this terminal until Ctrl-C' },
      'no-install': { type: 'boolean', help: 'install no packages; say what is missing' },
    },
    examples: ['gantry up', 'gantry up --name test --api-port 7443'],
    run: (invocation) => up(invocation, hooks),
  };
}

async function up(invocation: Invocation, hooks: UpHooks): Promise<void> {
  const { machine, terminal, options } = invocation;
  requireRoot(machine, 'up');
  const wanted = wantedOf(invocation);
  const existing = await readConfig(machine, wanted.name);
  if (existing) refuseOtherOptions(existing, wanted);
  const others = existing ? [] : await allConfigs(machine);
  const config = existing ?? newConfig(wanted, machine.host.hostname, others);
  const claim = existing ? undefined : await claimDataDirectory(machine, config, others);
  let running = existing && (await runningStatus(machine, existing));
  const replaced = running && needsUpgrade(config, running, hooks.version) ? running.version : '';
  if (replaced !== '') {
    await terminal.step(`Ending gantry ${replaced}; its containers go on`, () =>
      endProgram(machine, config),
    );
    running = undefined;
  }
  if (running && (running.phase === 'ready' || running.phase === 'degraded')) {
    await finish(machine, terminal, config, running, `The cluster "${config.name}" runs already`);
    return;
  }
  if (!running) {
    await installPackages(machine, terminal, options['no-install'] !== true);
    await preflight(machine, config);
  }
  await writeConfig(machine, config);
  try {
    if (options.foreground === true) {
      await hooks.serve(config);
      return;
    }
    const status = await terminal.step(`Starting the cluster "${config.name}"`, async (detail) => {
      const pid = running ? running.pid : await startService(machine, hooks.launcher, config);
      return waitUntilReady(machine, config, pid, detail);
    });
    const headline =
      replaced === ''
        ? `The cluster "${config.name}" is ready`
        : `The cluster "${config.name}" has gone from gantry ${replaced} to ${status.version}`;
    await finish(machine, terminal, config, status, headline);
  } catch (error) {
    if (claim && !isPatient(error)) {
      await takeBack(machine, terminal, config, hooks, claim.holdsData);
    }
    throw error;
  }
}

function wantedOf({ options }: Invocation): Wanted {
  const port = (name: string): number | undefined => {
    const text = options[name];
    if (typeof text !== 'string') return undefined;
    const number = Number(text);
    if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
    throw new CommandError(
      'usage',
      `--${name} ${text} is not a port.`,
      'Use a number from 1 to 65535.',
    );
  };
  const dataDir = options['data-dir'];
  if (typeof dataDir === 'string' && !dataDir.startsWith('/')) {
    throw new CommandError(
      'usage',
      `--data-dir ${dataDir} is not an absolute path.`,
      'Let it begin with "/".',
    );
  }
  return {
    name: clusterName(options['name']),
    dataDir: typeof dataDir === 'string' ? dataDir.replace(/\/+$/, '') : undefined,
    apiPort: port('api-port'),
    httpPort: port('http-port'),
    httpsPort: port('https-port'),
    httpRegistries: registries(options['http-registry']),
  };
}

function registries(text: string | boolean | undefined): string[] | undefined {
  if (typeof text !== 'string') return undefined;
  const names = text.split(',').filter((name) => name !== '');
  const wrong = names.find((name) => !/^[a-zA-Z0-9.-]+(:\d+)?$/.test(name));
  if (wrong === undefined) return names;
  throw new CommandError(
    'usage',
    `--http-registry ${wrong} is not a registry.`,
    'Name it as images do, without "http://": "localhost:5000".',
  );
}

function refuseOtherOptions(config: ClusterConfig, wanted: Wanted): void {
  const different = differences(config, wanted);
  if (different.length === 0) return;
  throw new CommandError(
    'usage',
    `The cluster "${config.name}" exists with other settings: ${different.join('; ')}.`,
    'Leave those options out, choose another --name, or remove the cluster first with "gantry reset".',
  );
}

async function writeConfig(machine: Machine, config: ClusterConfig): Promise<void> {
  const paths = clusterPaths(config);
  try {
    await machine.files.makeDirectory(paths.data, 0o700);
    await writePrivate(machine, paths.config, `${JSON.stringify(config, undefined, 2)}\n`);
  } catch (error) {
    await forget(machine, config);
    await requireDisk(machine, config);
    throw new CommandError(
      'machine',
      `The data directory ${paths.data} cannot be written: ${wordsOf(error)}.`,
      'Choose another one with --data-dir, or mend its file system.',
      { cause: error },
    );
  }
}

/** It may still become ready: nothing is taken back. */
function isPatient(error: unknown): boolean {
  return error instanceof CommandError && error.exit === 'timeout';
}

/** After a first start that failed: as if it had not been tried. */
async function takeBack(
  machine: Machine,
  terminal: Terminal,
  config: ClusterConfig,
  hooks: UpHooks,
  keepData: boolean,
): Promise<void> {
  try {
    await removeEverything(machine, config, hooks, () => undefined, keepData);
  } catch (error) {
    terminal.warn(`Not everything could be taken back: ${wordsOf(error)}`);
  }
}

async function forget({ files }: Machine, config: ClusterConfig): Promise<void> {
  await files.remove(clusterPaths(config).config);
  await files.removeEmptyDirectory(config.dataDir);
}

/** The program may end on the way: whoever keeps it running (`pid`) starts it again. */
async function waitUntilReady(
  machine: Machine,
  config: ClusterConfig,
  pid: number | undefined,
  detail: (text: string) => void,
): Promise<RunningStatus> {
  const deadline = machine.clock.monotonic() + readyWithinMs;
  let status: RunningStatus | undefined;
  while (machine.clock.monotonic() < deadline) {
    await waitForSocket(machine, config, pid);
    const last = await followProgress(machine, config, deadline, detail);
    if (last?.phase === 'failed') throw new CommandError('failed', last.message, last.cure);
    status = await runningStatus(machine, config);
    if (status?.phase === 'ready') return status;
    await machine.sleep(lookEveryMs);
  }
  if (status === undefined) throw await ended(machine, config);
  const waiting = status.parts
    .filter((part) => !part.ready)
    .map((part) => `${part.name}: ${part.message}`);
  throw new CommandError(
    'timeout',
    `The cluster "${config.name}" is not ready after ${readyWithinMs / 1000} s (${waiting.join('; ')}).`,
    `It goes on trying. Look at "gantry status" and at ${clusterPaths(config).log}.`,
  );
}

/** To the last line that the program says about its start; undefined when it said nothing. */
async function followProgress(
  machine: Machine,
  config: ClusterConfig,
  deadline: number,
  detail: (text: string) => void,
): Promise<ProgressLine | undefined> {
  let last: ProgressLine | undefined;
  await machine
    .control(clusterPaths(config).control, {
      method: 'GET',
      path: '/progress',
      timeoutMs: Math.max(1, Math.ceil(deadline - machine.clock.monotonic())),
      onLine: (line) => {
        last = JSON.parse(line) as ProgressLine;
        detail(last.message);
      },
    })
    .catch(() => undefined);
  return last;
}

async function waitForSocket(
  machine: Machine,
  config: ClusterConfig,
  pid: number | undefined,
): Promise<void> {
  const deadline = machine.clock.monotonic() + socketWithinMs;
  while (machine.clock.monotonic() < deadline) {
    if ((await runningStatus(machine, config)) !== undefined) return;
    if (pid !== undefined && machine.processes.identity(pid) === undefined) break;
    await machine.sleep(lookEveryMs);
  }
  throw await ended(machine, config);
}

async function ended(machine: Machine, config: ClusterConfig): Promise<CommandError> {
  const { log } = clusterPaths(config);
  const lines = ((await machine.files.readText(log)) ?? '').trim().split('\n');
  const { message, cure } = lastWords(lines.at(-1) ?? '');
  const more = (await underSystemd(machine))
    ? 'More is in the journal ("journalctl -e").'
    : `More is in ${log}.`;
  return new CommandError(
    'failed',
    `gantry ended while it was starting: ${message || 'it wrote nothing'}`,
    cure === undefined ? more : `${cure} ${more}`,
  );
}

/** Of a line of the log (`main/logger.ts`); other lines are what the program above it said. */
function lastWords(line: string): { readonly message: string; readonly cure?: string } {
  try {
    return JSON.parse(line) as { message: string; cure?: string };
  } catch {
    return { message: line };
  }
}

async function finish(
  machine: Machine,
  terminal: Terminal,
  config: ClusterConfig,
  status: RunningStatus,
  headline: string,
): Promise<void> {
  const kubeconfig = await mergeKubeconfig(machine, config);
  terminal.answer({ ...status, kubeconfig, context: contextName(config.name) }, () => {
    const name = config.name === defaultName ? '' : ` --name ${config.name}`;
    return `${headline}: Kubernetes ${status.kubernetesVersion} at ${status.addresses.api}

  kubectl get nodes                    uses the context "${contextName(config.name)}" in ${kubeconfig}
  kubectl apply -f examples/guestbook  an application to begin with (first: npm run examples:images)
  ./gantry status${name.padEnd(21)} what runs; "./gantry help" for the rest
`;
  });
}
