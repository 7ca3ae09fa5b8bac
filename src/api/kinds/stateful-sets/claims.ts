/** `spec.volumeClaimTemplates`: claims of which each pod gets its own. */
import { duplicate } from '../../field-error.ts';
import { isDNS1123Label } from '../../names.ts';
import type { PersistentVolumeClaim, PodTemplateSpec, Volume } from '../../types.ts';
import { checkFormat, checkRequired, type Errors } from '../common/checks.ts';
import { persistentVolumeClaims } from '../persistent-volume-claims.ts';
import { checkClaimSpec } from '../storage/claim-spec.ts';

/** As its own kind would be defaulted: a template of a claim is stored as a whole claim. */
export function defaultClaimTemplate(claim: PersistentVolumeClaim): void {
  claim.apiVersion ||= 'v1';
  claim.kind ||= 'PersistentVolumeClaim';
  persistentVolumeClaims.defaults?.(claim);
}

/** The name becomes a volume's, and the first part of the claim's. */
export function checkClaimTemplates(
  errors: Errors,
  path: string,
  claims: readonly PersistentVolumeClaim[],
): void {
  const seen = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    const at = `${path}[${index}].metadata.name`;
    const name = claim.metadata?.name;
    if (!checkRequired(errors, at, name)) continue;
    checkFormat(errors, at, name, isDNS1123Label(name));
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    checkClaimSpec(errors, `${path}[${index}].spec`, claim.spec);
  }
}

/** The template as pods will have it: with a volume for every claim, which wins over one of its own. */
export function withClaimVolumes(
  template: PodTemplateSpec | undefined,
  claims: readonly PersistentVolumeClaim[],
): PodTemplateSpec | undefined {
  if (!template?.spec || claims.length === 0) return template;
  const names = new Set(claims.map(({ metadata }) => metadata?.name ?? ''));
  const own = (template.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  const claimed = [...names].map(
    (name): Volume => ({ name, persistentVolumeClaim: { claimName: 'any' } }),
  );
  return { ...template, spec: { ...template.spec, volumes: [...own, ...claimed] } };
}
