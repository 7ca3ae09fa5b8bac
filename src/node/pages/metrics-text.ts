/**
 * The node's numbers for Prometheus, under the names that the kubelet and cAdvisor gave them, so that
 * the usual charts and dashboards find what they look for.
 * Source: Prometheus' text format 0.0.4; KEP-2371; the kubelet's `/metrics/resource`.
 */
import { pauseImageName } from '../containerd/config.ts';
import type { ContainerFigures, NodeFigures } from './figures.ts';
import type { InterfaceFigures, NodeNetworks, PodNetwork } from './networks.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

const seconds = (nanoseconds: number): number => nanoseconds / 1e9;

/** Metrics in the order in which they were added. */
class MetricsText {
  readonly #lines: string[] = [];
  readonly #time: string;

  /** Clock milliseconds of all values; undefined: as of now. */
  constructor(timeMs?: number) {
    this.#time = timeMs === undefined ? '' : ` ${timeMs}`;
  }

  add(
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    samples: readonly Sample[],
  ): MetricsText {
    if (samples.length === 0) return this;
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of samples) {
      this.#lines.push(`${name}${braced(labels)} ${value}${this.#time}`);
    }
    return this;
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

function braced(labels: Labels): string {
  const all = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return all.length === 0 ? '' : `{${all.join(',')}}`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const podLabels = ({ pod }: Pick<ContainerFigures, 'pod'>): Labels => ({
  namespace: pod.metadata.namespace ?? '',
  pod: pod.metadata.name,
});

/** `/metrics/resource`: what metrics-server and autoscalers read. */
export function resourceMetrics(figures: NodeFigures): string {
  const { containers, cpuNanoseconds, memoryBytes, timeMs } = figures;
  const each = (value: (container: ContainerFigures) => number): Sample[] =>
    containers.map((one) => [{ container: one.name, ...podLabels(one) }, value(one)]);
  const cpu = 'Cumulative cpu time consumed by the';
  const memory = 'Current working set of the';
  return new MetricsText(timeMs)
    .add(
      'counter',
      'container_cpu_usage_seconds_total',
      `${cpu} container in core-seconds`,
      each((one) => seconds(one.cpuNanoseconds)),
    )
    .add(
      'gauge',
      'container_memory_working_set_bytes',
      `${memory} container in bytes`,
      each((one) => one.workingSetBytes),
    )
    .add(
      'gauge',
      'container_start_time_seconds',
      'Start time of the container since unix epoch in seconds',
      each((one) => one.startedAtMs / 1000),
    )
    .add('counter', 'node_cpu_usage_seconds_total', `${cpu} node in core-seconds`, [
      [{}, seconds(cpuNanoseconds)],
    ])
    .add('gauge', 'node_memory_working_set_bytes', `${memory} node in bytes`, [[{}, memoryBytes]])
    .add(
      'counter',
      'pod_cpu_usage_seconds_total',
      `${cpu} pod in core-seconds`,
      byPod(containers, (one) => seconds(one.cpuNanoseconds)),
    )
    .add(
      'gauge',
      'pod_memory_working_set_bytes',
      `${memory} pod in bytes`,
      byPod(containers, (one) => one.workingSetBytes),
    )
    .add('gauge', 'resource_scrape_error', '1 if there was an error, 0 otherwise', [[{}, 0]])
    .toString();
}

function byPod(
  containers: readonly ContainerFigures[],
  value: (container: ContainerFigures) => number,
): Sample[] {
  const sums = new Map<string, { labels: Labels; sum: number }>();
  for (const one of containers) {
    const known = sums.get(one.podUid) ?? { labels: podLabels(one), sum: 0 };
    known.sum += value(one);
    sums.set(one.podUid, known);
  }
  return [...sums.values()].map(({ labels, sum }) => [labels, sum]);
}

/** `/metrics/cadvisor`: containers by their cgroups, and the machine. */
export function cadvisorMetrics(figures: NodeFigures, networks: NodeNetworks): string {
  const { containers, cpuNanoseconds, memoryBytes, timeMs, totalBytes, cpus } = figures;
  const each = (
    ofNode: number | undefined,
    value: (container: ContainerFigures) => number | undefined,
    more: Labels = {},
  ): Sample[] => [
    ...(ofNode === undefined ? [] : ([[{ ...whole, ...more }, ofNode]] as const)),
    ...containers.flatMap((one): Sample[] => {
      const number = value(one);
      return number === undefined ? [] : [[{ ...cgroupLabels(one), ...more }, number]];
    }),
  ];
  const text = new MetricsText(timeMs)
    .add(
      'counter',
      'container_cpu_usage_seconds_total',
      'Cumulative cpu time consumed in seconds.',
      each(seconds(cpuNanoseconds), (one) => seconds(one.cpuNanoseconds), { cpu: 'total' }),
    )
    .add(
      'gauge',
      'container_memory_usage_bytes',
      'Current memory usage in bytes, including all memory regardless of when it was accessed',
      each(undefined, (one) => one.usageBytes),
    )
    .add(
      'gauge',
      'container_memory_working_set_bytes',
      'Current working set in bytes.',
      each(memoryBytes, (one) => one.workingSetBytes),
    )
    .add(
      'gauge',
      'container_fs_usage_bytes',
      'Number of bytes that are consumed by the container on this filesystem.',
      each(undefined, (one) => one.rootfsBytes),
    )
    .add(
      'gauge',
      'container_start_time_seconds',
      'Start time of the container since unix epoch in seconds.',
      each(undefined, (one) => one.startedAtMs / 1000),
    )
    .add(
      'gauge',
      'container_last_seen',
      'Last time a container was seen by the exporter',
      each(timeMs / 1000, () => timeMs / 1000),
    )
    .add('gauge', 'machine_cpu_cores', 'Number of logical CPU cores.', [[{}, cpus]])
    .add('gauge', 'machine_memory_bytes', 'Amount of memory installed on the machine.', [
      [{}, totalBytes],
    ]);
  return addNetworks(text, networks).toString();
}

const whole: Labels = { container: '', id: '/', image: '', name: '', namespace: '', pod: '' };

const networkFigures: readonly (readonly [string, string, (one: InterfaceFigures) => number])[] = [
  ['receive_bytes', 'bytes received', (one) => one.rxBytes],
  ['receive_errors', 'errors encountered while receiving', (one) => one.rxErrors],
  ['receive_packets_dropped', 'packets dropped while receiving', (one) => one.rxDropped],
  ['receive_packets', 'packets received', (one) => one.rxPackets],
  ['transmit_bytes', 'bytes transmitted', (one) => one.txBytes],
  ['transmit_errors', 'errors encountered while transmitting', (one) => one.txErrors],
  ['transmit_packets_dropped', 'packets dropped while transmitting', (one) => one.txDropped],
  ['transmit_packets', 'packets transmitted', (one) => one.txPackets],
];

/** A pod's network is its sandbox's, and no single container's. */
function addNetworks(text: MetricsText, { interfaces, pods }: NodeNetworks): MetricsText {
  const all: (readonly [Labels, InterfaceFigures])[] = [
    ...interfaces.map((each) => [{ ...whole, interface: each.name }, each] as const),
    ...pods.flatMap((network) => {
      const labels = sandboxLabels(network);
      return network.interfaces.map((one) => [{ ...labels, interface: one.name }, one] as const);
    }),
  ];
  for (const [what, counted, value] of networkFigures) {
    const samples = all.map(([labels, one]): Sample => [labels, value(one)]);
    const help = `Cumulative count of ${counted}`;
    text.add('counter', `container_network_${what}_total`, help, samples);
  }
  return text;
}

const sandboxLabels = (one: PodNetwork): Labels => ({
  container: '',
  id: `/kubepods/pod${one.podUid}/${one.sandboxId}`,
  image: pauseImageName,
  name: one.sandboxId,
  ...podLabels(one),
});

function cgroupLabels(one: ContainerFigures): Labels {
  const { namespace = '', pod = '' } = podLabels(one);
  return {
    container: one.name,
    id: `/kubepods/pod${one.podUid}/${one.containerId}`,
    image: one.image,
    name: one.containerId,
    namespace,
    pod,
  };
}

type Space = NodeFigures['claims'][number]['space'];

const volumeFigures: readonly (readonly [string, string, (space: Space) => number])[] = [
  ['capacity_bytes', 'Capacity in bytes of the volume', (space) => space.totalBytes],
  ['available_bytes', 'Number of available bytes in the volume', (space) => space.availableBytes],
  [
    'used_bytes',
    'Number of used bytes in the volume',
    (space) => space.totalBytes - space.availableBytes,
  ],
  ['inodes', 'Maximum number of inodes in the volume', (space) => space.totalFiles],
  ['inodes_free', 'Number of free inodes in the volume', (space) => space.availableFiles],
  [
    'inodes_used',
    'Number of used inodes in the volume',
    (space) => space.totalFiles - space.availableFiles,
  ],
];

/** `/metrics`: the agent itself, and the claims that it has mounted. */
export function agentMetrics({ node, containers, claims }: NodeFigures): string {
  const pods = new Set(containers.map(({ podUid }) => podUid));
  const once = new Map(
    claims.map((each) => [`${each.pod.metadata.namespace ?? ''}/${each.claim}`, each]),
  );
  const text = new MetricsText()
    .add('gauge', 'kubelet_node_name', "The node's name. The count is always 1.", [[{ node }, 1]])
    .add('gauge', 'kubelet_running_pods', 'Number of pods that have a running pod sandbox', [
      [{}, pods.size],
    ])
    .add('gauge', 'kubelet_running_containers', 'Number of containers currently running', [
      [{ container_state: 'running' }, containers.length],
    ]);
  for (const [what, help, value] of volumeFigures) {
    const samples = [...once.values()].map(({ pod, claim, space }): Sample => {
      const labels = {
        namespace: pod.metadata.namespace ?? '',
        persistentvolumeclaim: claim,
      };
      return [labels, value(space)];
    });
    text.add('gauge', `kubelet_volume_stats_${what}`, help, samples);
  }
  return text.toString();
}
