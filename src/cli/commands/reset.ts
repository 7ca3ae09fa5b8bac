import { type ClusterConfig, clusterPaths, contextName } from '../cluster/cluster-config.ts';
import { allConfigs, clusterName, requireConfig } from '../cluster/clusters.ts';
import { kubeconfigPath, withoutEntry } from '../cluster/kubeconfig.ts';
import type { Command, Invocation } from '../command.ts';
import { CommandError } from '../exit-code.ts';
import { type Machine, writePrivate } from '../machine.ts';
import { requireRoot } from '../setup/preflight.ts';
import { removeService } from '../setup/service.ts';
import { type MachineHooks, stopEverything } from './down.ts';

export function resetCommand(hooks: MachineHooks): Command {
  return {
    name: 'reset',
    summary: 'stop the cluster and remove every trace of it, all data included',
    options: {},
    run: (invocation) => reset(invocation, hooks),
  };
}

async function reset(
  { machine, terminal, options }: Invocation,
  hooks: MachineHooks,
): Promise<void> {
  requireRoot(machine, 'reset');
  const config = await requireConfig(machine, clusterName(options['name']));
  if (options['yes'] !== true) {
    const answer = await machine.host.ask(
      `Remove the cluster "${config.name}" with all its data in ${config.dataDir}? [y/N] `,
    );
    if (answer === undefined || !/^y(es)?$/i.test(answer.trim())) {
      throw new CommandError(
        'refused',
        `The cluster "${config.name}" was not removed.`,
        answer === undefined ? 'There is no terminal to ask on: say --yes.' : undefined,
      );
    }
  }
  const removed = await terminal.step(`Removing the cluster "${config.name}"`, (detail) =>
    removeEverything(machine, config, hooks, detail),
  );
  terminal.answer(
    { name: config.name, removed },
    () => `Removed:\n${removed.map((each) => `  ${each}\n`).join('')}`,
  );
}

/** Stops what runs and takes every trace away. Answers them, for a person. */
export async function removeEverything(
  machine: Machine,
  config: ClusterConfig,
  hooks: MachineHooks,
  detail: (text: string) => void,
  keepData = false,
): Promise<string[]> {
  await stopEverything(machine, config, hooks, detail);
  const traces = await hooks.removeMachine(config, detail);
  if (await removeService(machine, config)) traces.push(clusterPaths(config).unit);
  traces.push(...(await removeFromKubeconfig(machine, config.name)));
  const { run, data, volumes, config: configFile } = clusterPaths(config);
  const claimed = (await machine.files.list(volumes)).length;
  for (const path of [run, data, configFile]) {
    if (path === data && keepData) continue;
    const type = (await machine.files.info(path))?.type;
    if (type === undefined) continue;
    if (type === 'directory') await removeTree(machine, path);
    else await machine.files.remove(path);
    traces.push(
      path === data && claimed > 0 ? `${path} with the ${counted(claimed)} of claims` : path,
    );
  }
  await removeSharedFolders(machine);
  return traces;
}

/** Where a file system of its own is mounted, it stays, empty. */
async function removeTree({ files }: Machine, path: string): Promise<void> {
  for (const { name } of await files.list(path)) await files.remove(`${path}/${name}`);
  await files.removeEmptyDirectory(path);
}

function counted(volumes: number): string {
  return volumes === 1 ? 'volume' : `${volumes} volumes`;
}

async function removeFromKubeconfig(machine: Machine, name: string): Promise<string[]> {
  const path = kubeconfigPath(machine.host.environment);
  const before = await machine.files.readText(path);
  const context = contextName(name);
  if (before === undefined || !before.includes(context)) return [];
  const after = withoutEntry(before, context, path);
  if (after === undefined) await machine.files.remove(path);
  else await writePrivate(machine, path, after);
  return [`the context "${context}" in ${path}`];
}

/** What the last cluster of a machine leaves empty. */
async function removeSharedFolders(machine: Machine): Promise<void> {
  if ((await allConfigs(machine)).length > 0) return;
  for (const folder of ['/etc/gantry', '/run/gantry/.shared', '/run/gantry', '/var/lib/gantry']) {
    await machine.files.removeEmptyDirectory(folder);
  }
}
