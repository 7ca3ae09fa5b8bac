/** What the node tells of the machine under it. */
import type { NodeSystemInfo } from '#api/types.ts';
import type { Files } from '#sys/files.ts';

export interface MachineFacts {
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

export async function readMachine(directory: string, files: Files): Promise<MachineFacts> {
  const memory = (await files.readText('/proc/meminfo')) ?? '';
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(memory)?.[1] ?? 0) * 1024;
  const { totalBytes } = await files.space(directory);
  return { memoryBytes: kilobytes('MemTotal'), diskBytes: totalBytes };
}

export async function countCpus(files: Files): Promise<number> {
  const text = (await files.readText('/proc/cpuinfo')) ?? '';
  return Math.max(1, text.match(/^processor\s*:/gm)?.length ?? 1);
}

export async function hasAppArmor(files: Files): Promise<boolean> {
  const text = await files.readText('/sys/module/apparmor/parameters/enabled');
  return text?.trim() === 'Y';
}

export async function readSystemInfo(
  files: Files,
  given: { runtimeVersion: string; version: string; architecture: string },
): Promise<NodeSystemInfo> {
  const text = async (path: string): Promise<string> =>
    ((await files.readText(path).catch(() => undefined)) ?? '').trim();
  const release = await text('/etc/os-release');
  const pretty = /^PRETTY_NAME="?(.*?)"?$/m.exec(release)?.[1];
  return {
    machineID: await text('/etc/machine-id'),
    systemUUID: await text('/sys/class/dmi/id/product_uuid'),
    bootID: await text('/proc/sys/kernel/random/boot_id'),
    kernelVersion: await text('/proc/sys/kernel/osrelease'),
    osImage: pretty ?? 'Linux',
    containerRuntimeVersion: given.runtimeVersion,
    kubeletVersion: given.version,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: given.architecture,
  };
}
