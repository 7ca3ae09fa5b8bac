/**
 * Text of the configuration of a containerd of our own: all it keeps lies below one directory, so
 * that it neither sees nor disturbs another containerd of the machine.
 */
import type { SpreadFolder } from '#sys/spread-folders.ts';

/** The image that holds a pod's namespaces open. */
export const pauseImageName = 'gantry.io/pause:1';

export interface ContainerdLayout {
  /** Everything of the node lies below it. */
  readonly directory: string;
  /**
   * Low-level runtimes by name and program: `crun`, `/usr/bin/crun`. The first one is the default; the
   * names are what handlers of runtime classes name.
   */
  readonly lowLevels: readonly { readonly name: string; readonly program: string }[];
  /** Where the CNI plugins lie: `/usr/lib/cni`. */
  readonly cniPlugins: string;
}

export interface ContainerdPaths {
  readonly config: string;
  readonly socket: string;
  readonly pid: string;
  readonly log: string;
  readonly root: string;
  readonly state: string;
  readonly cniConfig: string;
  readonly cniData: string;
  readonly registries: string;
  readonly lowLevelRoot: string;
}

export function containerdPaths(directory: string): ContainerdPaths {
  const base = `${directory}/containerd`;
  return {
    config: `${base}/config.toml`,
    socket: `${base}/containerd.sock`,
    pid: `${base}/containerd.pid`,
    log: `${base}/containerd.log`,
    root: `${base}/root`,
    state: `${base}/state`,
    cniConfig: `${base}/cni/net.d`,
    cniData: `${base}/cni/addresses`,
    registries: `${base}/registries`,
    lowLevelRoot: `${base}/runtime`,
  };
}

/** In which containerd gives each pod and container a folder of its own; with the modes that it gives them itself. */
export function foldersOfMany(directory: string): readonly SpreadFolder[] {
  const { root, state, lowLevelRoot } = containerdPaths(directory);
  const ofCri = 'io.containerd.grpc.v1.cri';
  return [
    { path: `${root}/io.containerd.snapshotter.v1.overlayfs/snapshots`, mode: 0o700 },
    { path: `${root}/io.containerd.runtime.v2.task/k8s.io`, mode: 0o711 },
    { path: `${root}/tmpmounts`, mode: 0o711 },
    { path: `${root}/${ofCri}/sandboxes`, mode: 0o755 },
    { path: `${root}/${ofCri}/containers`, mode: 0o755 },
    { path: `${state}/${ofCri}/sandboxes`, mode: 0o755 },
    { path: `${state}/${ofCri}/containers`, mode: 0o755 },
    { path: `${state}/io.containerd.runtime.v2.task/k8s.io`, mode: 0o711 },
    { path: lowLevelRoot, mode: 0o711 },
  ];
}

const cri = 'plugins."io.containerd.grpc.v1.cri"';

export function containerdConfig({ directory, lowLevels, cniPlugins }: ContainerdLayout): string {
  const paths = containerdPaths(directory);
  const text = (value: string): string => JSON.stringify(value);
  const runtimes = lowLevels.map(({ name, program }) => {
    const runtime = `${cri}.containerd.runtimes.${name}`;
    return `[${runtime}]
  runtime_type = "io.containerd.runc.v2"

[${runtime}.options]
  BinaryName = ${text(program)}
  Root = ${text(paths.lowLevelRoot)}
  SystemdCgroup = false
`;
  });
  return `version = 2
root = ${text(paths.root)}
state = ${text(paths.state)}
# Snapshotters and tracing that this node does not use only fill the log at start.
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing",
]

[grpc]
  address = ${text(paths.socket)}

[plugins."io.containerd.internal.v1.opt"]
  path = ${text(`${paths.root}/opt`)}

[${cri}]
  sandbox_image = ${text(pauseImageName)}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  # Network namespaces outlive a restart of containerd and never collide with another's.
  netns_mounts_under_state_dir = true
  # Where the right to lower a score is missing, the request is clamped instead of refused.
  restrict_oom_score_adj = true
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true

[${cri}.cni]
  bin_dir = ${text(cniPlugins)}
  conf_dir = ${text(paths.cniConfig)}

[${cri}.containerd]
  default_runtime_name = ${text(lowLevels[0]?.name ?? '')}

${runtimes.join('\n')}
[${cri}.registry]
  config_path = ${text(paths.registries)}
`;
}

export interface NodeNetwork {
  /** Distinct per node on one machine: the CNI cache files are named after it. */
  readonly name: string;
  readonly bridge: string;
  /** The node's part of the cluster's pod addresses: `10.42.0.0/24`. */
  readonly podCidr: string;
  readonly mtu: number;
}

/** Source: CNI 1.0 network configuration lists; plugins bridge and host-local. */
export function cniConfig(network: NodeNetwork, addressDirectory: string): string {
  return JSON.stringify(
    {
      cniVersion: '0.4.0',
      name: network.name,
      plugins: [
        {
          type: 'bridge',
          bridge: network.bridge,
          isDefaultGateway: true,
          hairpinMode: true,
          // Leaving the cluster by the node's address is decided by our own table.
          ipMasq: false,
          mtu: network.mtu,
          ipam: {
            type: 'host-local',
            dataDir: addressDirectory,
            ranges: [[{ subnet: network.podCidr }]],
          },
        },
      ],
    },
    undefined,
    2,
  );
}

/** A registry that needs other words than `https://NAME`. */
export interface RegistryHost {
  /** As image names have it: `localhost:5000`, `docker.io`. */
  readonly name: string;
  /** Where it is asked instead, in this order: `http://127.0.0.1:5000`. */
  readonly endpoints: readonly string[];
  readonly skipVerify?: boolean;
}

/** Source: containerd's `hosts.toml`, read anew at each pull. */
export function hostsToml({ name, endpoints, skipVerify }: RegistryHost): string {
  const server = name === 'docker.io' ? 'https://registry-1.docker.io' : endpoints[0];
  const hosts = endpoints.map(
    (endpoint) =>
      `[host.${JSON.stringify(endpoint)}]\n  capabilities = ["pull", "resolve"]\n` +
      (skipVerify ? '  skip_verify = true\n' : ''),
  );
  return `server = ${JSON.stringify(server ?? `https://${name}`)}\n\n${hosts.join('\n')}`;
}
