/**
 * The agent of one node: puts its parts together, begins and ends them in order, and hands on what the API's
 * watch, the runtime's events, probes and timers tell. Who has a worker is `pods/workers.ts`.
 */
import { nodes, pods, services as serviceKind } from '#api/kinds/index.ts';
import type { Node, Pod, Service } from '#api/types.ts';
import { EventRecorder } from '#client/events.ts';
import { Informer } from '#client/informer.ts';
import type { NodeAgentOptions } from './agent-options.ts';
import { ClockWatch } from './clock-watch.ts';
import { ReferencedObjects } from './cluster/references.ts';
import { parseResolvConf } from './config/dns.ts';
import { isMirror, mirrorAnnotation } from './decide/static-pods.ts';
import type { NodeVerdict } from './decide/facts.ts';
import { isCritical } from './decide/pressure/choose-pod.ts';
import type { ObservedContainer } from './decide/observed.ts';
import { ImageStore } from './images/image-store.ts';
import { KeptLogs } from './logs/kept-logs.ts';
import { lastWordsOf } from './logs/last-words.ts';
import { NodePaths } from './paths.ts';
import { Door } from './pods/door.ts';
import { Workers } from './pods/workers.ts';
import { QosCgroups } from './pods/qos-cgroups.ts';
import type { PodServices } from './pods/services.ts';
import { fieldPathOf } from './pods/field-path.ts';
import { evictable, nodeByName, nodePressure } from './pressure/node-pressure.ts';
import type { Pressure } from './pressure/pressure.ts';
import { Probes } from './probes/probes.ts';
import { RuntimeMirror } from './runtime/mirror.ts';
import type { RuntimeEvent } from './runtime/runtime.ts';
import { Slots } from './slots.ts';
import { StaticPods } from './static/static-pods.ts';
import { describeNode, type NodeDescription } from './status/describe-node.ts';
import { hasAppArmor } from './status/machine-facts.ts';
import { RuntimeHealth, runtimeSilenceMs } from './status/runtime-health.ts';
import { NodeReporter } from './status/node-reporter.ts';
import { DiskLimits } from './volumes/disk-limits.ts';
import { Tokens } from './volumes/tokens.ts';
import { VolumeRefresher } from './volumes/volume-refresher.ts';
import { Volumes } from './volumes/volumes.ts';

/** At most: so much later than it happened is told what is normal. */
const eventDelayMs = 3_000;

export interface MountedClaim {
  readonly pod: Pod;
  readonly volume: string;
  readonly claim: string;
  readonly path: string;
}

export class NodeAgent {
  readonly #options: NodeAgentOptions;
  readonly paths: NodePaths;
  readonly mirror: RuntimeMirror;
  readonly events: EventRecorder;
  readonly keptLogs: KeptLogs;
  readonly #images: ImageStore;
  readonly #health: RuntimeHealth;
  readonly #pressure: Pressure;
  readonly #diskLimits: DiskLimits;
  readonly #static: StaticPods;
  readonly #pods: Informer<Pod>;
  readonly #services: Informer<Service>;
  /** The one Node that this is. */
  readonly #self: Informer<Node>;
  readonly #references: ReferencedObjects;
  readonly #tokens: Tokens;
  readonly #volumes: Volumes;
  readonly #probes: Probes;
  readonly #refresher: VolumeRefresher;
  readonly #workers: Workers;
  /** This node's own, as its pods see them. */
  readonly #hostIPs: readonly string[];
  #reporter: NodeReporter | undefined;
  #shared: PodServices | undefined;
  #door: Door | undefined;
  readonly #clockWatch: ClockWatch;

