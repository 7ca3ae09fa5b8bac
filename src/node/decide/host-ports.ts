/** The table that leads ports of the node to ports of its pods (core/v1 ContainerPort.hostPort). */

export interface HostPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** One of the node's addresses; empty: all. */
  readonly hostIP: string;
  readonly hostPort: number;
  readonly podIP: string;
  readonly containerPort: number;
}

export interface HostPortTable {
  readonly name: string;
  readonly podCidr: string;
  readonly bridge: string;
  /** Addresses of the node that are not for pods' ports: the cluster's DNS answers there. */
  readonly reserved: readonly string[];
}

/** By the bridge, which is the node's own on a machine with several. */
export const hostPortTable = (bridge: string): string => `${bridge}-ports`;

/** Text for `nft -f -`: replaces the table as a whole, in one transaction. */
export function hostPortRules(
  { name, podCidr, bridge, reserved }: HostPortTable,
  ports: readonly HostPort[],
): string {
  const replace = `add table ip ${name}\ndelete table ip ${name}\n`;
  if (ports.length === 0) return replace;
  const leave = reserved.map((address) => `    ip daddr ${address} return\n`).join('');
  const lead = sorted(ports)
    .map(({ protocol, hostIP, hostPort, podIP, containerPort }) => {
      const to = hostIP && hostIP !== '0.0.0.0' ? `ip daddr ${hostIP} ` : '';
      return `    ${to}${protocol} dport ${hostPort} dnat to ${podIP}:${containerPort}\n`;
    })
    .join('');
  return `${replace}table ip ${name} {
  chain ports {
${leave}${lead}  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local goto ports
  }
  chain output {
    type nat hook output priority -100; policy accept;
    fib daddr type local goto ports
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ct status dnat ip saddr ${podCidr} ip daddr ${podCidr} masquerade
    ct status dnat ip saddr 127.0.0.0/8 oifname "${bridge}" masquerade
  }
}
`;
}

/** Those with an address of their own first: a port of all addresses would hide them. */
function sorted(ports: readonly HostPort[]): HostPort[] {
  const key = ({ hostIP, protocol, hostPort, podIP }: HostPort): string =>
    `${hostIP ? 0 : 1} ${protocol} ${String(hostPort).padStart(5, '0')} ${hostIP} ${podIP}`;
  return [...ports].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Connection tracking's words for flows that would miss a change: they go on as they began. */
export type StaleFlow = readonly string[];

/**
 * Flows of UDP and SCTP know no end: those to a pod that has gone would go to nobody for ever, and those
 * that asked in vain before the port led anywhere would go on doing so.
 */
export function staleFlows(before: readonly HostPort[], after: readonly HostPort[]): StaleFlow[] {
  const key = (each: HostPort): string => Object.values(each).join(' ');
  const missingIn = (others: readonly HostPort[]) => {
    const known = new Set(others.map(key));
    return (each: HostPort): boolean => each.protocol !== 'tcp' && !known.has(key(each));
  };
  const place = ({ protocol, hostIP, hostPort }: HostPort): string[] => [
    ...['-p', protocol, '--orig-port-dst', String(hostPort)],
    ...(hostIP && hostIP !== '0.0.0.0' ? ['--orig-dst', hostIP] : []),
  ];
  return [
    ...before.filter(missingIn(after)).map((each) => [...place(each), '--reply-src', each.podIP]),
    ...after.filter(missingIn(before)).map(place),
  ];
}
