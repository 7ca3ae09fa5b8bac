/** A machine on which all is well, and what must be otherwise for each reason. */
import type { machineReasons } from '#api/reasons/machine.ts';
import type { ClusterFacts, MachineFacts } from '../decide/facts.ts';

const now = Date.UTC(2026, 5, 1);
const yearMs = 365 * 24 * 3600_000;

const cluster: ClusterFacts = {
  name: 'gantry',
  dataDir: '/var/lib/gantry/gantry',
  running: true,
  parts: [{ name: 'api', ready: true, message: 'answers' }],
  certificates: [{ name: 'admin', life: { beginMs: now - 1000, endMs: now + yearMs } }],
  staleKubeconfig: undefined,
  space: { totalBytes: 100, availableBytes: 50, totalFiles: 100, availableFiles: 50 },
  ports: [{ port: 6443, what: 'the API server', owner: 'gantry (process 1)' }],
  store: { writtenMs: now - 1000, problem: undefined },
};

export const healthyMachine: MachineFacts = {
  now,
  hostname: 'box',
  kernelLacks: [],
  controllers: ['cpu', 'memory', 'pids'],
  programs: [{ program: 'haproxy', package: 'haproxy', least: '2.4', version: '2.6.12' }],
  clusters: [cluster],
  leftovers: [],
};

const withCluster = (more: Partial<ClusterFacts>): MachineFacts => ({
  ...healthyMachine,
  clusters: [{ ...cluster, ...more }],
});
const withLife = (beginMs: number, endMs: number): MachineFacts =>
  withCluster({ certificates: [{ name: 'admin', life: { beginMs, endMs } }] });
const withProgram = (version: string | undefined): MachineFacts => ({
  ...healthyMachine,
  programs: [{ program: 'haproxy', package: 'haproxy', least: '2.4', version }],
});

export const machineCases: Readonly<Record<keyof typeof machineReasons, MachineFacts>> = {
  'certificate-ended': withLife(now - yearMs, now - 1),
  'certificate-ends-soon': withLife(now - yearMs, now + yearMs / 100),
  'certificate-not-yet-valid': withLife(now + 1, now + yearMs),
  'certificate-missing': withCluster({ certificates: [{ name: 'admin', life: undefined }] }),
  'kubeconfig-stale': withCluster({ staleKubeconfig: '/root/.kube/config' }),
  'disk-low': withCluster({ space: { ...cluster.space, availableBytes: 5 } }),
  'inodes-low': withCluster({ space: { ...cluster.space, availableFiles: 5 } }),
  'clock-behind': withCluster({ store: { writtenMs: now + 3600_000, problem: undefined } }),
  'port-taken': withCluster({
    running: false,
    ports: [{ port: 6443, what: 'the API server', owner: 'nginx (process 12)' }],
  }),
  'port-silent': withCluster({ ports: [{ port: 6443, what: 'the API server', owner: undefined }] }),
  'kernel-lacks': {
    ...healthyMachine,
    kernelLacks: [{ feature: 'an overlay file system', how: 'Load it with "modprobe overlay".' }],
  },
  'cgroups-lack': { ...healthyMachine, controllers: ['cpu', 'pids'] },
  'program-missing': withProgram(undefined),
  'program-too-old': withProgram('2.3.9'),
  leftover: {
    ...healthyMachine,
    leftovers: [
      {
        what: 'the nftables table gantry-old',
        cluster: 'old',
        how: 'Remove it: "nft delete table ip gantry-old".',
      },
    ],
  },
  'program-not-running': withCluster({ running: false, parts: [], ports: [] }),
  'part-not-ready': withCluster({ parts: [{ name: 'node', ready: false, message: 'starting' }] }),
  'store-damaged': withCluster({
    running: false,
    ports: [],
    store: { writtenMs: now, problem: { newer: false, message: 'a checksum is wrong' } },
  }),
  'store-newer': withCluster({
    running: false,
    ports: [],
    store: { writtenMs: now, problem: { newer: true, message: 'store.db has format 7' } },
  }),
};
