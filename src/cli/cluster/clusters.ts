/** Which clusters this machine has, and whether they run. */
import type { ControlProblem, RunningStatus } from '../control.ts';
import { CommandError } from '../exit-code.ts';
import type { ControlRequest, Machine } from '../machine.ts';
import {
  type ClusterConfig,
  checkName,
  clusterPaths,
  configDir,
  configPath,
  defaultName,
} from './cluster-config.ts';

export function clusterName(value: string | boolean | undefined): string {
  return checkName(typeof value === 'string' ? value : defaultName);
}

/** Settings that clusters of an earlier gantry lack. */
const laterSettings: Pick<ClusterConfig, 'httpRegistries'> = { httpRegistries: [] };

export async function readConfig(
  machine: Machine,
  name: string,
): Promise<ClusterConfig | undefined> {
  const text = await machine.files.readText(configPath(name));
  if (text === undefined) return undefined;
  try {
    return { ...laterSettings, ...(JSON.parse(text) as ClusterConfig) };
  } catch (error) {
    throw new CommandError(
      'failed',
      `The file ${configPath(name)} is damaged.`,
      `Remove it and run "gantry up --name ${name}" with the options of the first time; the data stays.`,
      { cause: error },
    );
  }
}

export async function allConfigs(machine: Machine): Promise<ClusterConfig[]> {
  const files = (await machine.files.list(configDir)).filter(({ name }) => name.endsWith('.json'));
  const configs = await Promise.all(
    files.map(({ name }) => readConfig(machine, name.slice(0, -'.json'.length))),
  );
  return configs.filter((config) => config !== undefined);
}

export async function requireConfig(machine: Machine, name: string): Promise<ClusterConfig> {
  const config = await readConfig(machine, name);
  if (config) return config;
  const others = (await allConfigs(machine)).map((each) => each.name);
  throw new CommandError(
    'notRunning',
    `There is no cluster "${name}" on this machine.`,
    others.length > 0
      ? `There is: ${others.join(', ')} (choose with --name).`
      : 'Make one with "gantry up".',
  );
}

/** Undefined when nothing answers on the cluster's control socket. */
export async function runningStatus(
  machine: Machine,
  config: ClusterConfig,
): Promise<RunningStatus | undefined> {
  try {
    const socket = clusterPaths(config).control;
    const answer = await machine.control(socket, {
      method: 'GET',
      path: '/status',
      timeoutMs: 5000,
    });
    return JSON.parse(answer.body) as RunningStatus;
  } catch {
    return undefined;
  }
}

/** A call that must succeed: other answers become the sentence that the cluster gave. */
export async function controlCall(
  machine: Machine,
  config: ClusterConfig,
  request: Pick<ControlRequest, 'method' | 'path' | 'body'>,
): Promise<string> {
  const answer = await machine
    .control(clusterPaths(config).control, { ...request, timeoutMs: 600_000 })
    .catch((error: unknown) => {
      throw new CommandError(
        'notRunning',
        `The cluster "${config.name}" does not run.`,
        `Start it with "gantry up${config.name === defaultName ? '' : ` --name ${config.name}`}".`,
        { cause: error },
      );
    });
  if (answer.status < 300) return answer.body;
  const problem = JSON.parse(answer.body) as ControlProblem;
  throw new CommandError('failed', problem.message, problem.cure);
}
