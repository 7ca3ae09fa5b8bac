/** What the node tells of the machine under it. */
import type { NodeSystemInfo } from '#api/types.ts';
import type { Files } from '#sys/files.ts';

export interface MachineFacts {
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  readonly diskBytes: number;
  readonly diskAvailable: number;
  readonly diskFilesAvailable: number;
  readonly processesAvailable: number;
}

export async function readMachine(directory: string, files: Files): Promise<MachineFacts> {
  const memory = (await files.readText('/proc/meminfo')) ?? '';
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(memory)?.[1] ?? 0) * 1024;
  const space = await files.space(directory);
  // The fourth word of loadavg: running processes and all there are.
  const load = (await files.readText('/proc/loadavg')) ?? '';
  const processes = Number(/\d+\/(\d+)/.exec(load)?.[1] ?? 0);
  const most = Number((await files.readText('/proc/sys/kernel/pid_max')) ?? 4_194_304);
  return {
    memoryBytes: kilobytes('MemTotal'),
    memoryAvailableBytes: kilobytes('MemAvailable'),
    diskBytes: space.totalBytes,
    diskAvailable: part(space.availableBytes, space.totalBytes),
    diskFilesAvailable: part(space.availableFiles, space.totalFiles),
    processesAvailable: 1 - part(processes, most),
  };
}

/** File systems without a bound on files say 0 of 0: then there is enough. */
const part = (some: number, all: number): number => (all > 0 ? some / all : 1);

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
