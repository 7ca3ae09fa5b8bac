/** The whole status of a pod, made anew from the facts each time. */
import { formatTime } from '#api/time.ts';
import type { ContainerStatus, PodStatus } from '#api/types.ts';
import { rejectedWords } from '../admission.ts';
import type { PodFacts } from '../facts.ts';
import { isFinished, phaseOf, startedMs, verdictOf } from '../phase.ts';
import type { Role } from '../members.ts';
import { progressOf } from '../progress.ts';
import { qosOf } from '../qos.ts';
import { wholeAppliedOf, wholeGrantedOf } from '../resize.ts';
import { conditionsOf } from './conditions.ts';
import { containerStatus } from './container-status.ts';

export function podStatus(facts: PodFacts, now: number): PodStatus {
  const { pod, containers } = facts;
  const progress = progressOf(facts);
  const verdict = verdictOf(facts, now);
  const ending =
    facts.gone ||
    pod.metadata.deletionTimestamp !== undefined ||
    verdict !== undefined ||
    isFinished(facts, progress);
  const statuses = new Map<string, ContainerStatus>();
  for (const member of progress.members) {
    statuses.set(member.name, containerStatus({ facts, progress, now, ending }, member));
  }
  const phase = phaseOf(facts, progress, now);
  const ofRoles = (...roles: Role[]): ContainerStatus[] =>
    progress.members
      .filter(({ role }) => roles.includes(role))
      .map(({ name }) => statuses.get(name))
      .filter((status) => status !== undefined);
  const inits = ofRoles('init', 'sidecar');
  const ephemeral = ofRoles('ephemeral');
  const { generation } = pod.metadata;
  // As of one that was turned away: nothing of it was ever looked at here.
  const isStranger = containers.length === 0 && verdict?.message.startsWith(rejectedWords) === true;
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase,
    conditions: conditionsOf({ facts, progress, phase, statuses, now }),
    ...(verdict && { reason: verdict.reason, message: verdict.message }),
    ...addressesOf(facts),
    startTime: formatTime(startedMs(facts)),
    ...(!isStranger && {
      ...(inits.length > 0 && { initContainerStatuses: inits }),
      containerStatuses: ofRoles('main').sort((a, b) => (a.name < b.name ? -1 : 1)),
      ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral }),
    }),
    qosClass: pod.status?.qosClass ?? qosOf(pod),
    ...(pod.spec?.resources && !isStranger && wholeOf(facts)),
  };
}

/** As of containers: what was granted, and what is in force. Source: KEP-5419. */
function wholeOf(facts: PodFacts): Partial<PodStatus> {
  const { requests } = wholeGrantedOf(facts);
  return { ...(requests && { allocatedResources: requests }), resources: wholeAppliedOf(facts) };
}

/** A sandbox that is gone takes its addresses along; what was written is kept for the record. */
function addressesOf({ pod, sandboxes, hostIPs }: PodFacts): Partial<PodStatus> {
  const host = { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) };
  const newest = sandboxes[0];
  const own = pod.spec?.hostNetwork ? (newest ? hostIPs : []) : (newest?.ips ?? []);
  if (own.length > 0) return { ...host, podIP: own[0], podIPs: own.map((ip) => ({ ip })) };
  const { podIP, podIPs } = pod.status ?? {};
  return podIP ? { ...host, podIP, podIPs } : host;
}

/** Does the written status already say all that `status` says? Decides whether to write. */
export function isWritten(status: PodStatus, written: PodStatus = {}): boolean {
  const [wanted, have] = [status as Fields, written as Fields];
  return Object.keys(wanted).every((key) => same(wanted[key], have[key]));
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields without a value count as absent on both sides, and so does what holds nothing. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!mayHold(a) || !mayHold(b)) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    const [one, other] = [(a ?? []) as unknown[], (b ?? []) as unknown[]];
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  }
  const [one, other] = [(a ?? {}) as Fields, (b ?? {}) as Fields];
  return (
    Object.keys(one).every((key) => same(one[key], other[key])) &&
    Object.keys(other).every((key) => one[key] !== undefined || same(undefined, other[key]))
  );
}

const mayHold = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null);
