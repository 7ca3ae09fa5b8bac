/** A whole cluster in this process: one store, one control plane, some nodes, one time. */
import { apiVersionOf, collectionOf, type Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { pods, storageClasses } from '#api/kinds/index.ts';
import type { DeleteOptions, Pod, Status, StorageClass } from '#api/types.ts';
import { localPathProvisioner } from '#node/decide/local-path.ts';
import type { PatchType, Verbs } from '#api/verbs.ts';
import type { Random } from '#base/random.ts';
import { StatusError } from '#base/status-error.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import type { Backend } from '#store/backend.ts';
import { StoreCore } from '#store/core.ts';
import { type Journal, JournalError } from '#store/journal.ts';
import { ControlPlaneProcess } from './control-plane-process.ts';
import { Ledger } from './ledger.ts';
import { NodeProcess } from './node-process.ts';
import { Trace } from './trace.ts';
import { usageConnector } from './usage-connector.ts';
import { drained, VirtualTime } from './virtual-time.ts';
import { WallClock } from './wall-clock.ts';
import { calm, type Faults, strikes, type Weather } from './weather.ts';
import { usualLoad } from './workload.ts';

/** Of one step of the plan: a loop that wakes itself without a pause gets there. */
const timersMax = 200_000;

export interface ClusterOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Per node; few of them leave pods waiting for room. */
  readonly podsMax: number;
  /** How long a commit takes at most until it is durable, as on a disk; 0: it is at once. */
  readonly commitMsMax: number;
  readonly tailMax: number;
  readonly print?: ((line: string) => void) | undefined;
}

export class SimulatedCluster {
  readonly time = new VirtualTime();
  /** Of the machine that the control plane runs on. */
  readonly clock = new WallClock(this.time);
  readonly weather: Weather = { ...calm };
  readonly faults: Faults = new Map();
  /** Of the machine that the control plane runs on: the store's. */
  readonly disk = { full: false };
  readonly trace: Trace;
  readonly backend: Backend;
  readonly ledger: Ledger;
  readonly controlPlane: ControlPlaneProcess;
  readonly nodes: readonly NodeProcess[];
  readonly violations: string[] = [];
  /** When a create of a Pod was carried out and its caller was told otherwise. */
  readonly lostPodsAtMs: number[] = [];
  /** Uids of pods whose names are free, whatever still runs of them: by force, or since their node is gone. */
  readonly givenUp = new Set<string>();
  /** What people's requests make each pod use. */
  readonly load = { milliCpu: usualLoad };
  /** Raised whenever a container begins or ends, or may use more or less. */
  runs = 0;
  /** There may not be room for all. */
  readonly isTight: boolean;
  readonly #seed: number;
  /** No time passes meanwhile: it reads its keys on threads of the real machine. */
  #starting: Promise<void> | undefined;

  constructor(options: ClusterOptions) {
    const { time, clock, weather, faults } = this;
    this.#seed = options.seed;
    this.isTight = options.podsMax < 10;
    const violated = (words: string): void => this.violated(words);
    this.trace = new Trace({ ...options, time, failed: violated });
    const parts = { time, weather, faults, trace: this.trace };
    const historyRevisions = this.chance('history').fraction() < 0.3 ? 100 : undefined;
    const journal = this.#journal(options.commitMsMax);
    this.backend = new StoreCore({ clock, timers: time, historyRevisions, journal });
    const { backend } = this;
    this.ledger = new Ledger({ ...parts, backend, trace: this.trace.add, violated });
    this.controlPlane = new ControlPlaneProcess({
      ...parts,
      clock,
      backend,
      ledger: this.ledger,
      random: this.chance('control plane'),
      connector: usageConnector(this),
      lost: (resource) => {
        if (resource === 'pods') this.lostPodsAtMs.push(time.elapsedMs);
      },
    });
    this.nodes = Array.from({ length: options.nodes }, (_, index) => {
      const name = `node-${index + 1}`;
      const groups = ['system:nodes', 'system:authenticated'];
      return new NodeProcess({
        ...parts,
        name,
        number: index + 1,
        podsMax: options.podsMax,
        random: this.chance(name),
        server: () => this.controlPlane.verbsFor({ name: `system:node:${name}`, groups }),
        storageServer: () =>
          this.controlPlane.verbsFor({
            name: 'system:controller:local-path-provisioner',
            groups: ['system:authenticated'],
          }),
        changed: () => this.runs++,
      });
    });
  }

  /** A source of chance of one part: what another draws does not change it. */
  chance(part: string): Random {
    let seed = this.#seed;
    for (const letter of part) seed = (Math.imul(seed, 31) + letter.charCodeAt(0)) >>> 0;
    return seededRandom(seed);
  }

  async start(): Promise<void> {
    await this.controlPlane.start();
    // Not waited for: a commit takes virtual time, and none goes by here.
    void this.create(storageClasses as Kind, localStorage);
    for (const node of this.nodes) node.start();
  }

