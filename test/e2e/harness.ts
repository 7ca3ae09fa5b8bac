/** A real cluster for one test file, driven by the real kubectl, and removed at the end. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { wordsOf } from '#base/words.ts';

export const root = dirname(dirname(import.meta.dirname));

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

export function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      {
        cwd: options.cwd ?? root,
        env: { ...process.env, ...options.env },
        timeout: options.timeoutMs ?? 120_000,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, stdout, stderr: error && stderr === '' ? error.message : stderr });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

/** Fails with everything that the program said. */
export async function must(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const outcome = await run(program, args, options);
  if (outcome.code === 0) return outcome.stdout;
  throw new Error(
    `${program} ${args.join(' ')} ended with ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`,
  );
}

/** Looks again until it holds; fails with the last reason. For states, never for times. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) {
        const last = wordsOf(error);
        throw new Error(`not within ${withinMs} ms: ${what}; at last: ${last}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

export interface Kubectl {
  /** For test names: which kubectl it is. */
  readonly label: string;
  readonly program: string;
}

/** Debian's kubectl is 1.20: the oldest that must work. It is unpacked, never installed. */
function debianKubectl(): Kubectl {
  const folder = join(root, 'var', 'kubectl-debian');
  const program = join(folder, 'usr/bin/kubectl');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const options = { cwd: folder, stdio: 'pipe' } as const;
    execFileSync(
      'apt-get',
      ['download', '-qq', '-o', 'APT::Sandbox::User=root', 'kubernetes-client'],
      options,
    );
    execFileSync(
      'sh',
      ['-c', 'dpkg-deb -x kubernetes-client_*.deb . && rm kubernetes-client_*.deb'],
      options,
    );
  }
  return { label: "Debian's kubectl", program };
}

export function kubectls(): readonly Kubectl[] {
  return [{ label: "the machine's kubectl", program: 'kubectl' }, debianKubectl()];
}

export interface ClusterStatus {
  readonly pid: number;
  readonly addresses: { readonly node: string; readonly api: string };
  readonly paths: { readonly data: string; readonly log: string; readonly run: string };
  readonly ready: boolean;
  readonly memoryBytes: number;
}

export class Cluster {
  readonly name: string;
  readonly folder = mkdtempSync(join(tmpdir(), 'gantry-e2e-'));
  readonly kubeconfig = join(this.folder, 'kubeconfig');
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly #apiPort: number;

  /** Ports beside those of a cluster that may run on this machine. */
  constructor(name = 'e2e', ports = { api: 16_443, http: 18_080, https: 18_443 }) {
    this.name = name;
    this.#apiPort = ports.api;
    this.httpPort = ports.http;
    this.httpsPort = ports.https;
  }

  get env(): Record<string, string> {
    return { KUBECONFIG: this.kubeconfig };
  }

  gantry(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const [command = '', ...rest] = args;
    const words =
      command === 'image'
        ? [command, ...rest, '--name', this.name]
        : [command, '--name', this.name, ...rest];
    return run(join(root, 'gantry'), words, {
      timeoutMs: 300_000,
      ...options,
      env: { ...this.env, ...options.env },
    });
  }

  async mustGantry(args: readonly string[]): Promise<string> {
    const outcome = await this.gantry(args);
    if (outcome.code === 0) return outcome.stdout;
    throw new Error(
      `gantry ${args.join(' ')} ended with ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}\n${await this.logTail()}`,
    );
  }

  async up(more: readonly string[] = []): Promise<void> {
    await this.mustGantry([
      'up',
      '--api-port',
      `${this.#apiPort}`,
      '--http-port',
      `${this.httpPort}`,
      '--https-port',
      `${this.httpsPort}`,
      ...more,
    ]);
  }

  async status(): Promise<ClusterStatus> {
    return JSON.parse((await this.gantry(['status', '-o', 'json'])).stdout) as ClusterStatus;
  }

  async remove(): Promise<void> {
    await this.gantry(['reset', '--yes']);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async logTail(): Promise<string> {
    return (await run('tail', ['-n', '30', `/var/lib/gantry/${this.name}/log/gantry.log`])).stdout;
  }

  run(kubectl: Kubectl, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return run(kubectl.program, args, { ...options, env: { ...this.env, ...options.env } });
  }

  kubectl(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return must('kubectl', args, { ...options, env: { ...this.env, ...options.env } });
  }

  apply(yaml: string): Promise<string> {
    return this.kubectl(['apply', '-f', '-'], { input: yaml });
  }

  /** Starts a kubectl that goes on (logs -f, port-forward, proxy); the caller ends it. */
  start(args: readonly string[], kubectl = 'kubectl') {
    return spawn(kubectl, [...args], {
      cwd: root,
      env: { ...process.env, ...this.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** The images of the examples, made once per checkout. */
  async loadImages(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const file = join(root, 'var', 'images', `${name}.tar`);
      if (!existsSync(file)) await must('npm', ['run', '--silent', 'examples:images']);
      await this.mustGantry(['image', 'load', file]);
    }
  }
}
