/** A machine of which a test decides everything: files in memory, programs that do what the test says. */
import type { RunResult } from '#sys/process.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import type { Machine } from '../machine.ts';
import { Terminal } from '../terminal.ts';

export interface Script {
  readonly userId?: number;
  /** Programs that are in PATH. */
  readonly programs?: readonly string[];
  readonly ports?: Readonly<Record<number, string>>;
  /** Default: one. */
  readonly addresses?: readonly { readonly interface: string; readonly address: string }[];
  readonly run?: (program: string, args: readonly string[]) => Partial<RunResult>;
}

export function scriptedMachine(script: Script = {}) {
  const files = new MemoryFiles();
  const programs = new Set(script.programs);
  const ran: string[] = [];
  const refuse = (): never => {
    throw new Error('not in the script');
  };
  const machine: Machine = {
    clock: { now: () => 0, monotonic: () => 0 },
    files: files.files,
    processes: {
      run: async (program, args) => {
        ran.push([program, ...args].join(' '));
        return { code: 0, stdout: '', stderr: '', ...script.run?.(program, args) } as RunResult;
      },
      startDetached: refuse,
      identity: () => undefined,
      commandLine: () => undefined,
      signal: () => false,
    },
    host: {
      environment: {},
      userId: script.userId ?? 0,
      hostname: 'scripted',
      which: (program) => (programs.has(program) ? `/usr/bin/${program}` : undefined),
      addresses: () => script.addresses ?? [{ interface: 'eth0', address: '192.0.2.2' }],
      portOwner: async (port) => {
        const text = script.ports?.[port];
        return text === undefined ? undefined : { text, pid: undefined };
      },
      ask: async () => undefined,
    },
    sleep: refuse,
    control: refuse,
  };
  return { machine, files: files.files, programs, ran };
}

export function silentTerminal(): Terminal {
  const nothing = () => undefined;
  return new Terminal({
    out: nothing,
    err: nothing,
    interactive: false,
    colours: false,
    json: false,
    monotonic: () => 0,
  });
}
