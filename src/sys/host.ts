/** This machine as a person's program sees it: who runs it, its name, its programs and ports. */
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { systemProcesses } from './process.ts';

export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** 0: root. */
  readonly userId: number;
  readonly hostname: string;
  /** Absolute path of a program in PATH or the usual places of an administrator's programs. */
  which(program: string): string | undefined;
  /** IPv4 addresses of interfaces that are up, without loopback, in the kernel's order. */
  addresses(): readonly { readonly interface: string; readonly address: string }[];
  /** Absent when a TCP port can be bound on all addresses. */
  portOwner(port: number): Promise<PortOwner | undefined>;
  /** One line typed by a person; absent when there is no terminal to ask on. */
  ask(question: string): Promise<string | undefined>;
}

/** As far as the kernel tells. */
export interface PortOwner {
  /** For a person: `nginx (process 12)`. */
  readonly text: string;
  readonly pid: number | undefined;
}

const programFolders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

export const systemHost: Host = {
  environment: process.env,
  userId: process.geteuid?.() ?? -1,
  hostname: hostname(),
  which: (program) =>
    [...new Set([...(process.env['PATH'] ?? '').split(':'), ...programFolders])]
      .filter((folder) => folder !== '')
      .map((folder) => `${folder}/${program}`)
      .find(isExecutable),
  addresses: () =>
    Object.entries(networkInterfaces()).flatMap(([name, all]) =>
      (all ?? [])
        .filter((each) => each.family === 'IPv4' && !each.internal)
        .map((each) => ({ interface: name, address: each.address })),
    ),
  portOwner,
  ask,
};

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function portOwner(port: number): Promise<PortOwner | undefined> {
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
  if (free) return undefined;
  const unknown: PortOwner = { text: 'another program', pid: undefined };
  if (!systemHost.which('ss')) return unknown;
  const { stdout } = await systemProcesses.run('ss', ['-ltnpH', `sport = :${port}`], {
    timeoutMs: 5000,
  });
  const [, program, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(stdout) ?? [];
  return program ? { text: `${program} (process ${pid})`, pid: Number(pid) } : unknown;
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
