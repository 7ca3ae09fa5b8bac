/**
 * One machine's whole cluster: reads the config, starts every part in its order, stops them in the
 * reverse. Containers, rules and the gateway's process live on when this program ends; the next start
 * takes them over.
 */
import { type ClusterConfig, clusterPaths } from '#cli/cluster/cluster-config.ts';
import type { PartStatus, RunningStatus } from '#cli/control.ts';
import { doNotRestartCode } from '#cli/setup/service.ts';
import { limits } from '#base/limits.ts';
import type { Logger } from '#base/log.ts';
import { openSqliteStore } from '#store/sqlite/sqlite.ts';
import type { Backend } from '#store/backend.ts';
import { systemClock as clock } from '#sys/clock.ts';
import { systemFiles as files } from '#sys/files.ts';
import { systemHost as host } from '#sys/host.ts';
import { listeningPorts } from '#sys/listeners.ts';
import { systemProcesses as processes } from '#sys/process.ts';
import { nearProcessors, systemProcessorLists } from '#sys/processors.ts';
import { systemRandom as random } from '#sys/random.ts';
import { systemTimers as timers } from '#sys/timers.ts';
import { Traffic } from '#traffic/traffic.ts';
import { apiServerNames } from '#wire/pki/authority.ts';
import { certifyWith } from './certify.ts';
import { ensureDnsService, ensureIngressClass, ensureStorageClasses } from './cluster-objects.ts';
import { boundLogs } from './bound-logs.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import { startControlServer } from './control-server.ts';
import { ControlPlane } from './control-plane.ts';
import { readDocs } from './docs.ts';
import { startProblem } from './start-problem.ts';
import { jsonLogger } from './logger.ts';
import { type ClusterNetwork, networkOf, nodeAddressOf } from './network.ts';
import { NodePart } from './node-part.ts';
import { machineStops, notifyReady } from './systemd.ts';
import { gatewayPem, servingKeys } from './pki-store.ts';
import { phaseOf, Progress } from './progress.ts';
import { sharedBy } from './shared.ts';
import { gantryVersion, kubernetesVersion } from './version.ts';

/** Requests under way get so long to end. */
const closeWithinMs = 2000;

/** Runs until it is told to end. Answers the exit code. */
export async function serve(config: ClusterConfig): Promise<number> {
  const log = jsonLogger(clock, (line) => process.stderr.write(line));
  const program = new Program(config, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => program.endBySignal());
  return program.run();
}

/** A signal from a service manager that is going down itself; an order to this program alone is none. */
async function machineIsStopping(): Promise<boolean> {
  if (!(await files.info('/run/systemd/system'))) return false;
  const { stdout } = await processes.run('systemctl', ['is-system-running'], { timeoutMs: 2000 });
  return stdout.trim() === 'stopping';
}

class Program {
  readonly #config: ClusterConfig;
  readonly #log: Logger;
  readonly #progress = new Progress();
  readonly #ended = Promise.withResolvers<void>();
  readonly #startedAt = new Date(clock.now()).toISOString();
  /** In the order of their start. */
  readonly #stops: { readonly name: string; readonly stop: () => Promise<void> }[] = [];
  readonly #network: ClusterNetwork;
  #nodeAddress = '';
  #node: NodePart | undefined;
  #traffic: Traffic | undefined;
  #controlPlaneReady = false;
  #bySignal = false;

  constructor(config: ClusterConfig, log: Logger) {
    this.#config = config;
    this.#network = networkOf(config);
    this.#log = log;
  }

  end(): void {
    this.#ended.resolve();
  }

  endBySignal(): void {
    this.#bySignal = true;
    this.end();
  }

