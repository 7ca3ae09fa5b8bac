/** Options of Windows containers. gantry's nodes run Linux; a manifest is still checked as elsewhere. */
import { forbidden, invalid, notSupported, required } from '../../field-error.ts';
import { isDNS1123Subdomain } from '../../names.ts';
import type { PodSpec, WindowsSecurityContextOptions } from '../../types.ts';
import { checkFormat, type Errors } from '../common/checks.ts';
import { allContainersOf } from './defaults.ts';

const credentialSpecBytesMax = 64 * 1024;
const domainLengthMax = 256;
const userLengthMax = 104;

export function checkWindowsOptions(
  errors: Errors,
  path: string,
  options: WindowsSecurityContextOptions | undefined,
): void {
  if (!options) return;
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options;
  if (gmsaCredentialSpecName !== undefined) {
    const messages = isDNS1123Subdomain(gmsaCredentialSpecName);
    checkFormat(errors, `${path}.gmsaCredentialSpecName`, gmsaCredentialSpecName, messages);
  }
  const at = `${path}.gmsaCredentialSpec`;
  if (gmsaCredentialSpec === '') {
    errors.push(invalid(at, '', 'gmsaCredentialSpec cannot be an empty string'));
  } else if ((gmsaCredentialSpec?.length ?? 0) > credentialSpecBytesMax) {
    errors.push(invalid(at, gmsaCredentialSpec, 'gmsaCredentialSpec size must be under 64 KiB'));
  }
  if (runAsUserName !== undefined) {
    checkFormat(errors, `${path}.runAsUserName`, runAsUserName, errorsOfUser(runAsUserName));
  }
}

function errorsOfUser(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (/\p{Cc}/u.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const user = parts.at(-1) ?? '';
  const messages = parts.length === 2 ? errorsOfDomain(parts[0] ?? '') : [];
  if (user === '') messages.push("runAsUserName's User cannot be empty");
  else if (user.length > userLengthMax) {
    messages.push(
      `runAsUserName's User length must not be longer than ${userLengthMax} characters`,
    );
  }
  if (/^[. ]+$/.test(user)) {
    messages.push("runAsUserName's User cannot contain only periods or spaces");
  }
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    messages.push(
      'runAsUserName\'s User cannot contain the following characters: "/\\:;|=,+*?<>@[]',
    );
  }
  return messages;
}

function errorsOfDomain(domain: string): string[] {
  const messages: string[] = [];
  if (domain.length >= domainLengthMax) {
    messages.push(`runAsUserName's Domain length must be under ${domainLengthMax} characters`);
  }
  const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
  const isNetBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/.test(domain);
  if (!isNetBios && !new RegExp(`^${label}(?:\\.${label})*$`).test(domain)) {
    messages.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  return messages;
}

const linuxOnlyPodFields = ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'] as const;

const linuxOnlyPodContext = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const;

const linuxOnlyContainerContext = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

/** A pod that says its system must not use what only the other one has. */
export function checkOs(errors: Errors, path: string, spec: PodSpec): void {
  if (!spec.os) return;
  const { name } = spec.os;
  if (!name) return void errors.push(required(`${path}.os.name`, 'cannot be empty'));
  const supported = ['linux', 'windows'];
  if (!supported.includes(name)) {
    return void errors.push(notSupported(`${path}.os`, name, supported));
  }
  if (name === 'linux') forbidWindowsOptions(errors, path, spec);
  else forbidLinuxOptions(errors, path, spec);
}

function forbidWindowsOptions(errors: Errors, path: string, spec: PodSpec): void {
  const detail = 'windows options cannot be set for a linux pod';
  for (const [at, context] of contextsOf(path, spec)) {
    if (context['windowsOptions'] !== undefined) {
      errors.push(forbidden(`${at}.windowsOptions`, detail));
    }
  }
}

function forbidLinuxOptions(errors: Errors, path: string, spec: PodSpec): void {
  const detail = 'cannot be set for a windows pod';
  for (const field of linuxOnlyPodFields) {
    if (spec[field] !== undefined) errors.push(forbidden(`${path}.${field}`, detail));
  }
  for (const [at, context] of contextsOf(path, spec)) {
    const isPod = at === `${path}.securityContext`;
    for (const field of isPod ? linuxOnlyPodContext : linuxOnlyContainerContext) {
      if (context[field] !== undefined) errors.push(forbidden(`${at}.${field}`, detail));
    }
  }
}

/** The pod's security context, then those of its containers, with their paths. */
function contextsOf(path: string, spec: PodSpec): [string, Record<string, unknown>][] {
  const contexts: [string, Record<string, unknown>][] = [];
  const add = (at: string, context: object | undefined): void => {
    if (context) contexts.push([`${at}.securityContext`, { ...context }]);
  };
  add(path, spec.securityContext);
  const initial = spec.initContainers?.length ?? 0;
  const plain = spec.containers?.length ?? 0;
  for (const [index, container] of allContainersOf(spec).entries()) {
    if (index < initial) add(`${path}.initContainers[${index}]`, container.securityContext);
    else if (index < initial + plain) {
      add(`${path}.containers[${index - initial}]`, container.securityContext);
    } else {
      const at = `${path}.ephemeralContainers[${index - initial - plain}]`;
      add(at, container.securityContext);
    }
  }
  return contexts;
}
