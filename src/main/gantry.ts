/** The program: words of the command line → a command → an exit code. */
import { join } from 'node:path';
import { Terminal } from '#cli/terminal.ts';
import { clusterName, requireConfig } from '#cli/cluster/clusters.ts';
import type { Command } from '#cli/command.ts';
import { doctorCommand } from '#cli/commands/doctor.ts';
import { downCommand } from '#cli/commands/down.ts';
import { imageCommands } from '#cli/commands/image.ts';
import { resetCommand } from '#cli/commands/reset.ts';
import { statusCommand } from '#cli/commands/status.ts';
import { type UpHooks, upCommand } from '#cli/commands/up.ts';
import { versionCommand } from '#cli/commands/version.ts';
import { whyCommand } from '#cli/commands/why.ts';
import { CommandError, exitCodes } from '#cli/exit-code.ts';
import type { Machine } from '#cli/machine.ts';
import { parse } from '#cli/parse.ts';
import { systemClock } from '#sys/clock.ts';
import { systemFiles } from '#sys/files.ts';
import { systemHost } from '#sys/host.ts';
import { systemProcesses } from '#sys/process.ts';
import { callUnix } from '#wire/unix/unix-http.ts';
import { checkout } from './checkout.ts';
import { gantryVersion, kubernetesVersion } from './version.ts';

const launcher = join(checkout, 'gantry');

const machine: Machine = {
  clock: systemClock,
  files: systemFiles,
  processes: systemProcesses,
  host: systemHost,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  control: (socket, request) => callUnix(socket, request),
};

/** The cluster's own code is loaded only by who runs or removes one. */
const hooks: UpHooks = {
  launcher,
  serve: async (config) => {
    process.exitCode = await (await import('./serve.ts')).serve(config);
  },
  stopMachine: async (config, detail) =>
    (await import('./teardown.ts')).stopMachine(config, detail),
  removeMachine: async (config, detail) =>
    (await import('./teardown.ts')).removeMachine(config, detail),
};

const serveCommand: Command = {
  name: 'serve',
  summary: 'run the program itself in this process (what "up" starts)',
  options: {},
  run: async ({ options }) =>
    hooks.serve(await requireConfig(machine, clusterName(options['name']))),
};

const setExitCode = (code: number): void => {
  process.exitCode = code;
};

const commands: readonly Command[] = [
  upCommand(hooks),
  downCommand(hooks),
  resetCommand(hooks),
  statusCommand(setExitCode),
  whyCommand(setExitCode),
  doctorCommand(
    { checkStore: async (config) => (await import('./check-store.ts')).checkStore(config) },
    setExitCode,
  ),
  ...imageCommands,
  versionCommand({ gantry: gantryVersion, kubernetes: kubernetesVersion, node: process.version }),
  serveCommand,
];

async function main(words: readonly string[]): Promise<void> {
  const json = words.join(' ').match(/(^| )(-o|--output)[ =]?json( |$)/) !== null;
  const interactive = process.stderr.isTTY;
  const terminal = new Terminal({
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    interactive,
    colours: interactive && process.env['NO_COLOR'] === undefined,
    json,
    monotonic: () => performance.now(),
  });
  try {
    const parsed = parse(words, commands);
    if (parsed.type === 'help') process.stdout.write(parsed.text);
    else await parsed.command.run({ ...parsed, terminal, machine });
  } catch (error) {
    process.exitCode = explain(terminal, error);
  }
}

function explain(terminal: Terminal, error: unknown): number {
  if (error instanceof CommandError) {
    if (terminal.json)
      terminal.answer({ error: { message: error.message, cure: error.cure } }, () => '');
    else terminal.error(error.message, error.cure);
    return exitCodes[error.exit].code;
  }
  terminal.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.failed.code;
}

// Timers do not keep a process alive (`base/clock.ts`); an unfinished command does.
const unfinished = setInterval(() => undefined, 2 ** 30);
void main(process.argv.slice(2)).finally(() => {
  clearInterval(unfinished);
  // Connections that others keep open must not hold a command that has ended.
  process.exit();
});
