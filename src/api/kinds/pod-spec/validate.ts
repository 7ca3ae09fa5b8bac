/**
 * Whether a pod spec makes sense, wherever it stands. Every rule here is one that Kubernetes has, at
 * its path and in its words. Nothing is assumed to be there: what a client left out is reported as
 * missing, never met as an exception.
 * Source: Kubernetes API reference, core/v1 PodSpec; pkg/apis/core/validation.
 */
import { duplicate, type FieldError, forbidden, invalid, required } from '../../field-error.ts';
import { annotationErrors } from '../../metadata.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName } from '../../names.ts';
import type { PodResourceClaim, PodSpec, PodTemplateSpec } from '../../types.ts';
import { checkFormat, checkOneOf, checkRange, type Errors } from '../common/checks.ts';
import { checkLabels } from '../common/label-selectors.ts';
import { checkAffinity } from './affinity.ts';
import { checkPodAnnotations } from './annotations.ts';
import {
  type ContainerContext,
  checkContainers,
  checkEphemeralContainers,
  checkInitContainers,
} from './containers.ts';
import { checkDns, checkHostAliases } from './dns.ts';
import { checkPodResources } from './pod-resources.ts';
import { checkOverhead } from './resources.ts';
import { checkHostUsers, checkPodSecurityContext } from './security.ts';
import { checkTolerations } from './tolerations.ts';
import { checkTopologySpread } from './topology-spread.ts';
import { checkVolumes } from './volumes.ts';
import { checkOs } from './windows-options.ts';

const int32Max = 2 ** 31 - 1;

/** `name`: of the pod that the spec is of; absent for a template. */
export function validatePodSpec(
  spec: PodSpec,
  path: string,
  owner: { readonly isPod: boolean; readonly name?: string | undefined },
): FieldError[] {
  const errors: Errors = [];
  if (spec.terminationGracePeriodSeconds === undefined) {
    errors.push(required(`${path}.terminationGracePeriodSeconds`));
  }
  const claims = spec.resourceClaims ?? [];
  const context: ContainerContext = {
    spec,
    volumes: checkVolumes(errors, `${path}.volumes`, spec.volumes ?? [], owner.name),
    claimNames: new Set(claims.map((claim) => claim.name).filter(Boolean)),
  };
  checkResourceClaims(errors, `${path}.resourceClaims`, claims);
  checkContainers(errors, `${path}.containers`, context);
  checkInitContainers(errors, `${path}.initContainers`, context);
  checkEphemeralContainers(errors, `${path}.ephemeralContainers`, context);
  checkPodResources(errors, `${path}.resources`, spec);
  if (spec.overhead) checkOverhead(errors, `${path}.overhead`, spec.overhead);
  checkHostNetwork(errors, path, spec, owner.isPod);
  checkPolicies(errors, path, spec);
  checkLabels(errors, `${path}.nodeSelector`, spec.nodeSelector);
  checkPodSecurityContext(errors, `${path}.securityContext`, spec);
  checkAffinity(errors, `${path}.affinity`, spec.affinity);
  checkDns(errors, `${path}.dnsConfig`, spec);
  checkGates(errors, path, spec);
  const spread = spec.topologySpreadConstraints ?? [];
  checkTopologySpread(errors, `${path}.topologySpreadConstraints`, spread);
  checkHostUsers(errors, path, spec);
  checkNames(errors, path, spec);
  checkTolerations(errors, `${path}.tolerations`, spec.tolerations ?? []);
  checkHostAliases(errors, `${path}.hostAliases`, spec.hostAliases ?? []);
  checkOs(errors, path, spec);
  return errors;
}

export function validatePodTemplate(
  template: PodTemplateSpec | undefined,
  path: string,
): FieldError[] {
  if (!template) return [required(path)];
  const errors: Errors = [];
  const { labels, annotations = {} } = template.metadata ?? {};
  checkLabels(errors, `${path}.labels`, labels);
  errors.push(...annotationErrors(`${path}.annotations`, annotations));
  const spec: PodSpec = template.spec ?? { containers: [] };
  checkPodAnnotations(errors, `${path}.annotations`, annotations, spec);
  errors.push(...validatePodSpec(spec, `${path}.spec`, { isPod: false }));
  if (spec.ephemeralContainers?.length) {
    const detail = 'ephemeral containers not allowed in pod template';
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, detail));
  }
  return errors;
}

