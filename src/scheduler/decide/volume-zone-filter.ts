/**
 * VolumeZone: a volume whose labels name zones or regions is reached from nodes there. Volumes of today
 * say it by their node affinity (`volumes.ts`); labels are how older ones, and those made by hand, do.
 */
import { regionLabel, zoneLabel } from '#api/node-labels.ts';
import type { PersistentVolume } from '#api/types.ts';
import type { Filter, NodeRefusal } from './filter.ts';
import type { NodeState } from './node-state.ts';
import type { PodNeeds } from './pod-needs.ts';
import { isRefusal, podVolumesOf, type VolumeFacts } from './volumes.ts';

interface Domain {
  /** Labels that say the same of a node; the first that it has counts. */
  readonly keys: readonly string[];
  readonly values: ReadonlySet<string>;
}

/** Today's label by the one that volumes may have from before Kubernetes 1.17. */
const newer: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': zoneLabel,
  'failure-domain.beta.kubernetes.io/region': regionLabel,
};
const known = [...Object.keys(newer), ...Object.values(newer)];
const elsewhere: readonly NodeRefusal[] = [{ code: 'volume-zone', isFinal: true }];

export const volumeZone: Filter = {
  name: 'VolumeZone',
  isLocal: false,
  prepare: (needs, cluster) => {
    if (needs.volumes.length === 0) return undefined;
    const domains = domainsOf(needs, cluster.volumes);
    if (domains.length === 0) return undefined;
    return (state) => (isWithin(state, domains) ? undefined : elsewhere);
  },
};

function domainsOf(needs: PodNeeds, facts: VolumeFacts): readonly Domain[] {
  const volumes = podVolumesOf(needs, facts);
  if (isRefusal(volumes)) return [];
  return volumes.bound.flatMap(({ spec }) => {
    const volume = facts.volume(spec.volumeName ?? '');
    return volume === undefined ? [] : domainsOfVolume(volume);
  });
}

function domainsOfVolume({ metadata }: PersistentVolume): readonly Domain[] {
  return known.flatMap((key) => {
    const value = metadata.labels?.[key];
    if (value === undefined) return [];
    const also = newer[key];
    // One in several zones has them all in one label.
    return [{ keys: also === undefined ? [key] : [key, also], values: new Set(value.split('__')) }];
  });
}

/** A node that says nothing of where it stands takes every volume, as in Kubernetes. */
function isWithin({ labels }: NodeState, domains: readonly Domain[]): boolean {
  if (known.every((key) => labels[key] === undefined)) return true;
  return domains.every(({ keys, values }) => {
    const own = keys.map((key) => labels[key]).find((value) => value !== undefined);
    return own !== undefined && values.has(own);
  });
}
