import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#api/types.ts';
import { nodeSettings } from '../decide/node-settings.ts';
import type { NodeFigures } from './figures.ts';
import { interfacesIn, type NodeNetworks } from './networks.ts';
import { agentMetrics, cadvisorMetrics, resourceMetrics } from './metrics-text.ts';
import { settingsPage } from './settings-page.ts';
import { statsSummary } from './summary.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'db-0', namespace: 'shop', uid: 'u1' },
  spec: { containers: [] },
  status: { startTime: '2026-01-02T03:04:00Z' },
};
const container = {
  podUid: 'u1',
  timeMs: 1000,
  workingSetBytes: 100,
  usageBytes: 150,
  rootfsBytes: 7,
  image: 'r.test/a"b:1',
  pod,
  startedAtMs: 2500,
};
const space = { totalBytes: 1000, availableBytes: 400, totalFiles: 50, availableFiles: 20 };
const figures: NodeFigures = {
  node: 'n1',
  timeMs: 60_000,
  bootedAtMs: 0,
  cpus: 2,
  totalBytes: 10_000,
  cpuNanoseconds: 3_000_000_000,
  memoryBytes: 4000,
  disk: space,
  containers: [
    { ...container, containerId: 'c1', name: 'main', cpuNanoseconds: 1_500_000_000 },
    { ...container, containerId: 'c2', name: 'side', cpuNanoseconds: 250_000_000 },
  ],
  claims: [{ pod, volume: 'data', claim: 'data-db-0', space }],
};
const networks: NodeNetworks = {
  interfaces: interfacesIn(`Inter-|   Receive                           |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
    lo:    5000      50    0    0    0     0          0         0     5000      50    0    0    0     0       0          0
  ens3: 1596     18    1    2    0     0          0         0      612       8    3    4    0     0       0          0
vethd27557c6:1596 18    1    2    0     0          0         0      612       8    3    4    0     0       0          0
`),
  pods: [
    {
      pod,
      podUid: 'u1',
      sandboxId: 's1',
      interfaces: interfacesIn('  eth0:99 9 0 0 0 0 0 0 77 7 0 0 0 0 0 0'),
    },
  ],
};

const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('/metrics/resource has containers, pods and the node', () => {
  assert.deepEqual(linesOf(resourceMetrics(figures)), [
    'container_cpu_usage_seconds_total{container="main",namespace="shop",pod="db-0"} 1.5 60000',
    'container_cpu_usage_seconds_total{container="side",namespace="shop",pod="db-0"} 0.25 60000',
    'container_memory_working_set_bytes{container="main",namespace="shop",pod="db-0"} 100 60000',
    'container_memory_working_set_bytes{container="side",namespace="shop",pod="db-0"} 100 60000',
    'container_start_time_seconds{container="main",namespace="shop",pod="db-0"} 2.5 60000',
    'container_start_time_seconds{container="side",namespace="shop",pod="db-0"} 2.5 60000',
    'node_cpu_usage_seconds_total 3 60000',
    'node_memory_working_set_bytes 4000 60000',
    'pod_cpu_usage_seconds_total{namespace="shop",pod="db-0"} 1.75 60000',
    'pod_memory_working_set_bytes{namespace="shop",pod="db-0"} 200 60000',
    'resource_scrape_error 0 60000',
  ]);
});

test('/metrics/cadvisor names containers by their cgroups, and quotes what stands in labels', () => {
  const text = cadvisorMetrics(figures, networks);
  const labels = 'container="main",id="/kubepods/podu1/c1",image="r.test/a\\"b:1",name="c1"';
  assert.ok(
    text.includes(
      `container_cpu_usage_seconds_total{${labels},namespace="shop",pod="db-0",cpu="total"} 1.5 60000`,
    ),
    text,
  );
  assert.match(text, /^container_memory_working_set_bytes\{container="",id="\/".*\} 4000 60000$/m);
  assert.match(text, /^machine_cpu_cores 2 60000$/m);
  for (const name of text.matchAll(/^(\w+)/gm)) {
    assert.ok(text.includes(`# TYPE ${name[1]} `), name[0]);
  }
});

