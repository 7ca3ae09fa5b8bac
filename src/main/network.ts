/** Addresses of a cluster on this machine: those that its config gives, and the machine's own. */
import type { ClusterConfig } from '#cli/cluster/cluster-config.ts';
import type { Host } from '#sys/host.ts';
import type { Files } from '#sys/files.ts';

export interface ClusterNetwork {
  /** First of the service range. */
  readonly apiServiceAddress: string;
  readonly dnsAddress: string;
  /** The part of the pod range that this node gives out. */
  readonly localPodRange: string;
  readonly bridge: string;
  readonly table: string;
}

export function networkOf(config: ClusterConfig): ClusterNetwork {
  const pods = config.podRange.split('.').slice(0, 2).join('.');
  const services = config.serviceRange.split('.').slice(0, 2).join('.');
  return {
    apiServiceAddress: `${services}.0.1`,
    dnsAddress: `${services}.0.10`,
    localPodRange: `${pods}.0.0/24`,
    // Interface names hold 15 characters.
    bridge: `gantry${config.index}`,
    table: `gantry-${config.name}`,
  };
}

/**
 * Of this machine, as others reach it: the address of the link that the default route takes, else the
 * first that there is.
 */
export async function nodeAddressOf(host: Host, files: Files): Promise<string> {
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
