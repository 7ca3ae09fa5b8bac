/** Keeps the table of host ports as the pods that run here want it. */
import type { Pod } from '#api/types.ts';
import type { Logger } from '#base/log.ts';
import { wordsOf } from '#base/words.ts';
import type { Files } from '#sys/files.ts';
import { applyRules } from '#sys/nftables.ts';
import type { Processes } from '#sys/process.ts';
import { portMappings } from '../config/sandbox-config.ts';
import {
  type HostPort,
  type HostPortTable,
  hostPortRules,
  staleFlows,
} from '../decide/host-ports.ts';

export interface HostPortsOptions {
  readonly table: () => HostPortTable;
  readonly files: Files;
  readonly processes: Processes;
  readonly logger: Logger;
}

export class HostPorts {
  readonly #options: HostPortsOptions;
  readonly #wanted = new Map<string, readonly HostPort[]>();
  #applied = '';
  #led: readonly HostPort[] = [];
  #applying: Promise<void> | undefined;

  constructor(options: HostPortsOptions) {
    this.#options = options;
  }

  /**
   * What ran before this program did: its ports are led there already, and stay so when the table is
   * written for the first time. Before anybody opens some.
   */
  expect(uid: string, pod: Pod, podIP: string): void {
    const ports = portsOf(pod, podIP);
    if (ports.length > 0) this.#wanted.set(uid, ports);
  }

  /** Settles when connections to the pod's host ports reach it. */
  open(pod: Pod, podIP: string): Promise<void> {
    const ports = portsOf(pod, podIP);
    const uid = pod.metadata.uid ?? '';
    if (ports.length === 0 && !this.#wanted.has(uid)) return Promise.resolve();
    this.#wanted.set(uid, ports);
    return this.#apply();
  }

  close(uid: string): Promise<void> {
    return this.#wanted.delete(uid) ? this.#apply() : Promise.resolve();
  }

  async #apply(): Promise<void> {
    // One at a time, and whoever comes meanwhile is served by the next one.
    while (this.#applying) await this.#applying;
    const { table, processes, files, logger } = this.#options;
    const ports = [...this.#wanted.values()].flat();
    const text = hostPortRules(table(), ports);
    if (text === this.#applied) return;
    this.#applying = (async () => {
      // Lets the node itself use its loopback address for a pod's port.
      const local = `/proc/sys/net/ipv4/conf/${table().bridge}/route_localnet`;
      if (this.#wanted.size > 0 && (await files.info(local))) await files.write(local, '1');
      await applyRules(processes, text, 'the host ports');
      const stale = staleFlows(this.#led, ports);
      this.#applied = text;
      this.#led = ports;
      // Exit code 1: there was no such flow.
      for (const flow of stale) await processes.run('conntrack', ['-D', ...flow]);
    })().catch((error: unknown) => {
      logger.warn('cannot lead host ports to pods', { error: wordsOf(error) });
    });
    await this.#applying;
    this.#applying = undefined;
  }
}

function portsOf(pod: Pod, podIP: string): HostPort[] {
  return portMappings(pod).map(({ protocol, hostIp, hostPort, containerPort }) => ({
    protocol: protocol.toLowerCase() as HostPort['protocol'],
    hostIP: hostIp,
    hostPort,
    podIP,
    containerPort,
  }));
}
