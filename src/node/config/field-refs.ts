/** What a pod may know of itself, for environments and downward API files. */
import { millisOf, unitsOf } from '#api/quantity.ts';
import type { Container, ObjectFieldSelector, Pod, ResourceFieldSelector } from '#api/types.ts';
import { ConfigError } from './config-error.ts';

/** The node's allocatable amounts stand in where a container has no limit. */
export type Allocatable = Readonly<Record<string, string>>;

export interface PodAddresses {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

export function fieldValue(
  { fieldPath }: ObjectFieldSelector,
  pod: Pod,
  { podIPs, hostIPs }: PodAddresses,
): string {
  const { metadata, spec } = pod;
  const one = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (one) return metadata[one[1] as 'labels' | 'annotations']?.[one[2] ?? ''] ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return mapText(metadata.labels);
    case 'metadata.annotations':
      return mapText(metadata.annotations);
    case 'spec.nodeName':
      return spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? '';
    case 'status.hostIP':
      return hostIPs[0] ?? '';
    case 'status.hostIPs':
      return hostIPs.join(',');
    case 'status.podIP':
      return podIPs[0] ?? '';
    case 'status.podIPs':
      return podIPs.join(',');
    default:
      throw new ConfigError(`unsupported fieldPath: ${fieldPath}`);
  }
}

/** `key="value"` lines in the order of the keys, values quoted as Go quotes them. */
function mapText(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n');
}

/** In units of the divisor, rounded up. */
export function resourceValue(
  { resource, divisor = '1' }: ResourceFieldSelector,
  container: Container,
  allocatable: Allocatable,
): string {
  const [side, name = ''] = splitOnce(resource, '.');
  const { limits = {}, requests = {} } = container.resources ?? {};
  const amounts = side === 'requests' ? requests : limits;
  // A limit that is not set is what the node has; a request that is not set is nothing.
  const text = amounts[name] ?? (side === 'limits' ? allocatable[name] : undefined) ?? '0';
  const unit = divisor === '0' ? '1' : divisor;
  if (name === 'cpu') return String(Math.ceil(millisOf(text) / millisOf(unit)));
  return String(Math.ceil(unitsOf(text) / unitsOf(unit)));
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
