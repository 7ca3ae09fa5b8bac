/** What Kubernetes itself warns of in a pod or template. Source: pkg/api/pod, GetWarningsForPod. */
import type {
  Container,
  ContainerPort,
  EphemeralContainer,
  EnvVar,
  PodAffinityTerm,
  PodSpec,
  Volume,
} from '../../types.ts';
import { fractionalBytes } from '../common/fractional-bytes.ts';
import { nodeSelectorTermWarnings, renamedLabel } from '../common/renamed-labels.ts';
import { sameValue } from '../common/checks.ts';
import { appArmorAnnotation, appArmorProfileOf } from '../pods/apparmor-annotations.ts';
import { claimSpecWarnings } from '../storage/claim-spec.ts';

type Annotations = Readonly<Record<string, string>>;
type AnyContainer = Container | EphemeralContainer;

/** `path` is that of the spec; annotations lie beside it in `metadata`. */
export function oddities(spec: PodSpec, path: string, annotations: Annotations = {}): string[] {
  const containers = containersWithPaths(spec, path);
  return [
    ...placement(spec, path),
    ...oldAnnotations(spec, path.replace(/spec$/, 'metadata.annotations'), annotations, containers),
    ...(spec.volumes ?? []).flatMap((volume, index) =>
      oldVolume(volume, `${path}.volumes[${index}]`),
    ),
    ...doubles(spec, path),
    ...containers.flatMap(([container, at]) => [
      ...fractionalBytes(container.resources?.limits, `${at}.resources.limits`),
      ...fractionalBytes(container.resources?.requests, `${at}.resources.requests`),
      ...hiddenVariables(container.env ?? [], `${at}.env`),
    ]),
    ...fractionalBytes(spec.overhead, `${path}.overhead`),
    ...portOddities(containers),
    ...affinityOddities(spec, path),
    ...gracePeriod(spec, path),
  ];
}

function containersWithPaths(spec: PodSpec, path: string): (readonly [AnyContainer, string])[] {
  const of = (all: readonly AnyContainer[] | undefined, field: string) =>
    (all ?? []).map((each, index) => [each, `${path}.${field}[${index}]`] as const);
  return [
    ...of(spec.initContainers, 'initContainers'),
    ...of(spec.containers, 'containers'),
    ...of(spec.ephemeralContainers, 'ephemeralContainers'),
  ];
}

function gracePeriod(spec: PodSpec, path: string): string[] {
  if ((spec.terminationGracePeriodSeconds ?? 0) >= 0) return [];
  return [
    `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
  ];
}

function placement(spec: PodSpec, path: string): string[] {
  const found: string[] = [];
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const renamed = renamedLabel(key);
    if (renamed) found.push(`${path}.nodeSelector[${key}]: ${renamed}`);
  }
  const { requiredDuringSchedulingIgnoredDuringExecution: required, ...affinity } =
    spec.affinity?.nodeAffinity ?? {};
  const at = `${path}.affinity.nodeAffinity`;
  for (const [index, term] of (required?.nodeSelectorTerms ?? []).entries()) {
    const termPath = `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`;
    found.push(...nodeSelectorTermWarnings(term, termPath));
  }
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { preference }] of preferred.entries()) {
    const termPath = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`;
    found.push(...nodeSelectorTermWarnings(preference, termPath));
  }
  for (const [index, spread] of (spec.topologySpreadConstraints ?? []).entries()) {
    const spreadPath = `${path}.topologySpreadConstraints[${index}]`;
    const renamed = renamedLabel(spread.topologyKey);
    if (renamed) found.push(`${spreadPath}.topologyKey: ${spread.topologyKey} is ${renamed}`);
    if (!spread.labelSelector) found.push(nullSelector(spreadPath));
  }
  return found;
}

function nullSelector(path: string): string {
  return `${path}.labelSelector: a null labelSelector results in matching no pod`;
}

function affinityOddities(spec: PodSpec, path: string): string[] {
  const found: string[] = [];
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const affinity = spec.affinity?.[kind];
    const at = `${path}.affinity.${kind}`;
    const check = (term: PodAffinityTerm | undefined, termPath: string): void => {
      if (!term?.labelSelector) found.push(nullSelector(termPath));
    };
    const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const [index, term] of required.entries())
      check(term, `${at}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`);
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const [index, { podAffinityTerm }] of preferred.entries()) {
      const termPath = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      check(podAffinityTerm, `${termPath}.podAffinityTerm`);
    }
  }
  return found;
}

/** Annotations that fields have replaced. */
const replaced: readonly (readonly [string, string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'v1.16+; use the "priorityClassName"'],
  ['security.alpha.kubernetes.io/sysctls', 'v1.11+; use the "sysctls"'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'v1.11+; use the "sysctls"'],
];
const podSeccomp = 'seccomp.security.alpha.kubernetes.io/pod';
const containerSeccomp = 'container.seccomp.security.alpha.kubernetes.io/';

