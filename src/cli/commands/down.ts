import { type ClusterConfig, clusterPaths } from '../cluster/cluster-config.ts';
import { clusterName, requireConfig, runningStatus } from '../cluster/clusters.ts';
import type { Command, Invocation } from '../command.ts';
import { CommandError } from '../exit-code.ts';
import type { Machine } from '../machine.ts';
import { requireRoot } from '../setup/preflight.ts';
import { processesOf } from '../setup/processes.ts';
import { pidOf, underSystemd } from '../setup/service.ts';

/** What `main` can do to the machine when the program itself is gone. */
export interface MachineHooks {
  /** Stops pods, runtime, gateway and takes back rules; data stays. Answers what it stopped, for a person. */
  readonly stopMachine: (
    config: ClusterConfig,
    detail: (text: string) => void,
  ) => Promise<string[]>;
  /** Removes every other trace of a stopped cluster. Answers what it removed. */
  readonly removeMachine: (
    config: ClusterConfig,
    detail: (text: string) => void,
  ) => Promise<string[]>;
}

/** For the program to end by itself once asked. */
const endWithinMs = 20_000;

export function downCommand(hooks: MachineHooks): Command {
  return {
    name: 'down',
    summary:
      'stop the cluster with all its pods; the data stays, the next "up" brings everything back',
    options: {},
    run: async ({ machine, terminal, options }: Invocation) => {
      requireRoot(machine, 'down');
      const config = await requireConfig(machine, clusterName(options['name']));
      const stopped = await terminal.step(`Stopping the cluster "${config.name}"`, (detail) =>
        stopEverything(machine, config, hooks, detail),
      );
      terminal.answer({ name: config.name, stopped, data: config.dataDir }, () =>
        stopped.length === 0
          ? `The cluster "${config.name}" was stopped already.\n`
          : `The cluster "${config.name}" is stopped (${stopped.join(', ')}). Its data stays in ${config.dataDir}.\n`,
      );
    },
  };
}

/** Answers what ran, for a person. */
export async function stopEverything(
  machine: Machine,
  config: ClusterConfig,
  hooks: MachineHooks,
  detail: (text: string) => void,
): Promise<string[]> {
  const ended = await endProgram(machine, config);
  return [...(ended ? ['the program'] : []), ...(await hooks.stopMachine(config, detail))];
}

/** Ends the program and its supervisor, by asking first. Answers whether it ran. */
export async function endProgram(machine: Machine, config: ClusterConfig): Promise<boolean> {
  const paths = clusterPaths(config);
  const running = await runningStatus(machine, config);
  if (await underSystemd(machine)) {
    await machine.processes.run('systemctl', ['stop', paths.unit.replace(/.*\//, '')], {
      timeoutMs: 90_000,
    });
    return running !== undefined;
  }
  // The supervisor first: it must not start the program again.
  const supervisor = await pidOf(machine, paths.supervisorPid);
  if (supervisor !== undefined) await end(machine, config, supervisor);
  const pids = new Set(await processesOf(machine, config.name));
  for (const pid of [running?.pid, await pidOf(machine, paths.pid)]) if (pid) pids.add(pid);
  await machine
    .control(paths.control, { method: 'POST', path: '/stop', timeoutMs: 5000 })
    .catch(() => undefined);
  for (const pid of pids) await end(machine, config, pid);
  return pids.size > 0;
}

/** By asking first. */
async function end(machine: Machine, config: ClusterConfig, pid: number): Promise<void> {
  const identity = machine.processes.identity(pid);
  if (identity === undefined) return;
  const ended = (): boolean => machine.processes.identity(pid) !== identity;
  machine.processes.signal(pid, 'SIGTERM');
  if (await until(machine, ended, endWithinMs)) return;
  machine.processes.signal(pid, 'SIGKILL');
  if (await until(machine, ended, 5000)) return;
  throw new CommandError(
    'failed',
    `The program (process ${pid}) does not end.`,
    `Look at ${clusterPaths(config).log}.`,
  );
}

async function until(machine: Machine, done: () => boolean, withinMs: number): Promise<boolean> {
  const deadline = machine.clock.monotonic() + withinMs;
  while (!done()) {
    if (machine.clock.monotonic() > deadline) return false;
    await machine.sleep(25);
  }
  return true;
}
