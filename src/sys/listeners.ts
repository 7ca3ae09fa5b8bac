/** TCP ports that programs of this machine listen on, in this network namespace or in a pod's. */
import { readdirSync, readFileSync } from 'node:fs';

/** Those bound to loopback alone do not count. */
export function listeningPorts(): Set<number> {
  return portsOf('/proc/net').open;
}

export interface PodPorts {
  /** On an address that others reach. */
  readonly open: readonly number[];
  readonly loopbackOnly: readonly number[];
}

/** Undefined when no process of the pod runs on this machine. Finds it by its control group. */
export function listeningPortsOfPod(uid: string): PodPorts | undefined {
  const marks = [`pod${uid}`, `pod${uid.replaceAll('-', '_')}`];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const groups = textOf(`/proc/${pid}/cgroup`);
    if (!marks.some((mark) => groups.includes(mark))) continue;
    const { open, loopback } = portsOf(`/proc/${pid}/net`);
    const sorted = (ports: Iterable<number>): number[] => [...ports].sort((a, b) => a - b);
    return {
      open: sorted(open),
      loopbackOnly: sorted(loopback).filter((port) => !open.has(port)),
    };
  }
  return undefined;
}

/** State 0A of tcp and tcp6 there (proc_net_tcp: `st`): listening. */
function portsOf(folder: string): { open: Set<number>; loopback: Set<number> } {
  const open = new Set<number>();
  const loopback = new Set<number>();
  for (const file of ['tcp', 'tcp6']) {
    for (const line of textOf(`${folder}/${file}`).split('\n').slice(1)) {
      const [, local = '', , state] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      if (state === '0A') (isLoopback(address) ? loopback : open).add(Number.parseInt(port, 16));
    }
  }
  return { open, loopback };
}

/** Addresses stand there as 32-bit words in the machine's (little-endian) order. */
function isLoopback(address: string): boolean {
  return address.length === 8
    ? address.endsWith('7F')
    : address === '00000000000000000000000001000000';
}

/** Empty for a file that is not there, or not any more. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
