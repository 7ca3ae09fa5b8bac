/** All that moves packets on one node, started and stopped together. */
import { endpointSlices, ingressClasses, ingresses, secrets, services } from '#api/kinds/index.ts';
import type { Pod, Secret } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import { Informer } from '#client/informer.ts';
import type { LoopDefinition } from '#client/loop.ts';
import { LoopRuntime } from '#client/runtime.ts';
import type { Files } from '#sys/files.ts';
import { removeTable } from '#sys/nftables.ts';
import type { Processes } from '#sys/process.ts';
import type { SharedChanges } from '#sys/shared-changes.ts';
import type { CommittedAt, ObserveApplied } from './batch.ts';
import { ClusterDns } from './dns/cluster-dns.ts';
import { serversOf } from './dns/upstream.ts';
import { Drain } from './drain.ts';
import { decidePorts } from './gateway/decide/ports.ts';
import { Gateway } from './gateway/gateway.ts';
import { endHaproxy } from './gateway/haproxy.ts';
import { policyTableName } from './policy/decide/policy-script.ts';
import { Policies } from './policy/policies.ts';
import { applyKernelSettings, restoreKernelSettings } from './kernel-settings.ts';
import { Firewall, removeFirewallRules } from './proxy/firewall.ts';
import { ServiceProxy } from './proxy/proxy.ts';

export interface TrafficOptions {
  /** Under the identity of the traffic part. */
  readonly verbs: Verbs;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly logger: Logger;
  readonly files: Files;
  readonly processes: Processes;
  /** Of the kernel: other clusters of the machine need the same ones. */
  readonly switches: SharedChanges;
  /** Ports below 1024 and others that programs of the machine listen on. */
  readonly listeningPorts: () => ReadonlySet<number>;
  /** `gantry`, or another name per cluster of the machine. */
  readonly table: string;
  readonly folder: string;
  readonly haproxy: string;
  readonly nodeName: string;
  readonly nodeAddress: string;
  readonly isOwnAddress: (address: string) => boolean;
  readonly podRange: string;
  readonly localPodRange: string;
  readonly serviceRange: string;
  readonly clusterDomain: string;
  /** Of the Service `kube-dns`; answered by this node itself. */
  readonly dnsAddress: string;
  readonly apiPort: number;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly processors: readonly number[];
  readonly defaultCertificate: string;
  readonly observeApplied?: ObserveApplied | undefined;
  readonly committedAt?: CommittedAt | undefined;
}

export class Traffic {
  readonly #options: TrafficOptions;
  readonly #runtime: LoopRuntime;
  readonly #secrets: Informer<Secret>;
  readonly proxy: ServiceProxy;
  readonly gateway: Gateway;
  readonly policies: Policies;
  readonly #drain: Drain;
  readonly #firewall: Firewall;
  #dns: ClusterDns | undefined;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#runtime = new LoopRuntime({ ...options, verbsFor: () => options.verbs });
    const { informers } = this.#runtime;
    // Any may be named by an Ingress: for its names, or for who may come in.
    this.#secrets = new Informer(secrets, options);

