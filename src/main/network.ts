/** Addresses of a cluster on this machine, derived from its config and the machine's links. */
import type { ClusterConfig } from '#cli/cluster/cluster-config.ts';
import type { Host } from '#sys/host.ts';
import type { Files } from '#sys/files.ts';

export interface ClusterNetwork {
  /** Of this machine, as others reach it. */
  readonly nodeAddress: string;
  /** First of the service range. */
  readonly apiServiceAddress: string;
  readonly dnsAddress: string;
  /** The part of the pod range that this node gives out. */
  readonly localPodRange: string;
  readonly bridge: string;
  readonly table: string;
}

export async function networkOf(
  config: ClusterConfig,
  host: Host,
  files: Files,
): Promise<ClusterNetwork> {
  const pods = config.podRange.split('.').slice(0, 2).join('.');
  const services = config.serviceRange.split('.').slice(0, 2).join('.');
  return {
    nodeAddress: await nodeAddress(host, files),
    apiServiceAddress: `${services}.0.1`,
    dnsAddress: `${services}.0.10`,
    localPodRange: `${pods}.0.0/24`,
    // Interface names hold 15 characters.
    bridge: `gantry${config.index}`,
    table: `gantry-${config.name}`,
  };
}

/** The address of the link that the default route takes; else the first that there is. */
async function nodeAddress(host: Host, files: Files): Promise<string> {
  const routes = ((await files.readText('/proc/net/route')) ?? '').split('\n').slice(1);
  // Fields: interface, destination, …; a destination of zeros is the default route.
  const link = routes
    .map((line) => line.split('\t'))
    .find(([, destination]) => destination === '00000000')?.[0];
  const all = host.addresses();
  const found = all.find((each) => each.interface === link) ?? all[0];
  if (found) return found.address;
  throw new Error(
    'This machine has no network address beside loopback, and pods need one to reach it. Give a link an IPv4 address.',
  );
}
