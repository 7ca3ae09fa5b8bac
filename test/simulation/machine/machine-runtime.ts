/**
 * The node agent's runtime on a simulated machine. Every call takes a while and some fail, as the
 * seed says; the machine does what it was asked for even when the asking agent dies meanwhile.
 */
import type { Clock } from '#base/clock.ts';
import type { Random } from '#base/random.ts';
import { labels } from '#node/decide/labels.ts';
import type { ObservedContainer, ObservedSandbox } from '#node/decide/observed.ts';
import { RuntimeError } from '#node/runtime/runtime-error.ts';
import type {
  ContainerConfig,
  Images,
  LinuxResources,
  Runtime,
  RuntimeImage,
  SandboxConfig,
} from '#node/runtime/runtime.ts';
import type { VirtualTime } from '../virtual-time.ts';
import { type Faults, strikes, type Weather } from '../weather.ts';
import type { Machine, MachineContainer, MachineSandbox } from './machine.ts';

export interface MachineRuntimeOptions {
  readonly machine: Machine;
  readonly time: VirtualTime;
  readonly clock: Clock;
  readonly random: Random;
  readonly weather: Readonly<Weather>;
  readonly faults: Faults;
}

/** How long a call takes at most, in milliseconds. */
const longest = {
  read: 3,
  sandbox: 400,
  pull: 3_000,
  create: 60,
  start: 120,
  stop: 40,
  remove: 30,
  update: 40,
  /** What the asker waits for an answer that never comes. */
  answer: 10_000,
};

const changes = /^(run|create|start|stop|remove|update|pull)/;

export function machineRuntime(options: MachineRuntimeOptions): Runtime {
  const { machine } = options;
  return {
    version: async () => ({ name: 'simulated', version: '1.0' }),
    conditions: async () => {
      await work(options)(longest.read);
      return [condition('RuntimeReady'), condition('NetworkReady')];
    },
    ...mayGoUnheard(sandboxCalls(options), options),
    ...mayGoUnheard(containerCalls(options), options),
    execSync: async () => ({ exitCode: 0, stdout: new Uint8Array(), stderr: new Uint8Array() }),
    exec: notSimulated,
    attach: notSimulated,
    portForward: notSimulated,
    stats: async () => [],
    images: mayGoUnheard(imageCalls(options), options),
    subscribe: (listener) => machine.listen(listener),
    close: () => undefined,
  };
}

function sandboxCalls(options: MachineRuntimeOptions) {
  const { machine, clock } = options;
  const takes = work(options);
  return {
    listSandboxes: async (): Promise<readonly ObservedSandbox[]> => {
      const listed = [...machine.sandboxes.values()].map((sandbox) => ({ ...sandbox, ips: [] }));
      await takes(longest.read);
      return listed;
    },
    sandbox: async (id: string): Promise<ObservedSandbox | undefined> => {
      await takes(longest.read);
      const found = machine.sandboxes.get(id);
      return found && { ...found };
    },
    runSandbox: async (config: SandboxConfig): Promise<string> => {
      const { name, namespace, uid, attempt } = config.metadata;
      await takes(longest.sandbox, `run a sandbox for ${namespace}/${name}`);
      const id = machine.nextId('sandbox');
      const sandbox: MachineSandbox = {
        id,
        podUid: uid,
        namespace,
        name,
        attempt,
        ready: true,
        createdAtMs: clock.now(),
        ips: [machine.nextAddress()],
        labels: config.labels,
        annotations: config.annotations,
      };
      machine.addSandbox(sandbox);
      return id;
    },
    stopSandbox: async (id: string): Promise<void> => {
      await takes(longest.stop);
      const sandbox = machine.sandboxes.get(id);
      if (sandbox) machine.stopSandbox(sandbox);
    },
    removeSandbox: async (id: string): Promise<void> => {
      await takes(longest.remove);
      const sandbox = machine.sandboxes.get(id);
      if (!sandbox) return;
      machine.stopSandbox(sandbox);
      for (const container of machine.containers.values()) {
        if (container.sandboxId === id) machine.containers.delete(container.id);
      }
      machine.sandboxes.delete(id);
    },
  };
}