  async run(): Promise<number> {
    const paths = clusterPaths(this.#config);
    await files.makeDirectory(paths.run, 0o700);
    const control = await startControlServer(files, paths.control, {
      status: () => this.#status(),
      watchProgress: (listener) => this.#progress.watch(listener),
      stop: () => this.end(),
      keptLogs: {
        list: (query) => this.#needNode().keptLogs.list(query),
        read: (of) => this.#needNode().keptLogs.read(of),
      },
      images: {
        load: (path) => this.#images().load(path),
        list: () => this.#images().list(),
        remove: (name) => this.#images().remove(name),
      },
    });
    await files.replace(paths.pid, `${processes.identity(process.pid) ?? ''}\n`, 0o600);
    let code = 0;
    try {
      await this.#start();
      await this.#ended.promise;
      this.#progress.report('stopping', 'stopping');
      if (this.#bySignal && (await machineIsStopping())) await this.#shutDownNode();
    } catch (error) {
      code = this.#failed(error);
    }
    await this.#stop();
    await control.close();
    if (await machineStops(processes)) await this.#stopMachine();
    await files.remove(paths.pid);
    return code;
  }

  #failed(error: unknown): number {
    const { message, cure, again } = startProblem(error, this.#config);
    this.#log.error(message, { cure, error: error instanceof Error ? error.stack : String(error) });
    this.#progress.report('failed', message, cure);
    return again ? 1 : doNotRestartCode;
  }

  async #start(): Promise<void> {
    this.#nodeAddress = await nodeAddressOf(host, files);
    const network = this.#network;
    this.#progress.report('starting', 'opening the store');
    const paths = clusterPaths(this.#config);
    // First of all: it tells whether the data directory is another program's.
    const backend = await openSqliteStore({
      clock,
      timers,
      directory: paths.store,
      log: this.#log,
    });
    const logs = boundLogs(clusterPaths(this.#config).logs, { files, timers }, limits);
    this.#stops.push({ name: 'logs', stop: async () => logs.stop() });
    this.#stops.push({ name: 'store', stop: () => backend.close() });
    this.#node = new NodePart({
      config: this.#config,
      network,
      nodeAddress: this.#nodeAddress,
      log: this.#log.with({ part: 'node' }),
      drained: async (pod) => this.#traffic?.drained(pod),
      guarded: async (pod, podIP) => this.#traffic?.guarded(pod, podIP),
    });
    const runtime = this.#node.startRuntime();
    runtime.catch(() => undefined);
    // Beside containerd's start, which takes longest.
    const keeper = await this.#openCertificates(network);
    this.#progress.report('starting', 'starting the API server');
    const plane = await this.#startControlPlane(backend, keeper, network, this.#node);
    const admin = plane.server.verbsFor({ name: 'system:apiserver', groups: ['system:masters'] });
    await Promise.all([
      ensureDnsService(admin, network.dnsAddress),
      ensureIngressClass(admin),
      ensureStorageClasses(admin),
    ]);
    this.#progress.report('starting', 'starting the node and its network');
    const nodeUser = {
      name: `system:node:${this.#config.nodeName}`,
      groups: ['system:nodes', 'system:authenticated'],
    };
    const storageUser = {
      name: 'system:controller:local-path-provisioner',
      groups: ['system:authenticated'],
    };
    const { server } = plane;
    const node = runtime.then(() =>
      this.#node?.start(server.verbsFor(nodeUser), server.verbsFor(storageUser)),
    );
    this.#stops.push({ name: 'node', stop: async () => this.#node?.stop() });
    await Promise.all([node, this.#startTraffic(plane, keeper, network, backend)]);
    this.#progress.report('ready', 'ready');
    this.#log.info('ready', {
      parts: this.#parts().map(({ name, message }) => `${name}: ${message}`),
    });
    await notifyReady(processes);
  }

  async #openCertificates({ apiServiceAddress }: ClusterNetwork): Promise<CertificateKeeper> {
    const { clusterDomain } = this.#config;
    const others = [this.#nodeAddress, host.hostname];
    const keeper = await CertificateKeeper.open({
      files,
      clock,
      timers,
      log: this.#log.with({ part: 'certificates' }),
      folder: clusterPaths(this.#config).pki,
      names: {
        apiServer: apiServerNames(clusterDomain, apiServiceAddress, others),
        gateway: ['gateway.gantry.internal'],
      },
    });
    this.#stops.push({ name: 'certificates', stop: async () => keeper.stop() });
    return keeper;
  }

  async #startControlPlane(
    backend: Backend,
    keeper: CertificateKeeper,
    network: ClusterNetwork,
    node: NodePart,
  ): Promise<ControlPlane> {
    const { apiPort, serviceRange } = this.#config;
    const plane = await ControlPlane.create({
      backend,
      clock,
      timers,
      random,
      log: this.#log.with({ part: 'control-plane' }),
      serviceRanges: [serviceRange],
      reservedAddresses: { 'kube-system/kube-dns': network.dnsAddress },
      signingKeys: [keeper.pki.signingKey],
      rootCertificates: () => keeper.pki.authority.certificate,
      onRootRenewal: (renewed) => keeper.onRenewal(renewed),
      certify: certifyWith(() => keeper.pki.authority, clock),
      connector: node.connector,
      docs: readDocs,
      version: { gitVersion: kubernetesVersion },
    });
    this.#stops.push({ name: 'control plane', stop: () => plane.stop(closeWithinMs) });
    const listener = await plane.server.listen({
      host: '0.0.0.0',
      port: apiPort,
      keys: servingKeys(keeper.pki),
      advertise: this.#nodeAddress,
    });
    keeper.onRenewal((pki) => listener.replaceKeys(servingKeys(pki)));
    await plane.start();
    this.#controlPlaneReady = true;
    return plane;
  }

  async #startTraffic(
    plane: ControlPlane,
    keeper: CertificateKeeper,
    network: ClusterNetwork,
    backend: Backend,
  ): Promise<void> {
    const applied = plane.server.metrics.histogram(
      'gantry_traffic_apply_duration_seconds',
      'From the commit of a change until the kernel or HAProxy follows it.',
      [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
    );
    const traffic = new Traffic({
      ...this.#config,
      ...network,
      nodeAddress: this.#nodeAddress,
      verbs: plane.server.verbsFor({
        name: 'system:gantry:traffic',
        groups: ['system:authenticated'],
      }),
      clock,
      timers,
      random,
      logger: this.#log.with({ part: 'traffic' }),
      files,
      processes,
      switches: sharedBy(this.#config).switches,
      listeningPorts,
      processors: nearProcessors(systemProcessorLists()),
      folder: clusterPaths(this.#config).gateway,
      haproxy: 'haproxy',
      isOwnAddress: (address) =>
        [this.#nodeAddress, network.dnsAddress, '127.0.0.1'].includes(address),
      defaultCertificate: gatewayPem(keeper.pki),
      committedAt: (revision) => backend.committedAt(revision),
      observeApplied: (part, seconds) => applied.observe({ part }, seconds),
    });
    this.#traffic = traffic;
    keeper.onRenewal((pki) => traffic.gateway.replaceDefaultCertificate(gatewayPem(pki)));
    this.#stops.push({ name: 'traffic', stop: () => traffic.stop() });
    await traffic.start();
  }

  async #shutDownNode(): Promise<void> {
    this.#log.info('the machine goes down: ending pods');
    await this.#node
      ?.shutDown()
      .catch((error: unknown) =>
        this.#log.error('pods did not end well', { error: String(error) }),
      );
  }

  async #stop(): Promise<void> {
    for (const { name, stop } of this.#stops.splice(0).reverse()) {
      await stop().catch((error: unknown) =>
        this.#log.error(`${name} did not stop well`, { error: String(error) }),
      );
    }
  }

  /** The machine goes down: pods are ended with their grace, and not killed with it. */
  async #stopMachine(): Promise<void> {
    const { stopMachine } = await import('./teardown.ts');
    const stopped = await stopMachine(this.#config, () => undefined);
    this.#log.info('the machine goes down', { stopped });
  }

  #images() {
    return this.#needNode().images;
  }

  #needNode(): NodePart {
    if (!this.#node) throw new Error('The node is not started yet; try again in a moment.');
    return this.#node;
  }

  #parts(): PartStatus[] {
    const starting = (name: string): PartStatus => ({ name, ready: false, message: 'starting' });
    return [
      {
        name: 'api',
        ready: this.#controlPlaneReady,
        message: this.#controlPlaneReady ? 'answers' : 'starting',
      },
      this.#node?.status ?? starting('node'),
      ...(this.#traffic?.parts ?? ['services', 'policies', 'dns', 'gateway'].map(starting)),
    ];
  }

  #status(): RunningStatus {
    const { name, apiPort, httpPort, httpsPort } = this.#config;
    const parts = this.#parts();
    const address = this.#nodeAddress || '127.0.0.1';
    return {
      name,
      phase: phaseOf(parts, this.#progress.line),
      pid: process.pid,
      version: gantryVersion,
      kubernetesVersion,
      startedAt: this.#startedAt,
      parts,
      addresses: {
        api: `https://127.0.0.1:${apiPort}`,
        gatewayHttp: `http://${address}:${httpPort}`,
        gatewayHttps: `https://${address}:${httpsPort}`,
        node: address,
        dns: this.#network.dnsAddress,
      },
      versions: { gantry: gantryVersion, kubernetes: kubernetesVersion, node: process.version },
      memoryBytes: process.memoryUsage.rss(),
    };
  }
}