    this.proxy = new ServiceProxy({ ...options, informers, ownAddresses: [options.dnsAddress] });
    this.policies = new Policies({ ...options, informers });
    this.gateway = new Gateway({
      ...options,
      informers,
      secrets: this.#secrets,
      recorder: this.#runtime.recorderFor('gantry-gateway'),
      program: options.haproxy,
    });
    this.#drain = new Drain({
      slices: informers.of(endpointSlices),
      timers: options.timers,
      settled: () => Promise.all([this.proxy.settled(), this.gateway.settled()]),
    });
    this.#firewall = new Firewall({
      ...options,
      tables: new Map([
        [options.table, () => this.proxy.again()],
        [policyTableName(options.table), () => this.policies.again()],
      ]),
    });
    this.#runtime.add(this.#portsLoop());
  }

  /** Ends when no new connection is sent to the pod any more, or when waiting longer is no use. */
  drained(pod: Pod): Promise<void> {
    return this.#drain.drained(pod.metadata.uid ?? '');
  }

  /** Ends when NetworkPolicies hold for a pod that gets this address. */
  guarded(pod: Pod, podIP: string): Promise<void> {
    return this.policies.guard(pod, podIP);
  }

  get parts(): { name: string; ready: boolean; message: string }[] {
    const dns = this.#dns?.status ?? { ready: false, message: 'not started' };
    const { ready, message } = this.proxy.status;
    const but = this.#firewall.problem;
    return [
      { name: 'services', ready, message: but === '' ? message : `${message}, but ${but}` },
      { name: 'policies', ...this.policies.status },
      { name: 'dns', ...dns },
      { name: 'gateway', ...this.gateway.status },
    ];
  }

  /** Ends when Services, DNS and the gateway answer. */
  async start(): Promise<void> {
    const { files, folder, processes, switches, dnsAddress } = this.#options;
    await files.makeDirectory(folder, 0o700);
    await applyKernelSettings(files, switches);
    await addOwnAddress(processes, dnsAddress);
    await this.#firewall.start();
    this.#secrets.start();
    const dns = new ClusterDns({
      ...this.#options,
      informers: this.#runtime.informers,
      address: dnsAddress,
      domain: this.#options.clusterDomain,
      upstreamServers: serversOf((await files.readText('/etc/resolv.conf')) ?? '', [dnsAddress]),
    });
    this.#drain.start();
    const started = Promise.all([
      this.proxy.start(),
      this.policies.start(),
      dns.start(),
      this.gateway.start(),
    ]);
    await this.#runtime.start();
    await started;
    this.#dns = dns;
  }

  /** Rules, HAProxy and its connections stay; DNS pauses until gantry is back. */
  async stop(): Promise<void> {
    this.#drain.stop();
    this.#firewall.stop();
    await this.#dns?.stop();
    await this.gateway.stop();
    await this.policies.stop();
    await this.proxy.stop();
    this.#secrets.stop();
    await this.#runtime.stop();
  }

  /** One decision over all Services and Ingresses: ports are few, and who comes second depends on all. */
  #portsLoop(): LoopDefinition {
    const one = { keysOf: () => ['ports'] };
    const { apiPort, httpPort, httpsPort, nodeAddress, listeningPorts } = this.#options;
    const taken = (): Map<string, string> =>
      new Map(
        [...listeningPorts()]
          .filter((port) => port !== httpPort && port !== httpsPort)
          .map((port) => [`tcp ${port}`, 'another program of this machine']),
      );
    const reserved = new Map([[`tcp ${apiPort}`, 'the Kubernetes API']]);
    const ingressPorts = [httpPort, httpsPort];
    return {
      name: 'gateway-ports',
      sources: [
        { kind: services, ...one },
        { kind: ingresses, ...one },
        { kind: ingressClasses, ...one },
      ],
      decide: (view, _key, now) =>
        decidePorts(view, { address: nodeAddress, ingressPorts, reserved, taken: taken() }, now),
    };
  }
}

/** The address of the cluster's DNS belongs to each node itself, so that names are answered next to who asks. */
async function addOwnAddress(processes: Processes, address: string): Promise<void> {
  const added = await processes.run('ip', ['address', 'add', `${address}/32`, 'dev', 'lo'], {
    timeoutMs: 10_000,
  });
  if (added.code !== 0 && !/exists|already assigned/i.test(added.stderr)) {
    throw new Error(
      `the address ${address} could not be added to this node: ${added.stderr.trim()}`,
    );
  }
}

export interface TrafficTraces {
  readonly files: Files;
  readonly processes: Processes;
  readonly switches: SharedChanges;
  readonly table: string;
  readonly podRange: string;
  readonly folder: string;
  readonly dnsAddress: string;
}

/** Takes everything of the traffic part off the machine. Answers what it found, for a person. */
export async function removeTraffic({
  files,
  processes,
  switches,
  table,
  podRange,
  folder,
  dnsAddress,
}: TrafficTraces): Promise<string[]> {
  const removed: string[] = [];
  if (await endHaproxy(files, processes, folder)) removed.push('HAProxy');
  if (await removeTable(processes, table)) removed.push(`the nftables table ip ${table}`);
  if (await removeTable(processes, policyTableName(table)))
    removed.push('the rules of NetworkPolicies');
  if (await removeFirewallRules(processes, { table, podRange }).catch(() => false))
    removed.push('rules for pods in iptables');
  const address = await processes.run('ip', ['address', 'del', `${dnsAddress}/32`, 'dev', 'lo'], {
    timeoutMs: 10_000,
  });
  if (address.code === 0) removed.push(`the address ${dnsAddress}`);
  removed.push(...(await restoreKernelSettings(files, switches)));
  return removed;
}
