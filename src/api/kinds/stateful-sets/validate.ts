/** Source: Kubernetes API reference, apps/v1 StatefulSetSpec; pkg/apis/apps/validation. */
import { type FieldError, invalid, notSupported, required } from '../../field-error.ts';
import { isDNS1123Label } from '../../names.ts';
import type { RollingUpdateStatefulSetStrategy, StatefulSetSpec } from '../../types.ts';
import { checkFormat, checkNonNegative, type Errors } from '../common/checks.ts';
import { validatePodTemplate } from '../pod-spec/validate.ts';
import { checkIntOrPercent, checkShare, isZero } from '../workloads/rolling-update.ts';
import { checkMatch, checkSelector, checkTemplatePolicy } from '../workloads/selection.ts';
import { checkClaimTemplates, withClaimVolumes } from './claims.ts';

export function validateSpec(spec: Partial<StatefulSetSpec>): FieldError[] {
  const errors: Errors = [];
  checkPolicies(errors, spec);
  checkNonNegative(errors, 'spec.replicas', spec.replicas);
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkNonNegative(errors, 'spec.ordinals.start', spec.ordinals?.start);
  const { serviceName, template, volumeClaimTemplates: claims = [] } = spec;
  // It becomes the subdomain of the pods.
  if (serviceName) {
    checkFormat(errors, 'spec.serviceName', serviceName, isDNS1123Label(serviceName));
  }
  if (!spec.selector) errors.push(required('spec.selector'));
  const isSound = checkSelector(errors, spec.selector, 'statefulset');
  if (isSound && template) checkMatch(errors, spec.selector, template);
  checkClaimTemplates(errors, 'spec.volumeClaimTemplates', claims);
  errors.push(...validatePodTemplate(withClaimVolumes(template, claims), 'spec.template'));
  if (template?.spec) checkTemplatePolicy(errors, template.spec, 'StatefulSet');
  return errors;
}

function checkPolicies(errors: Errors, spec: Partial<StatefulSetSpec>): void {
  const management = spec.podManagementPolicy;
  if (!management) errors.push(required('spec.podManagementPolicy'));
  else if (management !== 'OrderedReady' && management !== 'Parallel') {
    const detail = "must be 'OrderedReady' or 'Parallel'";
    errors.push(invalid('spec.podManagementPolicy', management, detail));
  }
  checkUpdateStrategy(errors, 'spec.updateStrategy', spec.updateStrategy ?? {});
  const retention = spec.persistentVolumeClaimRetentionPolicy ?? {};
  const policies = ['Retain', 'Delete'];
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const policy = retention[field] ?? '';
    if (policies.includes(policy)) continue;
    const at = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    errors.push(notSupported(at, policy, policies));
  }
}

function checkUpdateStrategy(
  errors: Errors,
  path: string,
  strategy: NonNullable<StatefulSetSpec['updateStrategy']>,
): void {
  const { type, rollingUpdate } = strategy;
  if (!type) errors.push(required(path));
  else if (type === 'OnDelete') {
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    if (rollingUpdate) errors.push(invalid(`${path}.rollingUpdate`, rollingUpdate, detail));
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate) checkRollingUpdate(errors, `${path}.rollingUpdate`, rollingUpdate);
  } else errors.push(invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'"));
}

function checkRollingUpdate(
  errors: Errors,
  path: string,
  { partition, maxUnavailable }: RollingUpdateStatefulSetStrategy,
): void {
  checkNonNegative(errors, `${path}.partition`, partition);
  if (maxUnavailable === undefined) return;
  const at = `${path}.maxUnavailable`;
  checkIntOrPercent(errors, at, maxUnavailable);
  if (isZero(maxUnavailable)) errors.push(invalid(at, maxUnavailable, 'cannot be 0'));
  checkShare(errors, at, maxUnavailable);
}
