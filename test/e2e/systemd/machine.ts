/** A machine whose PID 1 is systemd: this one's file system, in namespaces of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, must, type Outcome, root, run } from '../harness.ts';

const environment = { HOME: '/root', KUBECONFIG: '/root/kubeconfig', LANG: 'C.UTF-8' };

/** Why there cannot be one here. */
export function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'this needs root';
  if (!existsSync('/lib/systemd/systemd')) return 'there is no /lib/systemd/systemd to boot';
  const overlays = readFileSync('/proc/filesystems', 'utf8').includes('overlay');
  return overlays ? undefined : 'the kernel has no overlay file system';
}

export class SystemdMachine {
  readonly #name: string;
  /** What it writes survives its reboots here, in memory. */
  readonly #memory = mkdtempSync(join(tmpdir(), 'gantry-systemd-'));
  #outer: ChildProcess | undefined;
  #output = '';

  constructor(name: string) {
    this.#name = name;
  }

  async prepare(): Promise<void> {
    await must('mount', ['-t', 'tmpfs', '-o', 'size=2g', 'tmpfs', this.#memory]);
  }

  /** Settles when systemd answers. */
  async boot(): Promise<void> {
    this.#output = '';
    const outer = spawn('sh', [join(import.meta.dirname, 'boot.sh'), this.#name, root], {
      env: { ...process.env, KEEP: this.#memory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [outer.stdout, outer.stderr])
      stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#outer = outer;
    await eventually('systemd has booted', async () => {
      const { stdout } = await this.run('cat /proc/1/comm; systemctl is-system-running');
      if (!/^systemd\n(running|degraded)/.test(stdout)) throw new Error(stdout + this.#output);
    });
  }

  run(command: string): Promise<Outcome> {
    return run(
      'nsenter',
      ['-t', `${this.#init()}`, '-a', 'sh', '-c', `cd /opt/gantry; ${command}`],
      {
        env: environment,
        timeoutMs: 150_000,
      },
    );
  }

  async ok(command: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(command);
    if (code === 0) return stdout.trim();
    throw new Error(`${command} ended with ${code}\n${stdout}${stderr}`);
  }

  /** Asks it to go down. Answers how long that took. */
  async goDown(): Promise<number> {
    const asked = performance.now();
    await this.run('systemctl reboot');
    if (this.#outer?.exitCode === null) await once(this.#outer, 'close');
    return performance.now() - asked;
  }

  async remove(): Promise<void> {
    const outer = this.#outer;
    if (outer && outer.exitCode === null && outer.signalCode === null) {
      // With PID 1 everything inside ends.
      const init = this.#init();
      const closed = once(outer, 'close');
      if (init > 0) process.kill(init, 'SIGKILL');
      else outer.kill('SIGKILL');
      await closed;
    }
    await eventually('its control groups are gone', async () => {
      for (const hierarchy of readdirSync('/sys/fs/cgroup'))
        removeGroups(join('/sys/fs/cgroup', hierarchy, this.#name));
      removeGroups(join('/sys/fs/cgroup', this.#name));
    });
    await must('umount', ['-l', this.#memory]);
    rmdirSync(this.#memory);
  }

  #init(): number {
    const pid = this.#outer?.pid ?? 0;
    try {
      return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
    } catch {
      return 0;
    }
  }
}

function removeGroups(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(join(folder, entry.name));
  rmdirSync(folder);
}
