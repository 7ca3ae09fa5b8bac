/** Security contexts of a pod and of its containers. */
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../field-error.ts';
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
  Sysctl,
} from '../../types.ts';
import { checkOneOfIfSet, checkRange, type Errors } from '../common/checks.ts';
import { checkDescendingPath } from './paths.ts';
import { checkWindowsOptions } from './windows-options.ts';

const idMax = 2 ** 31 - 1;
const sysctlLengthMax = 253;
/** Linux' PATH_MAX without its closing zero. */
const profilePathMax = 4095;
const sysctlSegment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctlName = `^(${sysctlSegment}[\\./])*${sysctlSegment}$`;

export function checkPodSecurityContext(errors: Errors, path: string, spec: PodSpec): void {
  const context = spec.securityContext;
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(`${path}.shareProcessNamespace`, true, detail));
  }
  if (!context) return;
  checkIds(errors, path, context);
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    checkRange(errors, `${path}.supplementalGroups[${index}]`, group, 0, idMax);
  }
  checkSysctls(errors, `${path}.sysctls`, context.sysctls ?? [], spec);
  checkPolicies(errors, path, context);
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile);
  checkWindowsOptions(errors, `${path}.windowsOptions`, context.windowsOptions);
  checkAppArmor(errors, `${path}.appArmorProfile`, context.appArmorProfile);
}

function checkIds(
  errors: Errors,
  path: string,
  context: Pick<PodSecurityContext, 'fsGroup' | 'runAsUser' | 'runAsGroup'>,
): void {
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup'] as const) {
    const id = context[field];
    if (id !== undefined) checkRange(errors, `${path}.${field}`, id, 0, idMax);
  }
}

function checkPolicies(errors: Errors, path: string, context: PodSecurityContext): void {
  checkOneOfIfSet(errors, `${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, [
    'Always',
    'OnRootMismatch',
  ]);
  checkOneOfIfSet(errors, `${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, [
    'Merge',
    'Strict',
  ]);
  checkOneOfIfSet(errors, `${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, [
    'MountOption',
    'Recursive',
  ]);
}

function checkSysctls(
  errors: Errors,
  path: string,
  sysctls: readonly Sysctl[],
  spec: PodSpec,
): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of sysctls.entries()) {
    const at = `${path}[${index}].name`;
    if (name === '') errors.push(required(at));
    else if (name.length > sysctlLengthMax || !new RegExp(sysctlName).test(name)) {
      const detail = `must have at most ${sysctlLengthMax} characters and match regex ${sysctlName}`;
      errors.push(invalid(at, name, detail));
    } else if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork && dotted.startsWith('net.')) {
      errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    }
    if (spec.hostIPC && /^(kernel\.(shm|msg)|kernel\.sem$|fs\.mqueue\.)/.test(dotted)) {
      errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
    }
  }
}

export function checkSecurityContext(
  errors: Errors,
  path: string,
  context: SecurityContext | undefined,
  spec: PodSpec,
): void {
  if (!context) return;
  checkIds(errors, path, context);
  checkProcMount(errors, `${path}.procMount`, context.procMount, spec);
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile);
  if (context.allowPrivilegeEscalation === false) checkEscalation(errors, path, context);
  checkWindowsOptions(errors, `${path}.windowsOptions`, context.windowsOptions);
  checkAppArmor(errors, `${path}.appArmorProfile`, context.appArmorProfile);
}

function checkProcMount(
  errors: Errors,
  path: string,
  procMount: string | undefined,
  spec: PodSpec,
): void {
  checkOneOfIfSet(errors, path, procMount, ['Default', 'Unmasked']);
  if (procMount === 'Unmasked' && spec.hostUsers !== false) {
    errors.push(invalid(path, procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
}

function checkEscalation(errors: Errors, path: string, context: SecurityContext): void {
  if (context.privileged) {
    const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
    errors.push(invalid(path, context, detail));
  }
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    const detail =
      'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    errors.push(invalid(path, context, detail));
  }
}

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function checkSeccomp(errors: Errors, path: string, profile: SeccompProfile | undefined): void {
  if (!profile) return;
  const { type, localhostProfile } = profile;
  if (!type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  else if (!profileTypes.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, profileTypes));
  }
  const at = `${path}.localhostProfile`;
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return;
    const detail = 'can only be set when seccomp type is Localhost';
    return void errors.push(invalid(at, profile, detail));
  }
  if (localhostProfile === undefined) {
    errors.push(required(at, 'must be set when seccomp type is Localhost'));
  } else checkDescendingPath(errors, at, localhostProfile);
}

function checkAppArmor(errors: Errors, path: string, profile: AppArmorProfile | undefined): void {
  if (!profile) return;
  const { type, localhostProfile } = profile;
  const at = `${path}.localhostProfile`;
  if (!type) {
    return void errors.push(
      required(`${path}.type`, 'type is required when appArmorProfile is set'),
    );
  }
  if (!profileTypes.includes(type)) {
    return void errors.push(notSupported(`${path}.type`, type, profileTypes));
  }
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return;
    const detail = 'can only be set when AppArmor type is Localhost';
    return void errors.push(invalid(at, localhostProfile, detail));
  }
  const trimmed = localhostProfile?.trim();
  if (!localhostProfile || trimmed === '') {
    errors.push(required(at, 'must be set when AppArmor type is Localhost'));
  } else if (trimmed !== localhostProfile) {
    errors.push(invalid(at, localhostProfile, 'must not be padded with whitespace'));
  }
  if ((localhostProfile?.length ?? 0) > profilePathMax) errors.push(tooLong(at, profilePathMax));
}

/** A pod with users of its own cannot share the host's other namespaces. */
export function checkHostUsers(errors: Errors, path: string, spec: PodSpec): void {
  if (spec.hostUsers !== false) return;
  const detail = 'when `pod.Spec.HostUsers` is false';
  if (spec.hostNetwork) errors.push(forbidden(`${path}.hostNetwork`, detail));
  if (spec.hostPID) errors.push(forbidden(`${path}.HostPID`, detail));
  if (spec.hostIPC) errors.push(forbidden(`${path}.HostIPC`, detail));
}
