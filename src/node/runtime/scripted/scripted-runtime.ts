/**
 * A runtime that runs nothing: containers play the parts of a script on a clock that is handed in.
 * The same calls in the same order give the same answers, ids included.
 */
import type { Clock, Timers } from '#base/clock.ts';
import type { ObservedContainer, ObservedSandbox } from '../../decide/observed.ts';
import { labels } from '../../decide/labels.ts';
import { RuntimeError } from '../runtime-error.ts';
import type {
  ContainerConfig,
  ExecResult,
  LinuxResources,
  Runtime,
  RuntimeEvent,
  SandboxConfig,
} from '../runtime.ts';
import type { ContainerScript, Script } from './script.ts';
import { scriptedImages } from './scripted-images.ts';

export interface ScriptedRuntimeOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly script: Script;
  /** Address of the next sandbox: `10.0.0.7` for 7. */
  readonly address: (count: number) => string;
  /** What a command in a container answers; default: 0 without output. */
  readonly exec?: (container: ObservedContainer, command: readonly string[]) => ExecResult;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Running {
  readonly observed: Mutable<ObservedContainer>;
  readonly script: ContainerScript;
  readonly ended: PromiseWithResolvers<void>;
}

const killed = 137;

export class ScriptedRuntime implements Runtime {
  readonly #options: ScriptedRuntimeOptions;
  readonly #sandboxes = new Map<string, Mutable<ObservedSandbox>>();
  readonly #containers = new Map<string, Running>();
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();
  readonly images: Runtime['images'];
  #count = 0;
  #available = true;
  /** Every call that changes something, in order: for transcripts. */
  readonly calls: string[] = [];

  constructor(options: ScriptedRuntimeOptions) {
    this.#options = options;
    this.images = scriptedImages(options.script, options.timers, (event) => this.#emit(event));
  }

  /** A runtime that went away refuses everything; what it runs goes on. */
  setAvailable(available: boolean): void {
    this.#available = available;
    this.#emit({ type: available ? 'connected' : 'disconnected' });
  }

  /** The container of that name ends now, by itself. */
  crash(podUid: string, name: string, exitCode: number, reason = 'Error'): void {
    for (const running of this.#containers.values()) {
      const { observed } = running;
      if (observed.podUid !== podUid || observed.name !== name) continue;
      if (observed.state === 'running') this.#end(running, exitCode, reason);
    }
  }

  /** As when its pause process dies: everything in it ends with it. */
  loseSandbox(podUid: string): void {
    for (const sandbox of this.#sandboxes.values()) {
      if (sandbox.podUid === podUid && sandbox.ready) this.#stopSandbox(sandbox);
    }
  }

  version(): Promise<{ name: string; version: string }> {
    return this.#answer({ name: 'scripted', version: '1' });
  }

  conditions() {
    return this.#answer(
      ['RuntimeReady', 'NetworkReady'].map((type) => ({
        type,
        status: true,
        reason: '',
        message: '',
      })),
    );
  }

  listSandboxes(): Promise<ObservedSandbox[]> {
    return this.#answer([...this.#sandboxes.values()].map((sandbox) => ({ ...sandbox })));
  }

  sandbox(id: string): Promise<ObservedSandbox | undefined> {
    const found = this.#sandboxes.get(id);
    return this.#answer(found && { ...found });
  }

