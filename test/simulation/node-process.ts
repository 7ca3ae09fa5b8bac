/**
 * A node: a machine, and the real node agent on it as a program that can be killed at any moment.
 * The machine's containers go on without it; a new agent starts with nothing but what the machine
 * shows.
 */
import type { KubeObject } from '#api/object.ts';
import type { TokenRequest } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { formatTime } from '#api/time.ts';
import { NodeAgent } from '#node/agent.ts';
import { usualSettings } from '#node/decide/node-settings.ts';
import { LocalPathProvisioner } from '#node/local-path/provisioner.ts';
import type { Disks } from '#sys/disks.ts';
import { Connection } from './connection.ts';
import { Life } from './life.ts';
import { Machine } from './machine/machine.ts';
import { machineNetwork } from './machine/machine-network.ts';
import { machineRuntime } from './machine/machine-runtime.ts';
import type { Trace } from './trace.ts';
import type { VirtualTime } from './virtual-time.ts';
import { WallClock } from './wall-clock.ts';
import type { Faults, Weather } from './weather.ts';

export interface NodeProcessOptions {
  readonly name: string;
  /** From 1: of the node's own address and its pods'. */
  readonly number: number;
  readonly podsMax: number;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly weather: Readonly<Weather>;
  readonly faults: Faults;
  readonly trace: Trace;
  readonly server: () => Verbs | undefined;
  readonly storageServer: () => Verbs | undefined;
  /** A container has begun or ended, or may use more or less. */
  readonly changed: () => void;
}

const volumesDirectory = '/volumes';

const refuse = (): Promise<never> => Promise.reject(new Error('this machine has no disks'));
const noDisks: Disks = {
  create: refuse,
  mount: refuse,
  device: refuse,
  grow: refuse,
  releaseBelow: refuse,
  remove: refuse,
};

/** As a service manager would. */
const restartAfterMs = 2_000;

export class NodeProcess {
  readonly machine: Machine;
  readonly clock: WallClock;
  readonly connection: Connection;
  /** Of the part that makes volumes, which asks under a name of its own. */
  readonly storageConnection: Connection;
  readonly #options: NodeProcessOptions;
  #life = new Life();
  #isOff = false;
  /** The newest; it may not have started. */
  agent: NodeAgent | undefined;

  constructor(options: NodeProcessOptions) {
    this.#options = options;
    const { name, number, trace, time } = options;
    this.clock = new WallClock(time);
    const { clock } = this;
    this.machine = new Machine({ ...options, clock, name, subnet: number, trace: trace.add });
    this.connection = new Connection(options);
    this.storageConnection = new Connection({ ...options, server: options.storageServer });
  }

  get name(): string {
    return this.#options.name;
  }

  start(): void {
    if (this.#isOff) return;
    const { time, trace } = this.#options;
    const life = new Life();
    this.#life = life;
    trace.add(`${this.name}: the agent starts`);
    this.agent = this.#makeAgent(life);
    void this.#makeProvisioner(life).start();
    this.agent.start().then(
      () => trace.add(`${this.name}: the agent has started`),
      (error: unknown) => {
        if (life.over) return;
        trace.add(`${this.name}: the agent could not start: ${String(error)}`);
        life.kill();
        time.after(restartAfterMs, () => this.#life === life && this.start());
      },
    );
  }

  kill(): void {
    this.#life.kill();
  }

  /** Nothing runs on it, until `turnOn`. */
  turnOff(): void {
    this.#options.trace.add(`${this.name}: the machine is turned off`);
    this.#isOff = true;
    this.#life.kill();
    this.machine.reboot();
  }

  turnOn(): void {
    if (!this.#isOff) return;
    this.#isOff = false;
    this.#options.trace.add(`${this.name}: the machine is turned on`);
    this.start();
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  /** Containers go on. */
  restart(): void {
    if (this.#isOff) return;
    this.#options.trace.add(`${this.name}: the agent is killed`);
    this.#life.kill();
    this.start();
  }

  /** As on an upgrade. */
  stopAndStart(): void {
    const { agent } = this;
    const life = this.#life;
    this.#options.trace.add(`${this.name}: the agent is told to stop`);
    void agent?.stop().then(() => {
      if (this.#life === life) this.restart();
    });
  }

  /** The machine loses power and comes back. */
  reboot(): void {
    if (this.#isOff) return;
    this.#options.trace.add(`${this.name}: the machine reboots`);
    this.#life.kill();
    this.machine.reboot();
    this.start();
  }

  #makeProvisioner(life: Life): LocalPathProvisioner {
    const { name, time, random, trace } = this.#options;
    const { machine, clock } = this;
    return new LocalPathProvisioner({
      nodeName: name,
      directory: volumesDirectory,
      verbs: life.verbs(this.storageConnection.verbs),
      files: life.calls(machine.files, 'watch'),
      disks: noDisks,
      clock,
      timers: life.timers(time),
      random,
      logger: trace.logger(name, () => !life.over),
    });
  }

  #makeAgent(life: Life): NodeAgent {
    const { name, number, podsMax, time, random, trace } = this.#options;
    const { machine, clock } = this;
    const parts = { ...this.#options, machine, clock };
    const runtime = machineRuntime(parts);
    return new NodeAgent({
      nodeName: name,
      directory: '/gantry',
      cgroupPrefix: '/gantry',
      verbs: life.verbs(withTokens(this.connection.verbs, clock)),
      runtime: {
        ...life.calls(runtime, 'subscribe', 'close'),
        images: life.calls(runtime.images),
        subscribe: (listener) => {
          const subscription = machine.listen(listener);
          life.onEnd(() => subscription.close());
          return subscription;
        },
      },
      files: life.calls(machine.files, 'watch'),
      mounts: life.calls(machine.mounts),
      cgroups: undefined,
      network: life.calls(machineNetwork(parts)),
      clock,
      timers: life.timers(time),
      random,
      logger: trace.logger(name, () => !life.over),
      addresses: [
        { type: 'InternalIP', address: `192.168.0.${number}` },
        { type: 'Hostname', address: name },
      ],
      podCidrs: [`10.${200 + number}.0.0/16`],
      labels: {},
      architecture: 'amd64',
      version: 'v1.36.0+gantry',
      dns: () => ({ servers: [], domain: 'cluster.local' }),
      podsMax,
      settings: usualSettings,
      reserved: { cpuMilli: 100, memoryBytes: 256 * 1024 * 1024 },
      sandboxesAtOnce: 4,
      relistMs: 60_000,
    });
  }
}

/** Signing takes place on threads of the real machine, whose order nobody can repeat. */
function withTokens(verbs: Verbs, clock: Clock): Verbs {
  return {
    ...verbs,
    create: async (ref, object, options) => {
      if (!('name' in ref) || ref.subresource !== 'token') {
        return verbs.create(ref, object, options);
      }
      const { spec } = object as TokenRequest;
      // The account must exist, as for a real token.
      await verbs.get({ ...ref, subresource: undefined });
      const expires = clock.now() + (spec.expirationSeconds ?? 3600) * 1000;
      const status = { token: 'simulated', expirationTimestamp: formatTime(expires) };
      return { ...object, status } as KubeObject;
    },
  };
}
