/**
 * What the Pod Security Standards forbid, check by check, in the newest form of each. The sentences
 * are those that Kubernetes' users know.
 */
import { allContainersOf } from '../kinds/pod-spec/defaults.ts';
import type {
  Container,
  EphemeralContainer,
  PodSecurityContext,
  PodSpec,
  Probe,
  SecurityContext,
  SELinuxOptions,
  Volume,
} from '../types.ts';
import { safeSysctls } from '../safe-sysctls.ts';
import { bySetting, quoted, sorted, withContainers } from './words.ts';

export interface PodParts {
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export interface Check {
  /** From this level on. `baseline only`: a check of `restricted` says it more strictly. */
  readonly level: 'baseline' | 'baseline only' | 'restricted';
  readonly find: (pod: PodParts) => Violation | undefined;
}

type AnyContainer = Container | EphemeralContainer;

const containersThat = (spec: PodSpec, is: (container: AnyContainer) => boolean): string[] =>
  allContainersOf(spec)
    .filter(is)
    .map(({ name }) => name);

const security = ({ securityContext }: AnyContainer): SecurityContext => securityContext ?? {};

const isWindows = ({ os }: PodSpec): boolean => os?.name === 'windows';

/** Root in a user namespace of its own is nobody on the node (KEP-127). */
const ownUsers = ({ hostUsers }: PodSpec): boolean => hostUsers === false;

const ifAny = (named: readonly string[], reason: string, words: (who: string) => string) =>
  named.length === 0 ? undefined : { reason, detail: words(withContainers(named)) };

const oftenAdded = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

function added(spec: PodSpec, allowed: (capability: string) => boolean) {
  const beyond = (container: AnyContainer): string[] =>
    (security(container).capabilities?.add ?? []).filter((each) => !allowed(each));
  const who = containersThat(spec, (each) => beyond(each).length > 0);
  const what = sorted(allContainersOf(spec).flatMap(beyond));
  if (who.length === 0) return undefined;
  return `${withContainers(who)} must not include ${quoted(what)} in securityContext.capabilities.add`;
}

const containerTypes = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

const safeProfiles = ['RuntimeDefault', 'Localhost'];

/** Those that set a profile's type to something else, and to what. */
function profiles(spec: PodSpec, key: 'seccompProfile' | 'appArmorProfile') {
  const bad = (of: PodSecurityContext | SecurityContext | undefined): string[] => {
    const type = of?.[key]?.type;
    return type !== undefined && !safeProfiles.includes(type) ? [type] : [];
  };
  const pod = bad(spec.securityContext);
  const who = containersThat(spec, (each) => bad(security(each)).length > 0);
  const values = sorted([...pod, ...allContainersOf(spec).flatMap((each) => bad(security(each)))]);
  return { setters: bySetting(pod.length > 0, who), values };
}

function badSeccomp(spec: PodSpec): Violation | undefined {
  const { setters, values } = profiles(spec, 'seccompProfile');
  if (setters === '') return undefined;
  const detail = `${setters} must not set securityContext.seccompProfile.type to ${quoted(values)}`;
  return { reason: 'seccompProfile', detail };
}

const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

function appArmor({ annotations, spec }: PodParts): Violation | undefined {
  const { setters, values } = profiles(spec, 'appArmorProfile');
  const marked = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(appArmorPrefix) && !isAllowedProfile(value))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const all = [...values, ...sorted(marked)];
  if (all.length === 0) return undefined;
  const byMark = marked.length === 1 ? 'annotation' : 'annotations';
  const who = [...(setters === '' ? [] : [setters]), ...(marked.length > 0 ? [byMark] : [])];
  return {
    reason: `forbidden AppArmor ${all.length === 1 ? 'profile' : 'profiles'}`,
    detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(all)}`,
  };
}

function isAllowedProfile(profile: string): boolean {
  return profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
}

function hostPorts({ spec }: PodParts): Violation | undefined {
  const portsOf = ({ ports = [] }: AnyContainer): string[] =>
    ports.flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
  const who = containersThat(spec, (each) => portsOf(each).length > 0);
  const ports = sorted(allContainersOf(spec).flatMap(portsOf));
  const noun = ports.length === 1 ? 'hostPort' : 'hostPorts';
  const use = who.length === 1 ? 'uses' : 'use';
  return ifAny(who, 'hostPort', (names) => `${names} ${use} ${noun} ${ports.join(', ')}`);
}

function probedHosts({ spec }: PodParts): Violation | undefined {
  const hostsOf = (container: AnyContainer): string[] => {
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
    const asked: (Pick<Probe, 'httpGet' | 'tcpSocket'> | undefined)[] = [
      livenessProbe,
      readinessProbe,
      startupProbe,
      lifecycle?.postStart,
      lifecycle?.preStop,
    ];
    return asked
      .flatMap((each) => [each?.httpGet?.host, each?.tcpSocket?.host])
      .flatMap((host) => (host ? [host] : []));
  };
  const who = sorted(containersThat(spec, (each) => hostsOf(each).length > 0));
  const hosts = sorted(allContainersOf(spec).flatMap(hostsOf));
  const noun = `probe or lifecycle ${hosts.length === 1 ? 'host' : 'hosts'}`;
  const use = who.length === 1 ? 'uses' : 'use';
  return ifAny(
    who,
    'probe or lifecycle host',
    (names) => `${names} ${use} ${noun} ${quoted(hosts)}`,
  );
}

function seLinux({ spec }: PodParts): Violation | undefined {
  const isBad = (options: SELinuxOptions | undefined): boolean =>
    options !== undefined &&
    (!containerTypes.has(options.type ?? '') || !!options.user || !!options.role);
  const pod = spec.securityContext?.seLinuxOptions;
  const who = containersThat(spec, (each) => isBad(security(each).seLinuxOptions));
  const setters = bySetting(isBad(pod), who);
  if (setters === '') return undefined;
  const all = [pod, ...allContainersOf(spec).map((each) => security(each).seLinuxOptions)];
  const types = sorted(
    all.map((each) => each?.type ?? '').filter((each) => !containerTypes.has(each)),
  );
  const data = [
    ...(types.length > 0 ? [`${types.length === 1 ? 'type' : 'types'} ${quoted(types)}`] : []),
    ...(all.some((each) => each?.user) ? ['user may not be set'] : []),
    ...(all.some((each) => each?.role) ? ['role may not be set'] : []),
  ];
  const detail = `${setters} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
  return { reason: 'seLinuxOptions', detail };
}

const openVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
] as const;

/** The standards are older than volumes from images. */
function typeOf(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name' && key !== 'image') ?? 'unknown';
}

function volumes({ spec }: PodParts): Violation | undefined {
  const bad = (spec.volumes ?? []).filter(
    (volume) => !openVolumes.some((type) => volume[type] !== undefined),
  );
  if (bad.length === 0) return undefined;
  const types = sorted(bad.map(typeOf));
  const who = `${bad.length === 1 ? 'volume' : 'volumes'} ${quoted(bad.map(({ name }) => name))}`;
  const noun = `restricted volume ${types.length === 1 ? 'type' : 'types'}`;
  const detail = `${who} ${bad.length === 1 ? 'uses' : 'use'} ${noun} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail };
}

function capabilities({ spec }: PodParts): Violation | undefined {
  if (isWindows(spec)) return undefined;
  const keeps = containersThat(
    spec,
    (each) => !(security(each).capabilities?.drop ?? []).includes('ALL'),
  );
  const details = [
    ...(keeps.length > 0
      ? [`${withContainers(keeps)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    added(spec, (capability) => capability === 'NET_BIND_SERVICE') ?? [],
  ].flat();
  if (details.length === 0) return undefined;
  return { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function nonRoot({ spec }: PodParts): Violation | undefined {
  if (ownUsers(spec)) return undefined;
  const pod = spec.securityContext?.runAsNonRoot;
  const reason = 'runAsNonRoot != true';
  const who = containersThat(spec, (each) => security(each).runAsNonRoot === false);
  const setters = bySetting(pod === false, who);
  if (setters !== '') {
    return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  }
  const unsaid = containersThat(spec, (each) => security(each).runAsNonRoot === undefined);
  if (pod === true) return undefined;
  return ifAny(
    unsaid,
    reason,
    (names) => `pod or ${names} must set securityContext.runAsNonRoot=true`,
  );
}

function root({ spec }: PodParts): Violation | undefined {
  if (ownUsers(spec)) return undefined;
  const who = containersThat(spec, (each) => security(each).runAsUser === 0);
  const setters = bySetting(spec.securityContext?.runAsUser === 0, who);
  if (setters === '') return undefined;
  return { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
}

function seccomp({ spec }: PodParts): Violation | undefined {
  if (isWindows(spec)) return undefined;
  const bad = badSeccomp(spec);
  if (bad || spec.securityContext?.seccompProfile) return bad;
  const unsaid = containersThat(spec, (each) => security(each).seccompProfile === undefined);
  const must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return ifAny(unsaid, 'seccompProfile', (names) => `pod or ${names} ${must}`);
}

function hostNamespaces({ spec }: PodParts): Violation | undefined {
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((key) => spec[key]);
  if (shared.length === 0) return undefined;
  return { reason: 'host namespaces', detail: shared.map((key) => `${key}=true`).join(', ') };
}

function hostPaths({ spec }: PodParts): Violation | undefined {
  const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  if (bad.length === 0) return undefined;
  const detail = `${bad.length === 1 ? 'volume' : 'volumes'} ${quoted(bad)}`;
  return { reason: 'hostPath volumes', detail };
}

function privileged({ spec }: PodParts): Violation | undefined {
  const who = containersThat(spec, (each) => security(each).privileged === true);
  const not = 'must not set securityContext.privileged=true';
  return ifAny(who, 'privileged', (names) => `${names} ${not}`);
}

function procMount({ spec }: PodParts): Violation | undefined {
  if (ownUsers(spec)) return undefined;
  const bad = (each: AnyContainer): string[] => {
    const { procMount: mount = 'Default' } = security(each);
    return mount === 'Default' ? [] : [mount];
  };
  const who = containersThat(spec, (each) => bad(each).length > 0);
  const values = quoted(sorted(allContainersOf(spec).flatMap(bad)));
  const not = 'must not set securityContext.procMount to';
  return ifAny(who, 'procMount', (names) => `${names} ${not} ${values}`);
}

function sysctls({ spec }: PodParts): Violation | undefined {
  const all = spec.securityContext?.sysctls ?? [];
  const bad = all.map(({ name }) => name).filter((name) => !safeSysctls.has(name));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
}

function hostProcess({ spec }: PodParts): Violation | undefined {
  const who = containersThat(spec, (each) => security(each).windowsOptions?.hostProcess === true);
  const pod = spec.securityContext?.windowsOptions?.hostProcess === true;
  const setters = bySetting(pod, who);
  if (setters === '') return undefined;
  const detail = `${setters} must not set securityContext.windowsOptions.hostProcess=true`;
  return { reason: 'hostProcess', detail };
}

function escalation({ spec }: PodParts): Violation | undefined {
  if (isWindows(spec)) return undefined;
  const who = containersThat(spec, (each) => security(each).allowPrivilegeEscalation !== false);
  const must = 'must set securityContext.allowPrivilegeEscalation=false';
  return ifAny(who, 'allowPrivilegeEscalation != false', (names) => `${names} ${must}`);
}

function usualCapabilities({ spec }: PodParts): Violation | undefined {
  const detail = added(spec, (capability) => oftenAdded.has(capability));
  return detail === undefined ? undefined : { reason: 'non-default capabilities', detail };
}

/** In the order in which their findings are told. */
export const checks: readonly Check[] = [
  { level: 'baseline', find: appArmor },
  { level: 'baseline only', find: usualCapabilities },
  { level: 'baseline', find: hostNamespaces },
  { level: 'baseline only', find: hostPaths },
  { level: 'baseline', find: hostPorts },
  { level: 'baseline', find: probedHosts },
  { level: 'baseline', find: privileged },
  { level: 'baseline', find: procMount },
  { level: 'baseline', find: seLinux },
  { level: 'baseline only', find: ({ spec }) => badSeccomp(spec) },
  { level: 'baseline', find: sysctls },
  { level: 'baseline', find: hostProcess },
  { level: 'restricted', find: escalation },
  { level: 'restricted', find: capabilities },
  { level: 'restricted', find: volumes },
  { level: 'restricted', find: nonRoot },
  { level: 'restricted', find: root },
  { level: 'restricted', find: seccomp },
];