function containerCalls(options: MachineRuntimeOptions) {
  const { machine } = options;
  const takes = work(options);
  return {
    listContainers: async (): Promise<readonly ObservedContainer[]> => {
      const listed = [...machine.containers.values()].map(observed);
      await takes(longest.read);
      return listed;
    },
    container: async (id: string): Promise<ObservedContainer | undefined> => {
      await takes(longest.read);
      const found = machine.containers.get(id);
      return found && observed(found);
    },
    createContainer: async (sandboxId: string, config: ContainerConfig, of: SandboxConfig) => {
      await takes(longest.create, `create ${config.metadata.name} of ${of.metadata.name}`);
      if (!machine.sandboxes.get(sandboxId)?.ready) {
        throw new RuntimeError('NotFound', `the sandbox ${sandboxId} is not there or not ready`);
      }
      return addContainer(sandboxId, config, of, options);
    },
    startContainer: async (id: string): Promise<void> => {
      await takes(longest.start, `start ${id}`);
      const container = machine.containers.get(id);
      const sandbox = machine.sandboxes.get(container?.sandboxId ?? '');
      if (container?.state !== 'created' || !sandbox?.ready) {
        throw new RuntimeError('Failed', `the container ${id} cannot be started`);
      }
      if (strikes(options, 'runtimeFailure')) {
        machine.refuse(container);
        throw new RuntimeError('Failed', `${id} has no program: the seed says so`);
      }
      machine.start(container);
    },
    stopContainer: async (id: string, graceSeconds: number): Promise<void> => {
      await takes(longest.stop);
      const container = machine.containers.get(id);
      if (container?.state !== 'running') return;
      machine.terminate(container, graceSeconds * 1000);
      await container.ended.promise;
    },
    signalContainer: async (): Promise<void> => takes(longest.read),
    removeContainer: async (id: string): Promise<void> => {
      await takes(longest.remove);
      const container = machine.containers.get(id);
      if (container?.state === 'running') machine.end(container, 137);
      machine.containers.delete(id);
    },
    updateResources: async (id: string, resources: LinuxResources): Promise<void> => {
      await takes(longest.update, `resize ${id}`);
      const container = machine.containers.get(id);
      if (container?.state !== 'running') {
        throw new RuntimeError('Failed', `the container ${id} does not run`);
      }
      machine.resize(container, resources);
    },
    reopenLog: async () => undefined,
  };
}

function addContainer(
  sandboxId: string,
  config: ContainerConfig,
  of: SandboxConfig,
  { machine, clock }: MachineRuntimeOptions,
): string {
  const id = machine.nextId('container');
  machine.addContainer({
    id,
    sandboxId,
    podUid: config.labels[labels.podUid] ?? '',
    name: config.metadata.name,
    attempt: config.metadata.attempt,
    state: 'created',
    image: config.image.image,
    imageRef: config.image.image,
    createdAtMs: clock.now(),
    startedAtMs: 0,
    finishedAtMs: 0,
    exitCode: 0,
    reason: '',
    message: '',
    logPath: `${of.logDirectory}/${config.logPath}`,
    labels: config.labels,
    annotations: config.annotations,
    resources: config.linux?.resources ?? {},
  });
  return id;
}

function imageCalls(options: MachineRuntimeOptions): Images {
  const { machine } = options;
  const takes = work(options);
  return {
    list: async () => {
      await takes(longest.read);
      return [...machine.images].map(imageNamed);
    },
    status: async (image) => {
      await takes(longest.read);
      return machine.images.has(image) ? imageNamed(image) : undefined;
    },
    pull: async (image) => {
      await takes(longest.pull, `pull ${image}`);
      machine.images.add(image);
      machine.tell({ type: 'images' });
      return image;
    },
    remove: async (image) => {
      await takes(longest.remove);
      machine.images.delete(image);
      machine.tell({ type: 'images' });
    },
  };
}

/** Takes its time, and fails now and then when it is said what is tried. */
function work(options: MachineRuntimeOptions) {
  const { machine, time, random } = options;
  return async (longestMs: number, tried?: string): Promise<void> => {
    await time.sleep(1 + random.below(longestMs));
    if (!machine.available) throw new RuntimeError('Unavailable', 'the runtime is away');
    if (tried && (machine.disk.full || strikes(options, 'runtimeFailure'))) {
      throw new RuntimeError('Failed', `cannot ${tried}: the seed says so`);
    }
  };
}

/** Of what changes something, the answer is lost now and then: it is done, and the asker hears of a failure. */
function mayGoUnheard<T extends object>(calls: T, options: MachineRuntimeOptions): T {
  const { time, random } = options;
  const changing = Object.entries(calls).filter(([name]) => changes.test(name));
  const wrapped = changing.map(
    ([name, call]: [string, (...given: unknown[]) => Promise<unknown>]) => [
      name,
      async (...given: unknown[]): Promise<unknown> => {
        const answer = await call(...given);
        if (!strikes(options, 'lostRuntimeAnswer')) return answer;
        await time.sleep(random.below(longest.answer));
        throw new RuntimeError('DeadlineExceeded', `${name} took too long: the seed says so`);
      },
    ],
  );
  return { ...calls, ...(Object.fromEntries(wrapped) as Partial<T>) };
}

function observed(container: MachineContainer): ObservedContainer {
  const { servesAtMs: _, endsWithinMs: __, ended: ___, resources: ____, ...rest } = container;
  return rest;
}

const condition = (type: string) => ({ type, status: true, reason: '', message: '' });

const imageNamed = (image: string): RuntimeImage => ({
  id: image,
  tags: [image],
  digests: [],
  sizeBytes: 10_000_000,
  uid: undefined,
  username: '',
});

const notSimulated = (): Promise<never> =>
  Promise.reject(new RuntimeError('Failed', 'streams are not simulated'));
