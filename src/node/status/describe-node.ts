/** What a node has and is, read once at its start. */
import { hostnameLabel } from '#api/node-labels.ts';
import type { NodeSystemInfo } from '#api/types.ts';
import type { Files } from '#sys/files.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { countCpus, readMachine, readSystemInfo } from './machine-facts.ts';

export interface DescribeOptions {
  readonly nodeName: string;
  readonly directory: string;
  readonly files: Files;
  readonly runtime: Runtime;
  readonly architecture: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly podsMax: number;
  /** Kept from pods. */
  readonly reserved: { readonly cpuMilli: number; readonly memoryBytes: number };
  /** Taken instead of what the machine has. */
  readonly capacity?: { readonly cpuMilli: number; readonly memoryBytes: number };
}

export interface NodeDescription {
  readonly memoryBytes: number;
  /** What pods may have together, in the words of control groups. */
  readonly forPods: { readonly cpuMilli: number; readonly memoryBytes: number };
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly info: NodeSystemInfo;
}

/** Pods leave some of the disk to images and logs. */
const diskShareOfPods = 0.9;

export async function describeNode(options: DescribeOptions): Promise<NodeDescription> {
  const { files, directory, nodeName, runtime, version, architecture, reserved, podsMax } = options;
  const machine = await readMachine(directory, files);
  const memoryBytes = options.capacity?.memoryBytes ?? machine.memoryBytes;
  const cpuMilli = options.capacity?.cpuMilli ?? (await countCpus(files)) * 1000;
  const ran = await runtime.version();
  const runtimeVersion = `${ran.name}://${ran.version}`;
  const forPods = {
    cpuMilli: cpuMilli - reserved.cpuMilli,
    memoryBytes: memoryBytes - reserved.memoryBytes,
  };
  return {
    memoryBytes,
    forPods,
    capacity: amounts({ cpuMilli, memoryBytes }, machine.diskBytes, podsMax),
    allocatable: amounts(forPods, machine.diskBytes * diskShareOfPods, podsMax),
    labels: {
      [hostnameLabel]: nodeName,
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': architecture,
      'beta.kubernetes.io/os': 'linux',
      'beta.kubernetes.io/arch': architecture,
      ...options.labels,
    },
    info: await readSystemInfo(files, { runtimeVersion, version, architecture }),
  };
}

function amounts(
  { cpuMilli, memoryBytes }: { readonly cpuMilli: number; readonly memoryBytes: number },
  diskBytes: number,
  podsMax: number,
): Record<string, string> {
  return {
    cpu: cpuMilli % 1000 === 0 ? String(cpuMilli / 1000) : `${cpuMilli}m`,
    memory: `${Math.floor(memoryBytes / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor(diskBytes / 1024)}Ki`,
    pods: String(podsMax),
  };
}
