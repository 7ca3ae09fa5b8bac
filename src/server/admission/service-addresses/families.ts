/**
 * Which IP families a Service has: what it asks for, what its addresses say, and what the cluster
 * is configured for. Source: KEP-563 (dual stack).
 */
import { deepEqual } from '#api/copy.ts';
import { type FieldError, invalid } from '#api/field-error.ts';
import { isHeadless, needsClusterIp } from '#api/kinds/services/access.ts';
import type { ServiceSpec } from '#api/types.ts';
import { type IPFamily, parseAddress } from './ip.ts';

/** An update that does not speak of families keeps them; one that asks for a single one keeps the first. */
export function keepFamilies(spec: ServiceSpec, old: ServiceSpec): void {
  if (!needsClusterIp(spec) || !needsClusterIp(old)) return;
  spec.ipFamilyPolicy ??= old.ipFamilyPolicy;
  if (!spec.ipFamilies?.length && old.ipFamilies) spec.ipFamilies = [...old.ipFamilies];
  const wasDual = (old.ipFamilies?.length ?? 0) > 1 && old.ipFamilyPolicy !== 'SingleStack';
  const unchanged = deepEqual(spec.ipFamilies, old.ipFamilies);
  if (spec.ipFamilyPolicy !== 'SingleStack' || !wasDual || !unchanged) return;
  spec.ipFamilies = spec.ipFamilies?.slice(0, 1);
  if (!spec.clusterIPs?.length || deepEqual(spec.clusterIPs, old.clusterIPs)) {
    spec.clusterIPs = old.clusterIPs?.slice(0, 1);
  }
}

/** Fills in policy and families of a valid spec. `configured`: the cluster's families, its first choice first. */
export function settleFamilies(spec: ServiceSpec, configured: readonly IPFamily[]): FieldError[] {
  if (!needsClusterIp(spec)) return [];
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
  if (isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0) {
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

function refusals(spec: ServiceSpec, configured: readonly IPFamily[]): FieldError[] {
  const errors: FieldError[] = [];
  const { ipFamilyPolicy: policy, ipFamilies = [] } = spec;
  if (policy === 'RequireDualStack' && configured.length < 2) {
    const message = 'this cluster is not configured for dual-stack services';
    errors.push(invalid('spec.ipFamilyPolicy', policy, message));
  }
  if (policy === 'SingleStack' && ipFamilies.length > 1) {
    const message = "may only hold one value when `ipFamilyPolicy` is 'SingleStack'";
    errors.push(invalid('spec.ipFamilies', ipFamilies, message));
  }
  for (const [index, family] of ipFamilies.entries()) {
    if (configured.includes(family as IPFamily)) continue;
    errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  }
  return errors;
}
