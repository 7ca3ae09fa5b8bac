/** Looks at this machine and its clusters; judges nothing (`decide/judge.ts`). */
import { readCertificate } from '#wire/pki/authority.ts';
import { type ClusterConfig, clusterPaths, contextName } from '../cluster/cluster-config.ts';
import { runningStatus } from '../cluster/clusters.ts';
import { clientCertificateOf, kubeconfigPath } from '../cluster/kubeconfig.ts';
import type { Machine } from '../machine.ts';
import { portsOf } from '../setup/preflight.ts';
import { kernelLacks, workingControllers } from './kernel.ts';
import { leftoversOf } from './leftovers.ts';
import type { CertificateFacts, ClusterFacts, MachineFacts, ProgramFacts } from './decide/facts.ts';

export interface DoctorHooks {
  /** Opens the store of a stopped cluster, reads all of it, and closes it; answers what is wrong. */
  readonly checkStore: (
    config: ClusterConfig,
  ) => Promise<{ readonly newer: boolean; readonly message: string } | undefined>;
}

const programs = [
  { program: 'containerd', package: 'containerd', least: '1.6', args: ['--version'] },
  { program: 'haproxy', package: 'haproxy', least: '2.4', args: ['-v'] },
  { program: 'nft', package: 'nftables', least: '1.0', args: ['--version'] },
  { program: 'runc', package: 'runc', least: '1.1', args: ['--version'] },
  { program: 'conntrack', package: 'conntrack', least: '1.4', args: ['--version'] },
  { program: 'ip', package: 'iproute2', least: '0', args: ['-V'] },
] as const;

const certificates = ['ca', 'apiserver', 'gateway', 'admin'] as const;

/** `configs`: those to look at; `all`: those that exist, whose things are no leftovers. */
export async function lookAtMachine(
  machine: Machine,
  hooks: DoctorHooks,
  configs: readonly ClusterConfig[],
  all: readonly ClusterConfig[],
): Promise<MachineFacts> {
  return {
    now: machine.clock.now(),
    hostname: machine.host.hostname,
    kernelLacks: await kernelLacks(machine),
    controllers: await workingControllers(machine),
    programs: await Promise.all(programs.map((each) => programFacts(machine, each))),
    clusters: await Promise.all(configs.map((config) => clusterFacts(machine, hooks, config))),
    leftovers: await leftoversOf(machine, all),
  };
}

async function programFacts(
  { host, processes }: Machine,
  { program, package: from, least, args }: (typeof programs)[number],
): Promise<ProgramFacts> {
  const path = host.which(program);
  const facts = { program, package: from, least };
  if (path === undefined) return { ...facts, version: undefined };
  const { stdout, stderr } = await processes.run(path, args, { timeoutMs: 10_000 });
  const version = /\bv?(\d+\.\d+(?:\.\d+)?)/.exec(`${stdout}${stderr}`)?.[1] ?? '';
  return { ...facts, version };
}

async function clusterFacts(
  machine: Machine,
  hooks: DoctorHooks,
  config: ClusterConfig,
): Promise<ClusterFacts> {
  const paths = clusterPaths(config);
  const status = await runningStatus(machine, config);
  const running = status !== undefined;
  const files = ['store.db', 'store-0.log', 'store-1.log'].map((name) =>
    machine.files.info(`${paths.store}/${name}`),
  );
  const written = (await Promise.all(files)).map((info) => info?.modifiedMs ?? 0);
  const present = written.some((ms) => ms > 0);
  return {
    name: config.name,
    dataDir: config.dataDir,
    running,
    parts: status?.parts ?? [],
    certificates: await Promise.all(
      certificates.map((name) => certificateFacts(machine, paths.pki, name)),
    ),
    staleKubeconfig: await staleKubeconfig(machine, config),
    space: await machine.files.space(config.dataDir),
    ports: await portFacts(machine, config),
    store: {
      writtenMs: present ? Math.max(...written) : undefined,
      // The running program holds the lock, and has read all of it at its start.
      problem: present && !running ? await hooks.checkStore(config) : undefined,
    },
  };
}

async function certificateFacts(
  { files }: Machine,
  folder: string,
  name: string,
): Promise<CertificateFacts> {
  const text = await files.readText(`${folder}/${name}.crt`);
  try {
    const { notBeforeMs, notAfterMs } = readCertificate(text ?? '');
    return { name, life: { beginMs: notBeforeMs, endMs: notAfterMs } };
  } catch {
    return { name, life: undefined };
  }
}

async function staleKubeconfig(
  { files, host }: Machine,
  config: ClusterConfig,
): Promise<string | undefined> {
  const path = kubeconfigPath(host.environment);
  const text = await files.readText(path);
  const has = text && clientCertificateOf(text, contextName(config.name));
  const now = await files.readText(`${clusterPaths(config).pki}/admin.crt`);
  return has && now !== undefined && has !== now ? path : undefined;
}

async function portFacts(machine: Machine, config: ClusterConfig) {
  return Promise.all(
    portsOf(config).map(async ({ port, what }) => {
      const owner = await machine.host.portOwner(port);
      return { port, what, owner: owner?.text };
    }),
  );
}
