/** Security contexts of pod and container as the runtime takes them. */
import type { AppArmorProfile, Container, Pod, SeccompProfile as SeccompSpec } from '#api/types.ts';
import type { ContainerSecurity, NamespaceOptions, SeccompProfile } from '../runtime/runtime.ts';
import { ConfigError } from './config-error.ts';

export interface ImageUser {
  readonly uid: number | undefined;
  readonly username: string;
}

/** What procMount `Default` hides of /proc and /sys, and what it shows read-only. */
const maskedPaths = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
/** Of the user and of its group. The runtime mounts an image to look up the group of a user that comes without one. */
const rootId = 0;

export function namespaceOptions({ spec }: Pod): NamespaceOptions {
  return {
    network: spec?.hostNetwork ? 'NODE' : 'POD',
    pid: spec?.hostPID ? 'NODE' : spec?.shareProcessNamespace ? 'POD' : 'CONTAINER',
    ipc: spec?.hostIPC ? 'NODE' : 'POD',
  };
}

/** `directory` holds the profiles that `Localhost` names. */
export function seccompOf(
  profile: SeccompSpec | undefined,
  directory: string,
): SeccompProfile | undefined {
  if (!profile) return undefined;
  if (profile.type === 'Localhost') {
    return {
      profileType: 'Localhost',
      localhostRef: `${directory}/${profile.localhostProfile ?? ''}`,
    };
  }
  return { profileType: profile.type === 'RuntimeDefault' ? 'RuntimeDefault' : 'Unconfined' };
}

export function containerSecurity(
  pod: Pod,
  container: Container,
  image: ImageUser,
  seccompDirectory: string,
): ContainerSecurity {
  const whole = pod.spec?.securityContext ?? {};
  const own = container.securityContext ?? {};
  const privileged = own.privileged === true;
  const runAsUser = own.runAsUser ?? whole.runAsUser;
  if (own.runAsNonRoot ?? whole.runAsNonRoot) refuseRoot(pod, container, runAsUser, image);
  const user = runAsUser ?? image.uid;
  const group = own.runAsGroup ?? whole.runAsGroup ?? (user === rootId ? rootId : undefined);
  const seccomp = privileged
    ? undefined
    : seccompOf(own.seccompProfile ?? whole.seccompProfile, seccompDirectory);
  const bare = own.procMount === 'Unmasked' || privileged;
  return {
    privileged,
    namespaceOptions: namespaceOptions(pod),
    ...(own.capabilities && {
      capabilities: {
        addCapabilities: own.capabilities.add ?? [],
        dropCapabilities: own.capabilities.drop ?? [],
      },
    }),
    ...(user !== undefined
      ? { runAsUser: { value: user } }
      : image.username && { runAsUsername: image.username }),
    ...(group !== undefined && { runAsGroup: { value: group } }),
    readonlyRootfs: own.readOnlyRootFilesystem === true,
    supplementalGroups: supplementalGroups(pod),
    noNewPrivs: own.allowPrivilegeEscalation === false && !privileged,
    maskedPaths: bare ? [] : maskedPaths,
    readonlyPaths: bare ? [] : readonlyPaths,
    ...(seccomp && { seccomp }),
    ...apparmorOf(own.appArmorProfile ?? whole.appArmorProfile, privileged),
  };
}

/** Without a word the runtime's own profile holds, where the kernel has AppArmor. */
function apparmorOf(
  profile: AppArmorProfile | undefined,
  privileged: boolean,
): Pick<ContainerSecurity, 'apparmor'> {
  if (!profile || privileged) return {};
  const { type, localhostProfile } = profile;
  if (type === 'Localhost') {
    return { apparmor: { profileType: 'Localhost', localhostRef: localhostProfile ?? '' } };
  }
  return { apparmor: { profileType: type === 'Unconfined' ? 'Unconfined' : 'RuntimeDefault' } };
}

export function supplementalGroups({ spec }: Pod): number[] {
  const { supplementalGroups: groups = [], fsGroup } = spec?.securityContext ?? {};
  return fsGroup === undefined ? groups : [...groups, fsGroup];
}

function refuseRoot(
  { metadata }: Pod,
  { name }: Container,
  runAsUser: number | undefined,
  image: ImageUser,
): void {
  const where = `(pod: "${metadata.name}_${metadata.namespace}(${metadata.uid})", container: ${name})`;
  if (runAsUser === 0) {
    throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  }
  if (runAsUser !== undefined) return;
  if (image.username) {
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
  }
  if ((image.uid ?? 0) === 0) {
    throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  }
}