  async runSandbox(config: SandboxConfig): Promise<string> {
    const { name, namespace, uid, attempt } = config.metadata;
    const { makeMs = 0, error } = this.#options.script.sandbox(name, attempt);
    await this.#pass(makeMs);
    this.calls.push(`runSandbox ${name} ${attempt}`);
    if (error !== undefined) throw new RuntimeError('Failed', error);
    const id = this.#nextId('sandbox');
    const onHost = config.linux.securityContext.namespaceOptions.network === 'NODE';
    this.#sandboxes.set(id, {
      id,
      podUid: uid,
      namespace,
      name,
      attempt,
      ready: true,
      createdAtMs: this.#options.clock.now(),
      ips: onHost ? [] : [this.#options.address(this.#count)],
      labels: config.labels,
      annotations: config.annotations,
    });
    return id;
  }

  async stopSandbox(id: string): Promise<void> {
    await this.#pass(0);
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox?.ready) return;
    this.calls.push(`stopSandbox ${sandbox.name}`);
    this.#stopSandbox(sandbox);
  }

  async removeSandbox(id: string): Promise<void> {
    await this.#pass(0);
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox) return;
    this.calls.push(`removeSandbox ${sandbox.name}`);
    this.#stopSandbox(sandbox);
    for (const [containerId, { observed }] of this.#containers) {
      if (observed.sandboxId === id) this.#containers.delete(containerId);
    }
    this.#sandboxes.delete(id);
  }

  listContainers(): Promise<ObservedContainer[]> {
    return this.#answer([...this.#containers.values()].map(({ observed }) => ({ ...observed })));
  }

  container(id: string): Promise<ObservedContainer | undefined> {
    const found = this.#containers.get(id);
    return this.#answer(found && { ...found.observed });
  }

  async createContainer(
    sandboxId: string,
    config: ContainerConfig,
    of: SandboxConfig,
  ): Promise<string> {
    await this.#pass(0);
    if (!this.#sandboxes.get(sandboxId)?.ready) {
      throw new RuntimeError('Failed', `sandbox ${sandboxId} is not ready`);
    }
    const id = this.#nextId('container');
    const { name, attempt } = config.metadata;
    this.calls.push(`createContainer ${of.metadata.name} ${name} ${attempt}`);
    const observed: ObservedContainer = {
      id,
      sandboxId,
      podUid: config.labels[labels.podUid] ?? '',
      name,
      attempt,
      state: 'created',
      image: config.image.image,
      imageRef: config.image.image,
      createdAtMs: this.#options.clock.now(),
      startedAtMs: 0,
      finishedAtMs: 0,
      exitCode: 0,
      reason: '',
      message: '',
      logPath: `${of.logDirectory}/${config.logPath}`,
      labels: config.labels,
      annotations: config.annotations,
    };
    const script = this.#options.script.container(of.metadata.name, name, attempt);
    this.#containers.set(id, { observed, script, ended: Promise.withResolvers() });
    return id;
  }

  async startContainer(id: string): Promise<void> {
    const running = this.#must(id);
    const { startMs = 0, startError, runMs, exitCode = 0, oomKilled } = running.script;
    await this.#pass(startMs);
    if (startError !== undefined) {
      this.#end(running, 128, 'StartError');
      throw new RuntimeError('Failed', startError);
    }
    running.observed.state = 'running';
    running.observed.startedAtMs = this.#options.clock.now();
    if (runMs === undefined) return;
    this.#options.timers.after(runMs, () => {
      if (running.observed.state !== 'running') return;
      this.#end(
        running,
        exitCode,
        oomKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
      );
    });
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    await this.#pass(0);
    const running = this.#containers.get(id);
    if (!running || running.observed.state !== 'running') return;
    this.calls.push(`stopContainer ${running.observed.name} ${graceSeconds}`);
    const { stopMs } = running.script;
    const listens = stopMs !== undefined && stopMs <= graceSeconds * 1000;
    this.#options.timers.after(listens ? stopMs : graceSeconds * 1000, () => {
      if (running.observed.state !== 'running') return;
      this.#end(running, listens ? 0 : killed, listens ? 'Completed' : 'Error');
    });
    await running.ended.promise;
  }

  /** One that listens to SIGTERM listens to any other. */
  async signalContainer(id: string, signal: number): Promise<void> {
    await this.#pass(0);
    const running = this.#containers.get(id);
    if (running?.observed.state !== 'running') return;
    this.calls.push(`signalContainer ${running.observed.name} ${signal}`);
    const { stopMs } = running.script;
    if (stopMs === undefined) return;
    this.#options.timers.after(stopMs, () => {
      if (running.observed.state === 'running') this.#end(running, 0, 'Completed');
    });
  }

  async removeContainer(id: string): Promise<void> {
    await this.#pass(0);
    const running = this.#containers.get(id);
    if (!running) return;
    this.calls.push(`removeContainer ${running.observed.name} ${running.observed.attempt}`);
    if (running.observed.state === 'running') this.#end(running, killed, 'Error');
    this.#containers.delete(id);
  }

  async execSync(id: string, command: readonly string[]): Promise<ExecResult> {
    await this.#pass(0);
    const { observed } = this.#must(id);
    const nothing = { exitCode: 0, stdout: new Uint8Array(), stderr: new Uint8Array() };
    return this.#options.exec?.(observed, command) ?? nothing;
  }

  async updateResources(id: string, resources: LinuxResources): Promise<void> {
    await this.#pass(0);
    const { cpuShares = 0, memoryLimitInBytes = 0 } = resources;
    this.calls.push(
      `updateResources ${this.#must(id).observed.name} ${cpuShares} ${memoryLimitInBytes}`,
    );
  }

  reopenLog(): Promise<void> {
    return this.#pass(0);
  }

  exec(id: string): Promise<string> {
    return this.#answer(`http://127.0.0.1:1/exec/${id}`);
  }

  attach(id: string): Promise<string> {
    return this.#answer(`http://127.0.0.1:1/attach/${id}`);
  }

  portForward(id: string): Promise<string> {
    return this.#answer(`http://127.0.0.1:1/portforward/${id}`);
  }

  stats() {
    return this.#answer([]);
  }

  subscribe(listener: (event: RuntimeEvent) => void): { close(): void } {
    this.#listeners.add(listener);
    return { close: () => this.#listeners.delete(listener) };
  }

  close(): void {
    this.#listeners.clear();
  }

  async #pass(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.#options.timers.after(ms, resolve));
    if (!this.#available) throw new RuntimeError('Unavailable', 'the runtime is away');
  }

  async #answer<T>(value: T): Promise<T> {
    await this.#pass(0);
    return value;
  }

  #must(id: string): Running {
    const running = this.#containers.get(id);
    if (!running) throw new RuntimeError('NotFound', `no container ${id}`);
    return running;
  }

  #stopSandbox(sandbox: Mutable<ObservedSandbox>): void {
    if (!sandbox.ready) return;
    for (const running of this.#containers.values()) {
      const { sandboxId, state } = running.observed;
      if (sandboxId === sandbox.id && state === 'running') this.#end(running, killed, 'Error');
    }
    sandbox.ready = false;
    sandbox.ips = [];
    this.#emit({ type: 'exited', id: sandbox.id });
  }

  #end({ observed, script, ended }: Running, exitCode: number, reason: string): void {
    observed.state = 'exited';
    observed.exitCode = exitCode;
    observed.reason = reason;
    observed.message = script.message ?? '';
    observed.finishedAtMs = this.#options.clock.now();
    ended.resolve();
    this.#emit({ type: 'exited', id: observed.id });
  }

  #emit(event: RuntimeEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #nextId(kind: string): string {
    this.#count += 1;
    return `${kind}-${this.#count}`;
  }
}
