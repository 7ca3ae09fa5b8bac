/**
 * What may change in a pod after it was made: almost nothing, since a node may be running it.
 * Source: pkg/apis/core/validation, ValidatePodUpdate and ValidatePodStatusUpdate.
 */
import { type FieldError, forbidden, invalid } from '../../field-error.ts';
import { parseIP } from '../../ip.ts';
import { isDNS1123Subdomain, isQualifiedName } from '../../names.ts';
import type { Container, ContainerStatus, Pod, PodSpec } from '../../types.ts';
import { checkIp, isDualStack } from '../common/addresses.ts';
import {
  checkFormat,
  checkImmutable,
  checkRange,
  type Errors,
  sameValue,
} from '../common/checks.ts';
import { changedPaths } from '../common/differences.ts';
import { mirrorAnnotation } from '../pod-spec/annotations.ts';
import { isSidecar } from '../pod-spec/restart-rules.ts';
import { checkOnlyAddedTolerations } from '../pod-spec/tolerations.ts';
import { checkGatedChanges } from './gated.ts';

const int32Max = 2 ** 31 - 1;

/** The sentence of Kubernetes, which tools and people look for. */
const onlyThese =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export function validatePodUpdate(next: Pod, previous: Pod): FieldError[] {
  const errors: Errors = [];
  checkMirror(errors, next, previous);
  const [spec, old] = [specOf(next), specOf(previous)];
  for (const field of ['containers', 'initContainers'] as const) {
    const [given, had] = [spec[field] ?? [], old[field] ?? []];
    if (given.length !== had.length) {
      errors.push(forbidden(`spec.${field}`, 'pod updates may not add or remove containers'));
      return errors;
    }
    checkImages(errors, `spec.${field}`, given);
  }
  if (!checkDeadline(errors, spec.activeDeadlineSeconds, old.activeDeadlineSeconds)) return errors;
  const [tolerations, had] = [spec.tolerations ?? [], old.tolerations ?? []];
  checkOnlyAddedTolerations(errors, 'spec.tolerations', tolerations, had);
  checkOnlyRemovedGates(errors, spec, old);
  checkRest(errors, spec, old);
  return errors;
}

function specOf(pod: Pod): PodSpec {
  return pod.spec ?? { containers: [] };
}

function checkMirror(errors: Errors, next: Pod, previous: Pod): void {
  const value = next.metadata.annotations?.[mirrorAnnotation];
  const old = previous.metadata.annotations?.[mirrorAnnotation];
  if (value === old) return;
  const verb = old === undefined ? 'add' : 'remove or update';
  const path = `metadata.annotations[${mirrorAnnotation}]`;
  errors.push(forbidden(path, `may not ${verb} mirror pod annotation`));
}

function checkImages(errors: Errors, path: string, containers: readonly Container[]): void {
  for (const [index, { image = '' }] of containers.entries()) {
    if (image.trim() === image) continue;
    const detail = 'must not have leading or trailing whitespace';
    errors.push(invalid(`${path}[${index}].image`, image, detail));
  }
}

/** A deadline may come, and come nearer. False: what follows would only repeat this error. */
function checkDeadline(
  errors: Errors,
  next: number | undefined,
  previous: number | undefined,
): boolean {
  const path = 'spec.activeDeadlineSeconds';
  if (next === undefined) {
    if (previous === undefined) return true;
    const detail = 'must not update from a positive integer to nil value';
    errors.push(invalid(path, null, detail));
    return true;
  }
  const before = errors.length;
  checkRange(errors, path, next, 0, int32Max);
  if (errors.length > before) return false;
  if (previous === undefined || next <= previous) return true;
  errors.push(invalid(path, next, 'must be less than or equal to previous value'));
  return false;
}

function checkOnlyRemovedGates(errors: Errors, next: PodSpec, previous: PodSpec): void {
  const had = new Set((previous.schedulingGates ?? []).map((gate) => gate.name ?? ''));
  for (const [index, { name = '' }] of (next.schedulingGates ?? []).entries()) {
    if (had.has(name)) continue;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    errors.push(forbidden(`spec.schedulingGates[${index}].name`, detail));
  }
}

