/** All commands, as data: for the parser, the help, the completions and the man page. */
import { join } from 'node:path';
import { clusterName, requireConfig } from '#cli/cluster/clusters.ts';
import type { Command } from '#cli/command.ts';
import { completionCommand } from '#cli/commands/completion.ts';
import { doctorCommand } from '#cli/commands/doctor.ts';
import { downCommand } from '#cli/commands/down.ts';
import { imageCommands } from '#cli/commands/image.ts';
import { logsCommand } from '#cli/commands/logs.ts';
import { resetCommand } from '#cli/commands/reset.ts';
import { statusCommand } from '#cli/commands/status.ts';
import { type UpHooks, upCommand } from '#cli/commands/up.ts';
import { versionCommand } from '#cli/commands/version.ts';
import { whyCommand } from '#cli/commands/why.ts';
import type { Machine } from '#cli/machine.ts';
import { checkout } from './checkout.ts';
import { gantryVersion, kubernetesVersion } from './version.ts';

/** `setExitCode`: of a command that has done its work and found something. */
export function allCommands(
  machine: Machine,
  setExitCode: (code: number) => void,
): readonly Command[] {
  const hooks = hooksOf(setExitCode);
  const commands: readonly Command[] = [
    upCommand(hooks),
    downCommand(hooks),
    resetCommand(hooks),
    statusCommand(setExitCode),
    whyCommand(setExitCode),
    logsCommand,
    doctorCommand(
      { checkStore: async (config) => (await import('./check-store.ts')).checkStore(config) },
      setExitCode,
    ),
    ...imageCommands,
    completionCommand(() => commands),
    versionCommand({ gantry: gantryVersion, kubernetes: kubernetesVersion, node: process.version }),
    serveCommand(machine, hooks),
  ];
  return commands;
}

/** The cluster's own code is loaded only by who runs or removes one. */
function hooksOf(setExitCode: (code: number) => void): UpHooks {
  return {
    launcher: join(checkout, 'gantry'),
    version: gantryVersion,
    serve: async (config) => setExitCode(await (await import('./serve.ts')).serve(config)),
    stopMachine: async (config, detail) =>
      (await import('./teardown.ts')).stopMachine(config, detail),
    removeMachine: async (config, detail) =>
      (await import('./teardown.ts')).removeMachine(config, detail),
  };
}

function serveCommand(machine: Machine, hooks: UpHooks): Command {
  return {
    name: 'serve',
    summary: 'run the program itself in this process (what "up" starts)',
    options: {},
    run: async ({ options }) =>
      hooks.serve(await requireConfig(machine, clusterName(options['name']))),
  };
}
