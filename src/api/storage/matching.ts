/** Which volume a claim gets. Source: component-helpers `storage/volume`, FindMatchingVolume. */
import { compareQuantities } from '../quantity.ts';
import { matchesSelector } from '../selector.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../types.ts';
import { classNameOf, isHeldFor } from './claims.ts';

export interface Matching {
  /** Whether a volume that is free may be taken at all; default: yes. */
  readonly mayTake?: (volume: PersistentVolume) => boolean;
}

/**
 * A volume that somebody reserved for the claim, else the smallest that is free and suits; of those
 * the one with the fewest access modes to spare, since another claim may need them.
 */
export function matchingVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  { mayTake = () => true }: Matching = {},
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (!mayServe(volume, claim)) continue;
    if (isHeldFor(volume, claim)) return volume;
    if (volume.spec.claimRef || !isFreeFor(volume, claim) || !mayTake(volume)) continue;
    if (best === undefined || isBetter(volume, best)) best = volume;
  }
  return best;
}

/** What even a reserved volume must keep to. */
function mayServe(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.metadata.deletionTimestamp !== undefined) return false;
  return mismatchOf(volume, claim) === undefined;
}

/** Why a volume that was asked for by name cannot be had; absent: it can. */
export function mismatchOf(
  { spec }: PersistentVolume,
  claim: PersistentVolumeClaim,
): string | undefined {
  if (compareQuantities(sizeOf(spec), wantedSize(claim)) < 0) return 'requested PV is too small';
  if (modeOf(spec) !== modeOf(claim.spec)) return 'incompatible volumeMode';
  const attributes = claim.spec.volumeAttributesClassName ?? '';
  if (attributes !== (spec.volumeAttributesClassName ?? '')) {
    return 'volumeAttributesClassName does not match';
  }
  return undefined;
}

/** Beside `mismatchOf`: what a volume asked for by name must have, and any other one, too. */
export function lackOf(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (classNameOf(volume) !== classNameOf(claim)) return 'storageClassName does not match';
  const offered = volume.spec.accessModes ?? [];
  const hasModes = (claim.spec.accessModes ?? []).every((mode) => offered.includes(mode));
  return hasModes ? undefined : 'incompatible accessMode';
}

function isFreeFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.status?.phase !== 'Available') return false;
  if (lackOf(volume, claim) !== undefined) return false;
  const { selector } = claim.spec;
  return selector === undefined || matchesSelector(selector, volume.metadata.labels);
}

function isBetter(one: PersistentVolume, other: PersistentVolume): boolean {
  const modes = (one.spec.accessModes?.length ?? 0) - (other.spec.accessModes?.length ?? 0);
  if (modes !== 0) return modes < 0;
  const size = compareQuantities(sizeOf(one.spec), sizeOf(other.spec));
  if (size !== 0) return size < 0;
  return one.metadata.name < other.metadata.name;
}

function sizeOf(spec: PersistentVolume['spec']): string {
  return spec.capacity?.['storage'] ?? '0';
}

function wantedSize({ spec }: PersistentVolumeClaim): string {
  return spec.resources?.requests?.['storage'] ?? '0';
}

function modeOf({ volumeMode }: { volumeMode?: string | undefined }): string {
  return volumeMode ?? 'Filesystem';
}
