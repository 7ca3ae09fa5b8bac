/** The program's own log: JSON lines in a file, or the journal under systemd. */
import type { Files } from '#sys/files.ts';
import { type ClusterConfig, clusterPaths, unitName } from '../cluster/cluster-config.ts';
import { CommandError } from '../exit-code.ts';
import type { Machine } from '../machine.ts';
import { underSystemd } from '../setup/service.ts';

export interface OwnLogOptions {
  readonly follow: boolean;
  readonly lines: number;
  /** The part before the last cut. */
  readonly previous: boolean;
}

/** Ends at the end of the log, or never. */
export async function readOwnLog(
  machine: Machine,
  config: ClusterConfig,
  options: OwnLogOptions,
  sink: (line: string) => void,
): Promise<void> {
  const { log } = clusterPaths(config);
  if (await underSystemd(machine)) {
    const unit = unitName(config.name);
    if (options.follow) {
      const cure = `Follow it with "journalctl -f -u ${unit}".`;
      throw new CommandError('usage', 'Under systemd the log is in the journal.', cure);
    }
    const args = ['-u', unit, '-n', String(options.lines), '-o', 'cat', '--no-pager'];
    const { stdout } = await machine.processes.run('journalctl', args, { timeoutMs: 60_000 });
    for (const line of stdout.split('\n')) if (line !== '') sink(line);
    return;
  }
  const path = options.previous ? `${log}.1` : log;
  const text = await machine.files.readText(path);
  if (text === undefined) {
    throw new CommandError(
      'failed',
      `There is no log ${path}.`,
      'It comes with the first "gantry up".',
    );
  }
  const all = text.split('\n').filter((line) => line !== '');
  for (const line of all.slice(-options.lines)) sink(line);
  if (options.follow) await followFile(machine.files, path, Buffer.byteLength(text), sink);
}

/** The file is only appended to, or cut when it has grown. */
async function followFile(
  files: Files,
  path: string,
  from: number,
  sink: (line: string) => void,
): Promise<never> {
  let offset = from;
  let rest = '';
  let wake = (): void => undefined;
  files.watch(path, () => wake());
  for (;;) {
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const file = await files.open(path);
    if (file) {
      const { sizeBytes } = await file.info();
      if (sizeBytes < offset) offset = 0;
      const bytes = await file.read(offset, sizeBytes - offset);
      await file.close();
      offset += bytes.length;
      const lines = `${rest}${Buffer.from(bytes).toString('utf8')}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) sink(line);
    }
    await changed;
  }
}

const own = new Set(['time', 'level', 'message']);

/** A line of JSON for a person: time, level, message, and the other fields behind it. */
export function readableLine(line: string): string {
  try {
    const fields = JSON.parse(line) as Record<string, unknown>;
    const { time, level, message } = fields;
    if (typeof message !== 'string') return line;
    const more = Object.entries(fields)
      .filter(([name]) => !own.has(name))
      .map(
        ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
    return [String(time), String(level).padEnd(5), message, ...more].join(' ');
  } catch {
    // What a program below wrote is no JSON.
    return line;
  }
}
