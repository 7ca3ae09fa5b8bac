/** `/configz`: how this node is set up, by the kubelet's names. Source: KubeletConfiguration v1beta1. */
import { formatDuration } from '#api/duration.ts';
import { limits } from '#base/limits.ts';
import type { ClusterDns } from '../config/dns.ts';
import type { NodeSettings, Threshold } from '../decide/node-settings.ts';

export interface NodeSetUp {
  readonly settings: NodeSettings;
  readonly dns: ClusterDns;
  readonly podCidr: string;
}

export function settingsPage({ settings, dns, podCidr }: NodeSetUp): object {
  return {
    kubeletconfig: {
      kind: 'KubeletConfiguration',
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      clusterDomain: dns.domain,
      clusterDNS: dns.servers,
      cgroupDriver: 'cgroupfs',
      cgroupsPerQOS: true,
      podCIDR: podCidr,
      maxPods: settings.podsMax,
      containerLogMaxSize: `${limits.containerLogBytes / 2 ** 20}Mi`,
      containerLogMaxFiles: limits.containerLogFiles,
      evictionHard: texts(settings.hard),
      evictionSoft: texts(settings.soft),
      evictionSoftGracePeriod: Object.fromEntries(
        [...settings.soft].map(([signal, { graceMs }]) => [signal, formatDuration(graceMs)]),
      ),
      evictionMinimumReclaim: texts(settings.minimumReclaim),
      evictionPressureTransitionPeriod: formatDuration(settings.transitionMs),
      evictionMaxPodGracePeriod: settings.maxPodGraceSeconds ?? 0,
      imageGCHighThresholdPercent: Math.round(settings.imageHighPart * 100),
      imageGCLowThresholdPercent: Math.round(settings.imageLowPart * 100),
      imageMinimumGCAge: formatDuration(settings.imageMinimumAgeMs),
      shutdownGracePeriod: formatDuration(settings.shutdownMs),
      shutdownGracePeriodCriticalPods: formatDuration(settings.shutdownCriticalMs),
    },
  };
}

function texts(thresholds: ReadonlyMap<string, Threshold>): Record<string, string> {
  return Object.fromEntries([...thresholds].map(([signal, each]) => [signal, textOf(each)]));
}

function textOf(threshold: Threshold): string {
  if ('part' in threshold) return `${Math.round(threshold.part * 1e6) / 1e4}%`;
  const mebibytes = threshold.amount / 2 ** 20;
  return Number.isInteger(mebibytes) ? `${mebibytes}Mi` : String(threshold.amount);
}