/** Everything not checked above must stay; a gated pod, which no node has seen, may be steered. */
function checkRest(errors: Errors, next: PodSpec, previous: PodSpec): void {
  const rest = withPreviousOf(next, previous);
  if ((previous.schedulingGates ?? []).length > 0) checkGatedChanges(errors, rest, previous);
  if (sameValue(rest, previous)) return;
  const differences = changedPaths(previous, rest, 'spec').join('\n');
  errors.push(forbidden('spec', `${onlyThese}\n${differences}`));
}

function withPreviousOf(next: PodSpec, previous: PodSpec): PodSpec {
  const images = (given: Container[] | undefined, had: Container[] | undefined) =>
    given?.map((container, index) => ({ ...container, image: had?.[index]?.image }));
  const wasNegative = (previous.terminationGracePeriodSeconds ?? 0) < 0;
  return {
    ...next,
    containers: images(next.containers, previous.containers) ?? [],
    initContainers: images(next.initContainers, previous.initContainers),
    activeDeadlineSeconds: previous.activeDeadlineSeconds,
    tolerations: previous.tolerations,
    schedulingGates: previous.schedulingGates,
    terminationGracePeriodSeconds:
      wasNegative && next.terminationGracePeriodSeconds === 1
        ? previous.terminationGracePeriodSeconds
        : next.terminationGracePeriodSeconds,
  };
}

const usualConditions: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized']);

export function validatePodStatusUpdate(next: Pod, previous: Pod): FieldError[] {
  const errors: Errors = [];
  const [status, old] = [next.status ?? {}, previous.status ?? {}];
  for (const [index, { type }] of (status.conditions ?? []).entries()) {
    if (usualConditions.has(type)) continue;
    const path = `metadata.conditions[${index}].Type`;
    checkFormat(errors, path, type, isQualifiedName(type ?? ''));
  }
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== old.nominatedNodeName) {
    checkFormat(errors, 'status.nominatedNodeName', nominated, isDNS1123Subdomain(nominated));
  }
  checkImmutable(errors, 'status.qosClass', status.qosClass, old.qosClass);
  checkTransitions(errors, next, previous);
  checkAddresses(errors, 'status.podIPs', status.podIPs ?? []);
  checkAddresses(errors, 'status.hostIPs', status.hostIPs ?? []);
  const first = status.hostIPs?.[0]?.ip;
  if (first !== undefined && first !== status.hostIP) {
    errors.push(invalid('status.hostIPs[0].ip', first, 'must be equal to `hostIP`'));
  }
  return errors;
}

/** A container that ended and must not be restarted stays ended. */
function checkTransitions(errors: Errors, next: Pod, previous: Pod): void {
  const spec = specOf(previous);
  const policy = spec.restartPolicy ?? 'Always';
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map((each) => each.name));
  const [status, old] = [next.status ?? {}, previous.status ?? {}];
  const check = (
    field: 'containerStatuses' | 'initContainerStatuses' | 'ephemeralContainerStatuses',
    restartPolicy: string,
  ): void => {
    const [given, had] = [status[field] ?? [], old[field] ?? []];
    checkStates(errors, `status.${field}`, given, had, restartPolicy, sidecars);
  };
  check('containerStatuses', policy);
  check('initContainerStatuses', policy);
  check('ephemeralContainerStatuses', 'Never');
}

function checkStates(
  errors: Errors,
  path: string,
  next: readonly ContainerStatus[],
  previous: readonly ContainerStatus[],
  restartPolicy: string,
  sidecars: ReadonlySet<string>,
): void {
  if (restartPolicy === 'Always') return;
  for (const [index, { name, state }] of previous.entries()) {
    const ended = state?.terminated;
    if (!ended || sidecars.has(name)) continue;
    if ((ended.exitCode ?? 0) !== 0 && restartPolicy === 'OnFailure') continue;
    if (next.some((each) => each.name === name && !each.state?.terminated)) {
      const detail = 'may not be transitioned to non-terminated state';
      errors.push(forbidden(`${path}[${index}].state`, detail));
    }
  }
}

function checkAddresses(
  errors: Errors,
  path: string,
  addresses: readonly { ip?: string | undefined }[],
): void {
  for (const [index, { ip = '' }] of addresses.entries()) {
    checkIp(errors, `${path}[${index}]`, ip);
  }
  if (addresses.length < 2) return;
  const families = addresses.map(({ ip = '' }) => parseIP(ip)?.family);
  if (!isDualStack(families) || addresses.length > 2) {
    const detail = 'may specify no more than one IP for each IP family';
    errors.push(invalid(path, addresses, detail));
  }
}