  /** Lets so much time go by; `settled` is called whenever nothing more happens without it. */
  async advance(ms: number, settled: () => void): Promise<void> {
    const until = this.time.elapsedMs + ms;
    const from = this.time.fired;
    do {
      if (this.time.fired - from > timersMax) this.violated('timers without an end');
      await this.#drained();
      settled();
    } while (this.time.step(until));
  }

  /** Also of what goes on once the keys are read, whenever in real time that is. */
  async #drained(): Promise<void> {
    await drained();
    while (this.#starting) {
      const starting = this.#starting;
      await starting;
      await drained();
      if (this.#starting === starting) this.#starting = undefined;
    }
  }

  /** The program has no end: it is stopped like a killed one, so that nothing of it goes on. */
  stop(): void {
    this.controlPlane.kill();
    for (const node of this.nodes) node.kill();
  }

  /** Nothing is wrong any more, from now on. */
  calmDown(): void {
    Object.assign(this.weather, calm);
    this.load.milliCpu = usualLoad;
    for (const { clock } of [this, ...this.nodes]) clock.set(0);
    for (const { disk } of [this, ...this.nodes.map(({ machine }) => machine)]) disk.full = false;
    for (const node of this.nodes) {
      const { connection, machine } = node;
      connection.heal();
      node.turnOn();
      machine.setAvailable(true);
      machine.memory.short = false;
    }
  }

  restartControlPlane(): Promise<void> {
    this.controlPlane.kill();
    for (const { connection, storageConnection } of this.nodes) {
      connection.reset();
      storageConnection.reset();
    }
    this.#starting = this.controlPlane.start();
    return this.#starting;
  }

  /** It may take as long as it needs; when it never ends, nothing runs in the end. */
  stopAndStartControlPlane(): void {
    const { plane } = this.controlPlane;
    if (!plane) return;
    this.trace.add('the control plane is told to stop');
    void plane.stop().then(() => {
      if (this.controlPlane.plane === plane) void this.restartControlPlane();
    });
  }

  violated(words: string): void {
    this.trace.add(`VIOLATION: ${words}`);
    this.violations.push(words);
  }

  /** The hand of a person, on a good connection. */
  async create(kind: Kind, object: object): Promise<KubeObject> {
    const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object } as KubeObject;
    return this.#admin().create(collectionOf(kind, body.metadata.namespace), body);
  }

  async patch(
    kind: Kind,
    of: KubeObject,
    body: object,
    type: PatchType = 'merge',
  ): Promise<KubeObject> {
    return this.#admin().patch(refOf(kind, of), { type, body });
  }

  /** What an applier wants; the server makes it when it is not there. */
  async apply(
    kind: Kind,
    object: object & { readonly metadata: { readonly name: string; readonly namespace: string } },
    options: { readonly fieldManager: string; readonly force: boolean },
  ): Promise<KubeObject> {
    const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object };
    const { name, namespace } = object.metadata;
    const ref = { ...collectionOf(kind, namespace), name };
    return this.#admin().patch(ref, { type: 'apply', body }, options);
  }

  async delete(kind: Kind, of: KubeObject, options: DeleteOptions): Promise<KubeObject | Status> {
    return this.#admin().delete(refOf(kind, of), options);
  }

  async resize(pod: Pod, container: { readonly name: string; readonly resources: object }) {
    const body = { spec: { containers: [container] } };
    const ref = { ...refOf(pods as Kind, pod), subresource: 'resize' };
    return this.#admin().patch(ref, { type: 'strategic', body });
  }

  async evict(pod: Pod): Promise<void> {
    const body = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: pod.metadata.name },
    };
    const ref = { ...refOf(pods as Kind, pod), subresource: 'eviction' };
    await this.#admin().create(ref, body as KubeObject);
  }

  /** The store in memory, but with the time that a disk takes and what it refuses. */
  #journal(msMax: number): Journal {
    const { time, weather, faults, disk } = this;
    const random = this.chance('disk');
    return {
      append: async () => {
        if (msMax > 0) await time.sleep(random.below(msMax));
        if (!disk.full && !strikes({ random, weather, faults }, 'diskFailure')) return;
        this.trace.add('the disk refuses a write');
        throw new JournalError('disk full', false);
      },
      forget: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  #admin(): Verbs {
    const user = { name: 'ada', groups: ['system:masters', 'system:authenticated'] };
    const verbs = this.controlPlane.verbsFor(user);
    if (verbs) return verbs;
    throw new StatusError('ServiceUnavailable', 'the control plane is down');
  }
}

const localStorage: Partial<StorageClass> = {
  metadata: { name: 'local-path' },
  provisioner: localPathProvisioner,
  volumeBindingMode: 'WaitForFirstConsumer',
};

function refOf(kind: Kind, { metadata: { namespace, name } }: KubeObject) {
  return { ...collectionOf(kind, namespace), name };
}