  constructor(options: NodeAgentOptions) {
    this.#options = options;
    const { verbs, clock, timers, random, logger, runtime, nodeName, files, mounts } = options;
    const informing = { verbs, clock, timers, random, logger };
    this.#clockWatch = new ClockWatch(clock);
    this.#hostIPs = options.addresses
      .filter(({ type }) => type === 'InternalIP')
      .map(({ address }) => address);
    this.paths = new NodePaths(options.directory);
    this.events = new EventRecorder({
      ...informing,
      component: 'kubelet',
      host: nodeName,
      lull: () => this.#lull(),
    });
    this.keptLogs = new KeptLogs({ ...options, paths: this.paths });
    this.#images = new ImageStore(runtime.images, clock);
    this.#health = new RuntimeHealth(runtime, clock);
    this.#pods = new Informer(pods, { ...informing, fieldSelector: `spec.nodeName=${nodeName}` });
    this.#services = new Informer(serviceKind, informing);
    this.#self = new Informer(nodes, { ...informing, fieldSelector: `metadata.name=${nodeName}` });
    this.#references = new ReferencedObjects({
      ...informing,
      changed: (uids) => this.#referencesChanged(uids),
    });
    this.#tokens = new Tokens(verbs, clock);
    this.mirror = new RuntimeMirror({
      runtime,
      clock,
      timers,
      logger,
      relistMs: options.relistMs,
      changed: (uid) => this.#workers.runtimeChanged(uid),
      lastWords: (container) => lastWordsOf(container, this.paths, files),
      heard: (event) => this.#heard(event),
    });
    this.#static = new StaticPods({
      ...options,
      directory: options.manifests,
      changed: (uid, pod) => this.#workers.staticChanged(uid, pod),
      isLive: (uid) => this.#workers.get(uid) !== undefined,
      synced: () => this.#workers.staticSynced(),
    });
    this.#pressure = nodePressure({
      ...options,
      paths: this.paths,
      mirror: this.mirror,
      events: this.events,
      workers: () => this.#workers.all(),
      changed: () => this.#reporter?.look(),
    });
    this.#diskLimits = new DiskLimits({
      ...options,
      paths: this.paths,
      pods: () => this.#workers.all().map((worker) => evictable(worker, false)),
    });
    this.#volumes = new Volumes({
      paths: this.paths,
      verbs,
      files,
      mounts,
      disks: options.disks,
      tokens: this.#tokens,
      allocatable: () => this.#shared?.allocatable() ?? {},
      referencesOf: (uid) => this.#references.of(uid),
    });
    this.#probes = this.#makeProbes();
    this.#workers = this.#makeWorkers();
    this.#refresher = this.#makeRefresher();
  }

  #makeWorkers(): Workers {
    return new Workers({
      pods: this.#pods,
      static: this.#static,
      mirror: this.mirror,
      logger: this.#options.logger,
      servicesFor: (pod) => this.#servicesFor(pod),
      began: ({ pod }) => this.#diskLimits.podAdded(pod),
      knocks: (worker) => this.#door?.knock(worker),
      relabelled: (uid) => this.#refresher.refresh(uid),
    });
  }

  #makeRefresher(): VolumeRefresher {
    return new VolumeRefresher({
      ...this.#options,
      volumes: this.#volumes,
      tokens: this.#tokens,
      mirror: this.mirror,
      hostIPs: this.#hostIPs,
      uids: () => this.#workers.uids(),
      podOf: (uid) => this.#workers.get(uid)?.pod,
    });
  }

  #makeProbes(): Probes {
    const { runtime, network, clock, timers, random } = this.#options;
    return new Probes({
      tools: { runtime, network },
      clock,
      timers,
      random,
      changed: (uid) => this.#workers.get(uid)?.wake(),
      unhealthy: (pod, container, message) =>
        this.events.record({
          regarding: pod,
          level: 'Warning',
          reason: 'Unhealthy',
          message,
          fieldPath: fieldPathOf(pod, container),
        }),
    });
  }

  get podObjects(): Informer<Pod> {
    return this.#pods;
  }

  /** Claims that pods of this node have mounted, and where. */
  mountedClaims(): readonly MountedClaim[] {
    return this.#workers.all().flatMap(({ pod }) =>
      (pod.spec?.volumes ?? []).flatMap((volume): MountedClaim[] => {
        const claim = volume.ephemeral
          ? `${pod.metadata.name}-${volume.name}`
          : volume.persistentVolumeClaim?.claimName;
        const place = claim === undefined ? undefined : this.#volumes.placeOf(pod, volume.name);
        if (claim === undefined || place === undefined || place.isBlock) return [];
        return [{ pod, volume: volume.name, claim, path: place.path }];
      }),
    );
  }

  /** Settles when the node is registered and every pod that was there has a worker. */
  async start(): Promise<void> {
    await this.#volumes.start();
    const described = await describeNode(this.#options);
    this.#shared = await this.#share(described);
    this.#door = this.#makeDoor(described, this.#shared.machine);
    await this.mirror.start();
    this.#services.start();
    this.#pods.start();
    const reporter = this.#makeReporter(described);
    this.#reporter = reporter;
    await reporter.start();
    this.#self.listen((_previous, next) => reporter.observe(next));
    this.#self.start();
    await Promise.all([this.#services.whenSynced(), this.#pods.whenSynced()]);
    this.#expectHostPorts();
    await this.#static.start();
    this.#pods.listen((previous, next) => this.#workers.podChanged(previous, next));
    this.#door.open();
    this.#workers.adoptOrphans();
    this.#refresher.start();
  }

  /**
   * The machine goes down: pods end for good, those that others depend on last, and no new one begins.
   * Settles when all have ended, or when the time is over.
   */
  async shutDown(): Promise<void> {
    const { settings, timers } = this.#options;
    this.#reporter?.shutDown();
    this.#door?.stop();
    const waves = [
      { isCritical: false, ms: settings.shutdownMs - settings.shutdownCriticalMs },
      { isCritical: true, ms: settings.shutdownCriticalMs },
    ];
    for (const { isCritical: wanted, ms } of waves) {
      const workers = this.#workers.all().filter(({ pod }) => isCritical(pod) === wanted);
      for (const worker of workers) worker.fail(shutdownVerdict(ms));
      const late = new Promise<void>((resolve) => timers.after(ms, resolve));
      await Promise.race([Promise.all(workers.map((worker) => worker.whenQuiet())), late]);
    }
  }

  /** Containers go on without it. */
  async stop(): Promise<void> {
    this.#reporter?.stop();
    this.#pods.stop();
    this.#services.stop();
    this.#self.stop();
    this.#references.stop();
    this.mirror.stop();
    this.#probes.stop();
    this.#pressure.stop();
    this.#diskLimits.stop();
    this.#static.stop();
    this.#door?.stop();
    this.#refresher.stop();
    for (const worker of this.#workers.all()) worker.stop();
    await this.events.flush();
  }

  async #share({ memoryBytes, forPods, allocatable }: NodeDescription): Promise<PodServices> {
    const options = this.#options;
    const { files, runtime, network } = options;
    const classes =
      options.cgroups && new QosCgroups(options.cgroups, options.cgroupPrefix, options.logger);
    await classes?.start(forPods);
    // A machine that makes sandboxes and starts containers at once does both slower: what is begun is ended first.
    const startSlots = new Slots(options.sandboxesAtOnce);
    return {
      ...options,
      events: this.events,
      mirror: this.mirror,
      images: this.#images,
      volumes: this.#volumes,
      probes: this.#probes,
      keptLogs: this.keptLogs,
      handlers: { runtime, network },
      paths: this.paths,
      hostDns: parseResolvConf((await files.readText('/etc/resolv.conf')) ?? ''),
      hostHosts: async () => (await files.readText('/etc/hosts')) ?? '',
      hostIPs: this.#hostIPs,
      machine: { appArmor: await hasAppArmor(files) },
      hostPorts: options.hostPorts,
      memoryBytes,
      allocatable: () => allocatable,
      roomFor: (uid) => this.#workers.roomFor(uid, allocatable),
      services: () => this.#services.cache.list(),
      startSlots,
      sandboxSlots: new Slots(options.sandboxesAtOnce, startSlots),
      referencesOf: (uid) => this.#references.of(uid),
      releaseReferences: (uid) => this.#references.release(uid),
      drained: options.drained ?? (() => Promise.resolve()),
      volumesReleased: options.volumesReleased ?? (() => undefined),
      guarded: options.guarded ?? (() => Promise.resolve()),
      balance: async () => classes?.balance(this.#workers.all().map(({ pod }) => pod)),
      observe: (pod) => this.#pods.observe(pod),
    };
  }

  /** The API knows a pod of the node's own files by another uid. */
  #servicesFor(pod: Pod): PodServices | undefined {
    const shared = this.#shared;
    if (!shared || !isMirror(pod)) return shared;
    return { ...shared, verbs: this.#static.verbsFor(pod) };
  }

  /** Of all pods that run already, before the first of them is looked at: the table is written as a whole. */
  #expectHostPorts(): void {
    for (const pod of this.#pods.cache.list()) {
      const { uid = '', annotations } = pod.metadata;
      // A mirror stands for a pod that runs under the uid of its manifest.
      const own = isMirror(pod) ? (annotations?.[mirrorAnnotation] ?? '') : uid;
      const [sandbox] = this.mirror.sandboxesOf(own);
      const podIP = sandbox?.ready ? sandbox.ips[0] : undefined;
      if (podIP !== undefined && !pod.spec?.hostNetwork)
        this.#options.hostPorts?.expect(own, pod, podIP);
    }
  }

  #makeDoor({ allocatable, labels }: NodeDescription, machine: PodServices['machine']): Door {
    const { nodeName: name } = this.#options;
    const described: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels },
      spec: {},
    };
    return new Door({
      ...this.#options,
      workers: () => this.#workers.all(),
      whenInformed: () => this.#pods.whenWhole(),
      facts: () => ({
        node: this.#self.cache.list()[0] ?? described,
        allocatable,
        pressure: this.#pressure.conditions,
        machine,
      }),
    });
  }

  #makeReporter(described: NodeDescription): NodeReporter {
    const { nodeName } = this.#options;
    return new NodeReporter({
      ...this.#options,
      ...described,
      name: nodeName,
      annotations: {},
      facts: async () => ({
        pressure: await this.#pressure.look(),
        runtime: await this.#health.conditions(),
      }),
      images: () => this.#health.images(),
      heartbeat: () => this.#lookAtClock(),
      tell: (news) => this.events.record({ regarding: nodeByName(nodeName), ...news }),
    });
  }

  #heard(event: RuntimeEvent): void {
    if (event.type === 'images' || event.type === 'disconnected') {
      this.#images.forget();
      this.#health.imagesChanged();
    }
    if (event.type === 'disconnected') {
      // When it is still away then, the node says so.
      this.#options.timers.after(runtimeSilenceMs, () => this.#reporter?.look());
      this.#options.runtimeLost?.();
    }
    // Where the kernel ended somebody for lack of memory, others may be short of it, too.
    if (event.type !== 'exited') this.#reporter?.look();
  }

  /** While many pods come up at once, the processors are theirs. */
  async #lull(): Promise<void> {
    const slots = this.#shared?.sandboxSlots;
    const late = Promise.withResolvers<void>();
    const timer = this.#options.timers.after(eventDelayMs, () => late.resolve());
    await Promise.race([slots?.whenIdle(), late.promise]);
    timer.cancel();
  }

  #referencesChanged(uids: ReadonlySet<string>): void {
    for (const uid of uids) {
      this.#workers.get(uid)?.retry();
      this.#refresher.refresh(uid);
    }
  }

  #lookAtClock(): void {
    const byMs = this.#clockWatch.setBy();
    if (byMs === undefined) return;
    this.#options.logger.info('the clock of this machine was set', { byMs: Math.round(byMs) });
    for (const worker of this.#workers.all()) worker.wake();
    this.#refresher.renewTokens();
  }

  /** The container that answers to that name now, and the one before it. */
  containersNamed(uid: string, name: string): readonly ObservedContainer[] {
    return this.mirror.containersOf(this.ownUid(uid)).filter((one) => one.name === name);
  }

  podObjectOf(uid: string): Pod | undefined {
    return this.#workers.get(this.ownUid(uid))?.pod;
  }

  /** Pods of the node's own files run under another uid than the API's. */
  ownUid(uid: string): string {
    return this.#static.uidOf(uid) ?? uid;
  }
}

const shutdownVerdict = (ms: number): NodeVerdict => ({
  reason: 'Terminated',
  message: 'Pod was terminated in response to imminent node shutdown.',
  graceSeconds: Math.max(1, Math.floor(ms / 1000)),
  disruption: true,
});