function checkPolicies(errors: Errors, path: string, spec: PodSpec): void {
  const restarts = ['Always', 'OnFailure', 'Never'];
  checkOneOf(errors, `${path}.restartPolicy`, spec.restartPolicy, restarts);
  const resolvers = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
  checkOneOf(errors, `${path}.dnsPolicy`, spec.dnsPolicy, resolvers);
  if (spec.preemptionPolicy !== undefined) {
    const policies = ['PreemptLowerPriority', 'Never'];
    checkOneOf(errors, `${path}.preemptionPolicy`, spec.preemptionPolicy, policies);
  }
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined) {
    checkRange(errors, `${path}.activeDeadlineSeconds`, deadline, 1, int32Max);
  }
}

/** On the host's network a container's port is the host's; a template may leave that to its pods. */
function checkHostNetwork(errors: Errors, path: string, spec: PodSpec, isPod: boolean): void {
  if (!spec.hostNetwork) return;
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [portIndex, { hostPort = 0, containerPort }] of (container.ports ?? []).entries()) {
      if (hostPort === containerPort || (!isPod && hostPort === 0)) continue;
      const at = `${path}.containers[${index}].ports[${portIndex}].hostPort`;
      errors.push(invalid(at, hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    }
  }
}

function checkGates(errors: Errors, path: string, spec: PodSpec): void {
  for (const [index, { conditionType }] of (spec.readinessGates ?? []).entries()) {
    const at = `${path}.readinessGates[${index}].conditionType`;
    checkFormat(errors, at, conditionType, isQualifiedName(conditionType ?? ''));
  }
  const seen = new Set<string>();
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    const at = `${path}.schedulingGates[${index}]`;
    checkFormat(errors, at, name, isQualifiedName(name ?? ''));
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  }
}

const namedByLabel = ['hostname', 'subdomain'] as const;
const namedBySubdomain = [
  'serviceAccountName',
  'nodeName',
  'priorityClassName',
  'runtimeClassName',
] as const;

function checkNames(errors: Errors, path: string, spec: PodSpec): void {
  for (const field of namedByLabel) {
    const name = spec[field];
    if (name) checkFormat(errors, `${path}.${field}`, name, isDNS1123Label(name));
  }
  for (const field of namedBySubdomain) {
    const name = spec[field];
    if (name) checkFormat(errors, `${path}.${field}`, name, isDNS1123Subdomain(name));
  }
  const override = spec.hostnameOverride;
  if (!override) return;
  checkFormat(errors, `${path}.hostnameOverride`, override, isDNS1123Subdomain(override));
  if (spec.hostNetwork) {
    const detail = 'may not be specified when `hostNetwork` is true';
    errors.push(forbidden(`${path}.hostnameOverride`, detail));
  }
  if (spec.setHostnameAsFQDN) {
    const detail = 'may not be specified when `setHostnameAsFQDN` is true';
    errors.push(forbidden(`${path}.hostnameOverride`, detail));
  }
}

function checkResourceClaims(
  errors: Errors,
  path: string,
  claims: readonly PodResourceClaim[],
): void {
  const seen = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    const at = `${path}[${index}]`;
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (!name) errors.push(required(`${at}.name`));
    else if (seen.has(name)) errors.push(duplicate(`${at}.name`, name));
    else checkFormat(errors, `${at}.name`, name, isDNS1123Label(name));
    seen.add(name);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const detail =
        'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(invalid(at, claim, detail));
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const detail = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
      errors.push(invalid(at, claim, detail));
    }
    for (const [field, value] of Object.entries({ resourceClaimName, resourceClaimTemplateName })) {
      if (value !== undefined)
        checkFormat(errors, `${at}.${field}`, value, isDNS1123Subdomain(value));
    }
  }
}
