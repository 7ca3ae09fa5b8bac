/** Somebody at a shell: `kubectl` is one certain kubectl, its context one namespace of the cluster. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, eventually, type Kubectl, must, type Outcome, run } from '../harness.ts';

export interface Check {
  /** What a reader sees, after the verb. */
  readonly name: string;
  /** The first minor version whose kubectl has it. */
  readonly since?: number;
  readonly run: (user: User) => Promise<void>;
}

const commandMs = 60_000;

export class User {
  readonly folder: string;
  readonly minor: number;
  readonly namespace: string;
  readonly #environment: Record<string, string>;

  private constructor(cluster: Cluster, program: string, minor: number) {
    this.minor = minor;
    this.namespace = `v1-${minor}`;
    this.folder = join(cluster.folder, this.namespace);
    mkdirSync(join(this.folder, 'bin'), { recursive: true });
    symlinkSync(program, join(this.folder, 'bin', 'kubectl'));
    copyFileSync(cluster.kubeconfig, join(this.folder, 'kubeconfig'));
    this.#environment = {
      KUBECONFIG: join(this.folder, 'kubeconfig'),
      HOME: this.folder,
      PATH: `${join(this.folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    };
  }

  static async open(cluster: Cluster, kubectl: Kubectl): Promise<User> {
    const program = (await must('sh', ['-c', `command -v ${kubectl.program}`])).trim();
    const version = await must(program, ['version', '--client', '-o', 'json']);
    const { clientVersion } = JSON.parse(version) as { clientVersion: { minor: string } };
    const user = new User(cluster, program, Number.parseInt(clientVersion.minor, 10));
    await user.ok(`kubectl create namespace ${user.namespace}`);
    await user.ok(`kubectl config set-context --current --namespace=${user.namespace}`);
    return user;
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  run(command: string, input = ''): Promise<Outcome> {
    return run('sh', ['-c', command], {
      cwd: this.folder,
      env: this.#environment,
      timeoutMs: commandMs,
      input,
    });
  }

  /** Standard output of a command that succeeds. */
  async ok(command: string, input = ''): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, input);
    assert.equal(code, 0, `${command} ended with ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** It succeeds, and standard output has all of that. */
  async says(command: string, ...expected: readonly RegExp[]): Promise<string> {
    const stdout = await this.ok(command);
    for (const each of expected) assert.match(stdout, each, command);
    return stdout;
  }

  /** It fails, and standard error tells why. */
  async fails(command: string, reason: RegExp): Promise<void> {
    const { code, stdout, stderr } = await this.run(command);
    assert.notEqual(code, 0, `${command} succeeded\n${stdout}`);
    assert.match(stderr, reason, command);
  }

  /** As `says`, once the cluster has come so far. */
  comesToSay(command: string, ...expected: readonly RegExp[]): Promise<string> {
    return eventually(command, () => this.says(command, ...expected));
  }

  /** Until it fails for that reason: something is gone. */
  comesToFail(command: string, reason: RegExp): Promise<void> {
    return eventually(command, () => this.fails(command, reason));
  }

  apply(yaml: string): Promise<string> {
    return this.ok('kubectl apply -f -', yaml);
  }

  /** Something that goes on until it is ended: -w, -f, port-forward. */
  start(command: string): Running {
    const child = spawn('sh', ['-c', `exec ${command}`], {
      cwd: this.folder,
      env: { ...process.env, ...this.#environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return new Running(command, child);
  }
}

export class Running {
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  output = '';

  constructor(command: string, child: ChildProcess) {
    this.#command = command;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stdin?.on('error', () => undefined);
    this.#ended = new Promise((resolve) => child.once('close', resolve));
  }

  async shows(expected: RegExp): Promise<RegExpExecArray> {
    return eventually(`${this.#command} shows ${expected}`, async () => {
      const found = expected.exec(this.output);
      assert.ok(found, this.output);
      return found;
    });
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  closeInput(): void {
    this.#child.stdin?.end();
  }

  /** Its exit code, when it ends by itself. */
  async ends(): Promise<number | null> {
    return eventually(`${this.#command} ends`, async () => {
      assert.notEqual(this.#child.exitCode, null, this.output);
      return this.#ended;
    });
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.#ended;
  }
}
