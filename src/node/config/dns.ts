/** Name resolution of a pod by its dnsPolicy. Source: "DNS for Services and Pods". */
import type { Pod } from '#api/types.ts';
import type { DnsConfig } from '../runtime/runtime.ts';

export interface ClusterDns {
  /** Empty when the cluster has no DNS yet. */
  readonly servers: readonly string[];
  /** `cluster.local`. */
  readonly domain: string;
}

const searchesMax = 32;
const serversMax = 3;

/** Source: resolv.conf(5). */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  let options: string[] = [];
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'nameserver' && rest[0]) servers.push(rest[0]);
    if (word === 'search' || word === 'domain') searches = rest;
    if (word === 'options') options = [...options, ...rest];
  }
  return { servers, searches, options };
}

export function podDns({ metadata, spec }: Pod, cluster: ClusterDns, host: DnsConfig): DnsConfig {
  let base = baseOf(spec?.dnsPolicy ?? 'ClusterFirst', spec?.hostNetwork === true);
  if (base === 'cluster' && cluster.servers.length === 0) base = 'host';
  const { domain } = cluster;
  const start: DnsConfig =
    base === 'none'
      ? { servers: [], searches: [], options: [] }
      : base === 'host'
        ? host
        : {
            servers: cluster.servers,
            searches: [
              `${metadata.namespace}.svc.${domain}`,
              `svc.${domain}`,
              domain,
              ...host.searches,
            ],
            options: ['ndots:5'],
          };
  const { nameservers = [], searches = [], options = [] } = spec?.dnsConfig ?? {};
  const own = options.map(({ name, value }) => (value ? `${name}:${value}` : (name ?? '')));
  const named = new Set(own.map((option) => option.split(':')[0]));
  return {
    servers: unique([...start.servers, ...nameservers]).slice(0, serversMax),
    searches: unique([...start.searches, ...searches]).slice(0, searchesMax),
    options: [...start.options.filter((option) => !named.has(option.split(':')[0] ?? '')), ...own],
  };
}

function baseOf(policy: string, onHost: boolean): 'cluster' | 'host' | 'none' {
  if (policy === 'None') return 'none';
  if (policy === 'Default') return 'host';
  return policy === 'ClusterFirst' && onHost ? 'host' : 'cluster';
}

const unique = (words: readonly string[]): string[] => [...new Set(words)];
