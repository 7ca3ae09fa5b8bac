/** The pod's /etc/hosts, which the node writes and every container of the pod shares. */
import type { Pod } from '#api/types.ts';

/** On the host's network `hostFile` is the machine's own file; the pod's aliases come after it. */
export function hostsFile(
  pod: Pod,
  podIPs: readonly string[],
  domain: string,
  hostFile: string | undefined,
): string {
  const aliases = (pod.spec?.hostAliases ?? []).map(
    ({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}`,
  );
  const own = hostFile ?? ownLines(pod, podIPs, domain).join('\n');
  const tail = aliases.length > 0 ? ['', '# Entries added by HostAliases.', ...aliases] : [];
  return `# Kubernetes-managed hosts file.\n${own.trimEnd()}\n${tail.length > 0 ? `${tail.join('\n')}\n` : ''}`;
}

function ownLines(pod: Pod, podIPs: readonly string[], domain: string): string[] {
  const name = hostName(pod);
  const full = fullName(pod, domain);
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...podIPs.map((ip) => (full ? `${ip}\t${full}\t${name}` : `${ip}\t${name}`)),
  ];
}

/** At most 63 characters, as the kernel and DNS labels have it. */
export function hostName({ metadata, spec }: Pod): string {
  const name = spec?.hostnameOverride ?? spec?.hostname ?? metadata.name ?? '';
  return spec?.hostnameOverride ? name : name.slice(0, 63).replace(/[-.]+$/, '');
}

export function fullName(pod: Pod, domain: string): string | undefined {
  const { subdomain, hostnameOverride } = pod.spec ?? {};
  if (!subdomain || hostnameOverride) return undefined;
  return `${hostName(pod)}.${subdomain}.${pod.metadata.namespace}.svc.${domain}`;
}
