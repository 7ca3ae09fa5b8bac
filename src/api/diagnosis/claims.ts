/** Why a PersistentVolumeClaim is not bound. */
import { compareQuantities } from '../quantity.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimCondition,
  StorageClass,
} from '../types.ts';
import { eventsOf } from './events.ts';
import type { Facts } from './facts.ts';
import { finding, type Finding, nameOf } from './finding.ts';
import { bare, closestWords } from './words.ts';

/** StorageClass.provisioner of the classes that this cluster brings along (`node/local-path`). */
const ownProvisioner = 'gantry.io/local-path';
/** Volumes of the class are made by hand. */
const noProvisioner = 'kubernetes.io/no-provisioner';
const defaultClass = 'storageclass.kubernetes.io/is-default-class';

export function claimFindings(claim: PersistentVolumeClaim, facts: Facts): Finding[] {
  const { phase } = claim.status ?? {};
  const { volumeName = '' } = claim.spec ?? {};
  if (phase === 'Bound') return resizeFindings(claim);
  if (phase === 'Lost') return [finding('claim-lost', nameOf(claim), { volume: volumeName })];
  const classes = facts.objects('storageclass');
  const name = claim.spec?.storageClassName;
  if (name === undefined || name === '') return withoutClass(claim, name, classes, facts);
  const storageClass = classes.find((each) => each.metadata.name === name);
  if (!storageClass) return withoutProvisioner(claim, name, classes, facts);
  if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && !isUsed(claim, facts)) {
    return [finding('claim-waits-for-pod', nameOf(claim), { class: name })];
  }
  return unprovided(claim, storageClass, facts);
}

/** Classes that came along from another cluster may name a program that does not run in this one. */
function unprovided(
  claim: PersistentVolumeClaim,
  { metadata, provisioner = '' }: StorageClass,
  facts: Facts,
): Finding[] {
  const isTold = eventsOf(claim, facts).some(({ type }) => type === 'Warning');
  if (provisioner === ownProvisioner || isTold || hasFitting(claim, facts)) {
    return unbound(claim, facts);
  }
  if (provisioner === noProvisioner) return noVolume(claim, facts);
  const words = { class: metadata.name ?? '', provisioner };
  return [finding('claim-provisioner-silent', nameOf(claim), words)];
}

function resizeFindings(claim: PersistentVolumeClaim): Finding[] {
  const pending = claim.status?.conditions?.some(isResizePending) ?? false;
  return pending ? [finding('claim-resize-pending', nameOf(claim))] : [];
}

export function isResizePending({ type, status }: PersistentVolumeClaimCondition): boolean {
  return type === 'FileSystemResizePending' && status === 'True';
}

function withoutClass(
  claim: PersistentVolumeClaim,
  name: string | undefined,
  classes: readonly StorageClass[],
  facts: Facts,
): Finding[] {
  const hasDefault = classes.some((each) => each.metadata.annotations?.[defaultClass] === 'true');
  if (name === undefined && !hasDefault && !hasFitting(claim, facts)) {
    return [finding('claim-without-class', nameOf(claim))];
  }
  return name === '' ? noVolume(claim, facts) : unbound(claim, facts);
}

/** A class that is only a name joins claims and volumes made by hand. */
function withoutProvisioner(
  claim: PersistentVolumeClaim,
  name: string,
  classes: readonly StorageClass[],
  facts: Facts,
): Finding[] {
  const volumes = facts.objects('persistentvolume');
  if (volumes.some((each) => each.spec?.storageClassName === name)) return noVolume(claim, facts);
  const there = classes.map((each) => each.metadata.name ?? '');
  const closest = closestWords(name, there);
  const words = { class: name, closest: closest || thereIs(there) };
  return [finding('claim-class-missing', nameOf(claim), words)];
}

function thereIs(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (there is ${names.map((name) => `"${name}"`).join(', ')})`;
}

function noVolume(claim: PersistentVolumeClaim, facts: Facts): Finding[] {
  if (hasFitting(claim, facts)) return unbound(claim, facts);
  const { accessModes = [], storageClassName = '' } = claim.spec ?? {};
  const size = sizeOf(claim);
  const name = storageClassName === '' ? 'no class' : `class ${storageClassName}`;
  const wants = `${size}, ${accessModes.join(' and ')}, ${name}`;
  return [finding('claim-no-volume', nameOf(claim), { wants })];
}

function unbound(claim: PersistentVolumeClaim, facts: Facts): Finding[] {
  const told = eventsOf(claim, facts).find(({ type }) => type === 'Warning')?.message;
  const message = bare(told) || 'no volume has been found or provided yet';
  return [finding('claim-unbound', nameOf(claim), { message })];
}

const sizeOf = (claim: PersistentVolumeClaim): string =>
  claim.spec?.resources?.requests?.['storage'] ?? '0';

function hasFitting(claim: PersistentVolumeClaim, facts: Facts): boolean {
  return facts.objects('persistentvolume').some((volume) => fits(claim, volume));
}

function fits({ spec }: PersistentVolumeClaim, { spec: has, status }: PersistentVolume): boolean {
  if (status?.phase !== undefined && status.phase !== 'Available') return false;
  if ((has?.storageClassName ?? '') !== (spec?.storageClassName ?? '')) return false;
  const modes = has?.accessModes ?? [];
  if (!(spec?.accessModes ?? []).every((mode) => modes.includes(mode))) return false;
  const wanted = spec?.resources?.requests?.['storage'] ?? '0';
  return compareQuantities(has?.capacity?.['storage'] ?? '0', wanted) >= 0;
}

function isUsed({ metadata }: PersistentVolumeClaim, facts: Facts): boolean {
  return facts
    .objects('pod', metadata.namespace)
    .some(({ spec }) =>
      (spec?.volumes ?? []).some(
        ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === metadata.name,
      ),
    );
}