test('/metrics/cadvisor counts networks: of the node, and of pods by their sandboxes', () => {
  const lines = linesOf(cadvisorMetrics(figures, networks)).filter((line) =>
    line.includes('_network_'),
  );
  const node = 'container="",id="/",image="",name="",namespace="",pod="",interface="ens3"';
  const own =
    'container="",id="/kubepods/podu1/s1",image="gantry.io/pause:1",name="s1",namespace="shop",pod="db-0",interface="eth0"';
  assert.deepEqual(lines, [
    `container_network_receive_bytes_total{${node}} 1596 60000`,
    `container_network_receive_bytes_total{${own}} 99 60000`,
    `container_network_receive_errors_total{${node}} 1 60000`,
    `container_network_receive_errors_total{${own}} 0 60000`,
    `container_network_receive_packets_dropped_total{${node}} 2 60000`,
    `container_network_receive_packets_dropped_total{${own}} 0 60000`,
    `container_network_receive_packets_total{${node}} 18 60000`,
    `container_network_receive_packets_total{${own}} 9 60000`,
    `container_network_transmit_bytes_total{${node}} 612 60000`,
    `container_network_transmit_bytes_total{${own}} 77 60000`,
    `container_network_transmit_errors_total{${node}} 3 60000`,
    `container_network_transmit_errors_total{${own}} 0 60000`,
    `container_network_transmit_packets_dropped_total{${node}} 4 60000`,
    `container_network_transmit_packets_dropped_total{${own}} 0 60000`,
    `container_network_transmit_packets_total{${node}} 8 60000`,
    `container_network_transmit_packets_total{${own}} 7 60000`,
  ]);
});

test('/metrics tells of the claims that are mounted', () => {
  assert.deepEqual(linesOf(agentMetrics(figures)).slice(0, 5), [
    'kubelet_node_name{node="n1"} 1',
    'kubelet_running_pods 1',
    'kubelet_running_containers{container_state="running"} 2',
    'kubelet_volume_stats_capacity_bytes{namespace="shop",persistentvolumeclaim="data-db-0"} 1000',
    'kubelet_volume_stats_available_bytes{namespace="shop",persistentvolumeclaim="data-db-0"} 400',
  ]);
});

test('/stats/summary adds up pods', () => {
  const used = (container: string) => ({
    podUid: 'u1',
    container,
    cpuNanocores: 5,
    memoryBytes: 100,
  });
  const summary = statsSummary(figures, networks, {
    timeMs: 60_000,
    windowMs: 1000,
    node: { cpuNanocores: 9, memoryBytes: 4000 },
    containers: [used('main'), used('side')],
  }) as { node: { nodeName: string; memory: object }; pods: Record<string, unknown>[] };
  const time = '1970-01-01T00:01:00Z';
  assert.equal(summary.node.nodeName, 'n1');
  const [first] = summary.pods;
  assert.deepEqual(first?.['podRef'], { name: 'db-0', namespace: 'shop', uid: 'u1' });
  assert.deepEqual(first?.['cpu'], {
    time,
    usageNanoCores: 10,
    usageCoreNanoSeconds: 1_750_000_000,
  });
  assert.deepEqual(first?.['memory'], { time, usageBytes: 300, workingSetBytes: 200 });
  const eth0 = { name: 'eth0', rxBytes: 99, rxErrors: 0, txBytes: 77, txErrors: 0 };
  assert.deepEqual(first?.['network'], { time, ...eth0, interfaces: [eth0] });
  const volumes = (first?.['volume'] ?? []) as { name: string }[];
  assert.deepEqual(
    volumes.map(({ name }) => name),
    ['data'],
  );
});

test('/configz speaks as the settings file does', () => {
  const { kubeletconfig } = settingsPage({
    settings: nodeSettings({ evictionHard: { 'memory.available': '200Mi' }, maxPods: 12 }),
    dns: { servers: ['10.96.0.10'], domain: 'cluster.local' },
    podCidr: '10.244.0.0/24',
  }) as { kubeletconfig: Record<string, unknown> };
  assert.deepEqual(kubeletconfig['evictionHard'], {
    'memory.available': '200Mi',
    'nodefs.available': '10%',
    'nodefs.inodesFree': '5%',
    'imagefs.available': '15%',
    'imagefs.inodesFree': '5%',
    'pid.available': '10%',
  });
  assert.equal(kubeletconfig['maxPods'], 12);
  assert.equal(kubeletconfig['imageMinimumGCAge'], '2m0s');
  assert.equal(kubeletconfig['containerLogMaxSize'], '10Mi');
});
