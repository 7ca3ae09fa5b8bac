/** The processes of a cluster on this machine: who they are, and an end for them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { systemFiles } from '#sys/files.ts';
import { pidsOf, systemProcesses } from '#sys/process.ts';
import { type Cluster, must } from '../harness.ts';

/** `PID@START`: a later process with the same id is another one. */
export type Identity = string;

export type Part = 'program' | 'supervisor' | 'containerd' | 'haproxy';

const pidFiles: Record<Part, string> = {
  program: 'run/gantry.pid',
  supervisor: 'run/supervisor.pid',
  containerd: 'data/node/containerd/containerd.pid',
  haproxy: 'data/gateway/haproxy.pid',
};

export class ClusterProcesses {
  readonly #roots: { readonly run: string; readonly data: string };

  static async of(cluster: Cluster): Promise<ClusterProcesses> {
    const { run, data } = (await cluster.status()).paths;
    return new ClusterProcesses({ run, data });
  }

  private constructor(roots: { run: string; data: string }) {
    this.#roots = roots;
  }

  /** Throws when it does not run. */
  of(part: Part): Identity {
    const [root, ...path] = pidFiles[part].split('/');
    const folder = root === 'run' ? this.#roots.run : this.#roots.data;
    const identity = readFileSync(join(folder, ...path), 'utf8').trim();
    if (!isRunning(identity)) throw new Error(`${part} does not run`);
    return identity;
  }

  /** What containerd is started with, each time. */
  containerdWords(): readonly string[] {
    return systemProcesses.commandLine(pidOf(this.of('containerd'))) ?? [];
  }

  /** All that were started with these words. */
  async startedWith(words: readonly string[]): Promise<readonly number[]> {
    const isLike = (pid: number) => isDeepStrictEqual(systemProcesses.commandLine(pid), words);
    return (await pidsOf(systemFiles)).filter(isLike);
  }

  kill(...parts: readonly Part[]): void {
    for (const part of parts) kill(this.of(part));
  }

  /** First processes of running containers, pause containers included: container id → identity. */
  async containers(): Promise<Map<string, Identity>> {
    const socket = join(this.#roots.data, 'node/containerd/containerd.sock');
    const table = await must('ctr', ['-a', socket, '-n', 'k8s.io', 'tasks', 'ls']);
    const lines = table.trim().split('\n').slice(1);
    const running = lines
      .map((line) => line.split(/\s+/))
      .filter((words) => words[2] === 'RUNNING');
    return new Map(
      running.flatMap(([id = '', pid]) => {
        const identity = systemProcesses.identity(Number(pid));
        return identity === undefined ? [] : [[id, identity] as const];
      }),
    );
  }
}

export function isRunning(identity: Identity): boolean {
  return systemProcesses.identity(pidOf(identity)) === identity;
}

export function kill(identity: Identity): void {
  if (isRunning(identity)) process.kill(pidOf(identity), 'SIGKILL');
}

export function parentOf(identity: Identity): Identity {
  const status = readFileSync(`/proc/${pidOf(identity)}/status`, 'utf8');
  const parent = systemProcesses.identity(Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
  if (parent === undefined) throw new Error(`${identity} has no parent`);
  return parent;
}

export function pidOf(identity: Identity): number {
  return Number(identity.split('@')[0]);
}
