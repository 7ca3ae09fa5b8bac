/** TCP ports that programs of this machine (this network namespace) listen on. */
import { readFileSync } from 'node:fs';

/** State 0A of /proc/net/tcp (proc_net_tcp: `st`): listening. Those bound to loopback alone do not count. */
export function listeningPorts(): Set<number> {
  const ports = new Set<number>();
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of linesOf(file)) {
      const [, local = '', , state] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      if (state === '0A' && !isLoopback(address)) ports.add(Number.parseInt(port, 16));
    }
  }
  return ports;
}

/** Addresses stand there as 32-bit words in the machine's (little-endian) order. */
function isLoopback(address: string): boolean {
  return address.length === 8
    ? address.endsWith('7F')
    : address === '00000000000000000000000001000000';
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(1);
  } catch {
    return [];
  }
}
