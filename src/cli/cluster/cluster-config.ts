/**
 * What makes one cluster on this machine: its name and its places. Written once by the first `up`
 * to `/etc/gantry/NAME.json`, so that later commands need only the name.
 */
import { CommandError } from '../exit-code.ts';

export interface ClusterConfig {
  readonly name: string;
  /** Distinguishes clusters of one machine: picks their address ranges. */
  readonly index: number;
  readonly dataDir: string;
  readonly apiPort: number;
  readonly nodeName: string;
  /** Ports of the gateway for Ingress. */
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly podRange: string;
  readonly serviceRange: string;
  readonly clusterDomain: string;
  /** Registries (`HOST:PORT`) that speak plain HTTP. */
  readonly httpRegistries: readonly string[];
}

export const defaultName = 'gantry';
/** So many clusters find place side by side in the ranges below. */
export const clustersPerMachineMax = 16;

const namePattern = /^[a-z0-9]([-a-z0-9]{0,18}[a-z0-9])?$/;

export function checkName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new CommandError(
    'usage',
    `"${name}" cannot be a cluster's name.`,
    'Use 1 to 20 lower case letters, digits and "-", with a letter or digit at both ends.',
  );
}

/** Every file of a cluster, derived from its config. */
export function clusterPaths(config: Pick<ClusterConfig, 'name' | 'dataDir'>) {
  const run = `/run/gantry/${config.name}`;
  return {
    config: configPath(config.name),
    /** Files that people write: the node's settings, its own pods. */
    settings: `${configDir}/${config.name}.d`,
    data: config.dataDir,
    store: `${config.dataDir}/store`,
    pki: `${config.dataDir}/pki`,
    node: `${config.dataDir}/node`,
    /** Of pods' claims: what people keep there. */
    volumes: `${config.dataDir}/volumes`,
    gateway: `${config.dataDir}/gateway`,
    log: `${config.dataDir}/log/gantry.log`,
    /** Of everything that gantry runs. */
    logs: [
      `${config.dataDir}/log/gantry.log`,
      `${config.dataDir}/node/containerd/containerd.log`,
      `${config.dataDir}/gateway/haproxy.log`,
    ],
    run,
    control: `${run}/control.sock`,
    pid: `${run}/gantry.pid`,
    /** Of what starts the program again, where there is no systemd. */
    supervisorPid: `${run}/supervisor.pid`,
    unit: `/etc/systemd/system/${unitName(config.name)}`,
  } as const;
}

export const configDir = '/etc/gantry';

export function configPath(name: string): string {
  return `${configDir}/${name}.json`;
}

export function unitName(name: string): string {
  return name === defaultName ? 'gantry.service' : `gantry-${name}.service`;
}

/** The kubeconfig's name for the cluster, its user and its context. */
export function contextName(name: string): string {
  return name === defaultName ? 'gantry' : `gantry-${name}`;
}

export interface Wanted {
  readonly name: string;
  readonly dataDir?: string | undefined;
  readonly apiPort?: number | undefined;
  readonly httpPort?: number | undefined;
  readonly httpsPort?: number | undefined;
  readonly httpRegistries?: readonly string[] | undefined;
}

/** A complete config for a new cluster beside the `others` of this machine. */
export function newConfig(
  wanted: Wanted,
  hostname: string,
  others: readonly ClusterConfig[],
): ClusterConfig {
  const taken = new Set(others.map((other) => other.index));
  let index = 0;
  while (taken.has(index)) index += 1;
  if (index >= clustersPerMachineMax) {
    throw new CommandError(
      'machine',
      `This machine has ${others.length} clusters already, and there are no address ranges left for another.`,
      'Remove one with "gantry reset --name NAME".',
    );
  }
  return {
    name: wanted.name,
    index,
    dataDir: wanted.dataDir ?? `/var/lib/gantry/${wanted.name}`,
    apiPort: wanted.apiPort ?? 6443 + index,
    nodeName: nodeNameOf(hostname),
    httpPort: wanted.httpPort ?? (index === 0 ? 80 : 8000 + index),
    httpsPort: wanted.httpsPort ?? (index === 0 ? 443 : 8443 + index),
    podRange: `10.${244 - index}.0.0/16`,
    serviceRange: `10.${96 + index}.0.0/16`,
    clusterDomain: 'cluster.local',
    httpRegistries: wanted.httpRegistries ?? [],
  };
}

/** A host name as a Node's name: a DNS subdomain (RFC 1123). */
export function nodeNameOf(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return name.slice(0, 63) || 'node';
}

/** What a second `up` with other options would change: that is refused, since data depends on it. */
export function differences(config: ClusterConfig, wanted: Wanted): string[] {
  const pairs = [
    ['--data-dir', config.dataDir, wanted.dataDir],
    ['--api-port', config.apiPort, wanted.apiPort],
    ['--http-port', config.httpPort, wanted.httpPort],
    ['--https-port', config.httpsPort, wanted.httpsPort],
  ] as const;
  return pairs
    .filter(([, has, wants]) => wants !== undefined && wants !== has)
    .map(([option, has, wants]) => `${option} is ${has}, not ${wants}`);
}
