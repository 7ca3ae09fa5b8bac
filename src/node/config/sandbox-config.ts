import type { Pod } from '#api/types.ts';
import { annotations, labels } from '../decide/labels.ts';
import type { NodePaths } from '../paths.ts';
import type { DnsConfig, PortMapping, SandboxConfig } from '../runtime/runtime.ts';
import { type ClusterDns, podDns } from './dns.ts';
import { fullName, hostName } from './hosts.ts';
import { podCgroup } from './resources.ts';
import { namespaceOptions, supplementalGroups } from './security.ts';

export interface SandboxContext {
  readonly paths: NodePaths;
  readonly cgroupPrefix: string;
  readonly dns: ClusterDns;
  readonly hostDns: DnsConfig;
}

export function sandboxConfig(pod: Pod, attempt: number, context: SandboxContext): SandboxConfig {
  const { metadata, spec } = pod;
  const { name = '', namespace = '', uid = '' } = metadata;
  const onHost = spec?.hostNetwork === true;
  const { securityContext = {} } = spec ?? {};
  const confined = (securityContext.seccompProfile?.type ?? 'Unconfined') !== 'Unconfined';
  const host = spec?.setHostnameAsFQDN ? fullName(pod, context.dns.domain) : undefined;
  return {
    metadata: { name, namespace, uid, attempt },
    // On the host's network the runtime must not touch the name.
    hostname: onHost ? '' : (host ?? hostName(pod)),
    logDirectory: context.paths.podLogs(pod),
    dnsConfig: podDns(pod, context.dns, context.hostDns),
    portMappings: onHost ? [] : portMappings(pod),
    labels: {
      ...metadata.labels,
      [labels.podName]: name,
      [labels.podNamespace]: namespace,
      [labels.podUid]: uid,
    },
    annotations: {
      ...metadata.annotations,
      [annotations.priority]: String(spec?.priority ?? 0),
      [annotations.podGraceSeconds]: String(spec?.terminationGracePeriodSeconds ?? 30),
    },
    linux: {
      cgroupParent: podCgroup(context.cgroupPrefix, pod),
      sysctls: Object.fromEntries(
        (securityContext.sysctls ?? []).map((sysctl) => [sysctl.name, sysctl.value]),
      ),
      securityContext: {
        namespaceOptions: namespaceOptions(pod),
        privileged: isPrivileged(pod),
        supplementalGroups: supplementalGroups(pod),
        // Never a profile of the pod's own, which may be too tight for what holds its namespaces.
        ...(confined && { seccomp: { profileType: 'RuntimeDefault' as const } }),
      },
    },
  };
}

/** One privileged container needs a privileged sandbox. */
function isPrivileged({ spec }: Pod): boolean {
  const { containers = [], initContainers = [] } = spec ?? {};
  return [...containers, ...initContainers].some((one) => one.securityContext?.privileged === true);
}

export function portMappings({ spec }: Pod): PortMapping[] {
  const { containers = [], initContainers = [] } = spec ?? {};
  return [...containers, ...initContainers].flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort)
      .map(({ protocol = 'TCP', containerPort, hostPort = 0, hostIP = '' }) => ({
        protocol: protocol as PortMapping['protocol'],
        containerPort,
        hostPort,
        hostIp: hostIP,
      })),
  );
}