function oldAnnotations(
  { securityContext }: PodSpec,
  path: string,
  annotations: Annotations,
  containers: readonly (readonly [AnyContainer, string])[],
): string[] {
  const found: string[] = [];
  const tell = (key: string, sentence: string): void => {
    if (annotations[key] !== undefined) found.push(`${path}[${key}]: ${sentence}`);
  };
  for (const [key, since] of replaced) tell(key, `non-functional in ${since} field instead`);
  const noSeccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  if (!securityContext?.seccompProfile) tell(podSeccomp, noSeccomp);
  for (const [{ name, securityContext: own }] of containers) {
    if (!own?.seccompProfile) tell(`${containerSeccomp}${name}`, noSeccomp);
    const key = `${appArmorAnnotation}${name}`;
    const profile = own?.appArmorProfile ?? securityContext?.appArmorProfile;
    // A pod has had the profile of its annotation copied to the field by now.
    const adopted =
      path === 'metadata.annotations' ? appArmorProfileOf(annotations[key]) : undefined;
    if (!profile || sameValue(profile, adopted)) {
      tell(key, 'deprecated since v1.30; use the "appArmorProfile" field instead');
    }
  }
  return found;
}

const oldVolumes: readonly (readonly [keyof Volume, string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

function oldVolume(volume: Volume, path: string): string[] {
  const found: string[] = [];
  for (const [field, sentence] of oldVolumes) {
    if (volume[field] !== undefined) found.push(`${path}.${field}: ${sentence}`);
  }
  const claim = volume.ephemeral?.volumeClaimTemplate;
  if (!claim) return found;
  return [...found, ...claimSpecWarnings(`${path}.ephemeral.volumeClaimTemplate.spec`, claim.spec)];
}

/** Lists that a patch merges by a key hold each key once, or lose entries. */
function doubles({ hostAliases = [], imagePullSecrets = [] }: PodSpec, path: string): string[] {
  const found: string[] = [];
  const addresses = new Set<string>();
  for (const [index, { ip }] of hostAliases.entries()) {
    if (addresses.has(ip)) found.push(`${path}.hostAliases[${index}].ip: duplicate ip "${ip}"`);
    addresses.add(ip);
  }
  const names = new Set<string>();
  for (const [index, { name = '' }] of imagePullSecrets.entries()) {
    const at = `${path}.imagePullSecrets[${index}].name`;
    if (names.has(name)) found.push(`${at}: duplicate name "${name}"`);
    if (name === '') found.push(`${at}: invalid empty name ""`);
    names.add(name);
  }
  return found;
}

/** `A=$(A):more` builds on the value before it and is meant so. */
function hiddenVariables(env: readonly EnvVar[], path: string): string[] {
  const found: string[] = [];
  const names = new Set<string>();
  for (const [index, { name, value = '', valueFrom }] of env.entries()) {
    const before = `$(${name})`;
    const builtOn = !valueFrom && value !== before && value.includes(before);
    if (names.has(name) && !builtOn) {
      found.push(
        `${path}[${index}]: hides previous definition of "${name}", which may be dropped when using apply`,
      );
    }
    names.add(name);
  }
  return found;
}

function portOddities(containers: readonly (readonly [AnyContainer, string])[]): string[] {
  const found: string[] = [];
  const seen = new Map<string, { port: ContainerPort; path: string }[]>();
  for (const [{ ports = [] }, at] of containers) {
    for (const [index, port] of ports.entries()) {
      const path = `${at}.ports[${index}]`;
      if (port.hostIP && !port.hostPort) {
        const { name = '', containerPort, protocol = 'TCP', hostIP } = port;
        const shown = `{Name:${name} HostPort:0 ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
        found.push(`${path}: hostIP set without hostPort: ${shown}`);
      }
      const key = `${port.containerPort}/${port.protocol ?? 'TCP'}`;
      const others = seen.get(key) ?? [];
      for (const other of others) {
        const clash = clashOf(port, other.port);
        if (clash) found.push(`${path}: ${clash} port definition with ${other.path}`);
      }
      seen.set(key, [...others, { port, path }]);
    }
  }
  return found;
}

function clashOf(one: ContainerPort, other: ContainerPort): string | undefined {
  const { hostIP: address = '', hostPort = 0 } = one;
  const { hostIP: otherAddress = '', hostPort: otherHostPort = 0 } = other;
  if (address === otherAddress && hostPort === otherHostPort) return 'duplicate';
  if (hostPort === 0 || otherHostPort === 0) return 'overlapping';
  const halfOpen = (address === '') !== (otherAddress === '');
  return hostPort === otherHostPort && halfOpen ? 'dangerously ambiguous' : undefined;
}
