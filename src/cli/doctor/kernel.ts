/** What gantry needs of the kernel, for the check before a start and for the doctor. */
import type { Machine } from '../machine.ts';

export interface KernelLack {
  /** For a person: `an overlay file system, which container images need`. */
  readonly feature: string;
  readonly how: string;
}

const otherKernel = 'Use a kernel that has it: the one of Debian or Ubuntu does.';

export async function kernelLacks(machine: Machine): Promise<KernelLack[]> {
  const { files, processes, host } = machine;
  const lacks: KernelLack[] = [];
  const filesystems = (await files.readText('/proc/filesystems')) ?? '';
  if (!/\boverlay\b/.test(filesystems)) {
    lacks.push({
      feature: 'an overlay file system, which container images need',
      how: 'Load it with "modprobe overlay" (and add it to /etc/modules).',
    });
  }
  for (const [file, feature] of [
    ['/proc/self/ns/net', 'network namespaces (CONFIG_NET_NS)'],
    ['/proc/self/ns/pid', 'process namespaces (CONFIG_PID_NS)'],
  ] as const) {
    if (!(await files.info(file))) lacks.push({ feature, how: otherKernel });
  }
  if (host.which('nft') === undefined) return lacks;
  const result = await processes.run('nft', ['list', 'tables'], { timeoutMs: 10_000 });
  if (result.code !== 0) {
    const said = result.stderr.trim().split('\n')[0] ?? 'no answer';
    lacks.push({
      feature: `nftables, which Services need (${said})`,
      how: 'Load it with "modprobe nf_tables", or use a kernel with CONFIG_NF_TABLES.',
    });
  }
  return lacks;
}

/** Of the unified hierarchy, and those that are mounted as version 1. */
export async function workingControllers({ files }: Machine): Promise<string[]> {
  const unified = (await files.readText('/sys/fs/cgroup/cgroup.controllers')) ?? '';
  const first = (await files.list('/sys/fs/cgroup'))
    .filter(({ type }) => type !== 'file')
    .flatMap(({ name }) => name.split(','));
  return [...new Set([...unified.split(/\s+/), ...first])].filter((name) => name !== '');
}
