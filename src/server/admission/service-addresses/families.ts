/**
 * Which IP families a Service has: what it asks for, what its addresses say, and what the cluster
 * is configured for. `clusterIP` and the first of `clusterIPs` are one thing in two fields.
 * Source: KEP-563 (dual stack).
 */
import { type FieldError, invalid } from '#api/field-error.ts';
import type { Service } from '#api/types.ts';
import { type IPFamily, parseAddress } from './ip.ts';
import { isHeadless, needsClusterIP } from './needs.ts';

/** `configured`: the cluster's families, its first choice first. */
export function settleFamilies(service: Service, configured: readonly IPFamily[]): FieldError[] {
  const { spec } = service;
  if (!needsClusterIP(service)) return [];
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
  const families = spec.ipFamilies ? [...spec.ipFamilies] : [];
  for (const [index, text] of (spec.clusterIPs ?? []).entries()) {
    const address = parseAddress(text);
    if (address && index >= families.length) families.push(address.family);
  }
  if (families.length > 1) spec.ipFamilyPolicy ??= 'RequireDualStack';
  const [first = 'IPv4'] = configured;
  if (families.length === 0) families.push(first);
  spec.ipFamilies = families;
  // Nothing is allocated, and whoever writes its endpoints may have both families.
  if (isHeadless(service) && Object.keys(spec.selector ?? {}).length === 0) {
    spec.ipFamilyPolicy ??= 'RequireDualStack';
    if (spec.ipFamilyPolicy !== 'SingleStack') addSecond(families, ['IPv4', 'IPv6']);
    return [];
  }
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (spec.ipFamilyPolicy !== 'SingleStack') addSecond(families, configured);
  return refusals(spec, configured);
}

function addSecond(families: string[], known: readonly IPFamily[]): void {
  const other = known.find((family) => !families.includes(family));
  if (families.length === 1 && other) families.push(other);
}

function refusals(spec: Service['spec'], configured: readonly IPFamily[]): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.ipFamilyPolicy === 'RequireDualStack' && configured.length < 2) {
    const message = 'this cluster is not configured for dual-stack services';
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, message));
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (configured.includes(family as IPFamily)) continue;
    errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  }
  return errors;
}
