/** The program: words of the command line → a command → an exit code. */
import { Terminal } from '#cli/terminal.ts';
import { CommandError, exitCodes } from '#cli/exit-code.ts';
import type { Machine } from '#cli/machine.ts';
import { parse } from '#cli/parse.ts';
import { systemClock } from '#sys/clock.ts';
import { systemFiles } from '#sys/files.ts';
import { systemHost } from '#sys/host.ts';
import { systemProcesses } from '#sys/process.ts';
import { callUnix } from '#wire/unix/unix-http.ts';
import { onBrokenPipe } from './broken-pipe.ts';
import { allCommands } from './commands.ts';

const machine: Machine = {
  clock: systemClock,
  files: systemFiles,
  processes: systemProcesses,
  host: systemHost,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  control: (socket, request) => callUnix(socket, request),
};

const commands = allCommands(machine, (code) => {
  process.exitCode = code;
});

async function main(words: readonly string[]): Promise<void> {
  const json = words.join(' ').match(/(^| )(-o|--output)[ =]?json( |$)/) !== null;
  const interactive = process.stderr.isTTY;
  const terminal = new Terminal({
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    interactive,
    colours: interactive && process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
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

// A cluster goes on, whoever reads what it says.
onBrokenPipe([process.stdout, process.stderr], () => {
  if (process.argv[2] !== 'serve') process.exit();
});

// Timers do not keep a process alive (`base/clock.ts`); an unfinished command does.
const unfinished = setInterval(() => undefined, 2 ** 30);
void main(process.argv.slice(2)).finally(() => {
  clearInterval(unfinished);
  // Connections that others keep open must not hold a command that has ended.
  process.exit();
});
