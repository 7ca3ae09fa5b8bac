/** Debian's docker-registry with one user or for everybody, on a free port of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import { eventually, must } from '../harness.ts';

export class Registry {
  readonly user = 'robot';
  readonly password = 'a secret word';
  /** As image names have it. */
  readonly name: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'gantry-registry-'));
  #process: ChildProcess | undefined;

  static async create(access: 'login' | 'open' = 'login'): Promise<Registry> {
    const registry = new Registry(`127.0.0.1:${await freePort()}`, access);
    await registry.start();
    return registry;
  }

  private constructor(name: string, access: 'login' | 'open') {
    this.name = name;
    const hash = bcrypt.hashSync(this.password, 4);
    writeFileSync(join(this.#folder, 'htpasswd'), `${this.user}:${hash}\n`);
    const config = {
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(this.#folder, 'data') } },
      http: { addr: name },
      ...(access === 'login' && {
        auth: { htpasswd: { realm: 'test', path: join(this.#folder, 'htpasswd') } },
      }),
    };
    // JSON is YAML.
    writeFileSync(join(this.#folder, 'config.yml'), JSON.stringify(config));
  }

  async start(): Promise<void> {
    const config = join(this.#folder, 'config.yml');
    this.#process = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
    await eventually('the registry answers', async () => {
      const { status } = await fetch(`http://${this.name}/v2/`);
      if (status !== 401 && status !== 200) throw new Error(`status ${status}`);
    });
  }

  async stop(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null) return;
    running.kill();
    await once(running, 'exit');
  }

  /** An OCI archive becomes `image`, a name and a tag. Answers its whole name. */
  async push(archive: string, image: string): Promise<string> {
    const to = `${this.name}/${image}`;
    const credentials = ['--dest-creds', `${this.user}:${this.password}`];
    const options = ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false'];
    await must('skopeo', [...options, ...credentials, `oci-archive:${archive}`, `docker://${to}`]);
    return to;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
