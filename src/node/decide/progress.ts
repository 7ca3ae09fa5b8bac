/** Where each container of a pod stands: what the spec wants beside what the runtime shows. */
import type { Pod } from '#api/types.ts';
import { rememberedOf } from '#base/remembered.ts';
import type { PodFacts } from './facts.ts';
import { type Member, membersOf, type Role } from './members.ts';
import type { ObservedContainer, ObservedSandbox } from './observed.ts';
import { appliedOf, effectiveOf, needsRestart } from './resize.ts';
import { writtenStatus } from './written.ts';

export interface MemberProgress extends Member {
  readonly name: string;
  /** Newest attempt that was ever started or is being started. */
  readonly latest: ObservedContainer | undefined;
  /** The newest one that ended before `latest`. */
  readonly previous: ObservedContainer | undefined;
  readonly running: boolean;
  readonly ended: boolean;
  /** Ran and passed its startup probe. */
  readonly started: boolean;
  /** By policy, after the end of `latest`. */
  readonly restarts: boolean;
}

export interface Progress {
  /** The ready sandbox of the newest attempt. */
  readonly sandbox: ObservedSandbox | undefined;
  readonly members: readonly MemberProgress[];
  /** Main containers may run. */
  readonly initialized: boolean;
  /** An init container failed and is not tried again. */
  readonly initFailed: boolean;
}

/** The next step and the status that follows it look at the same facts. */
export const progressOf = rememberedOf(progressFrom);

function progressFrom(facts: PodFacts): Progress {
  const { pod, sandboxes, containers } = facts;
  const newest = sandboxes[0];
  const sandbox = newest?.ready ? newest : undefined;
  const byName = new Map<string, ObservedContainer[]>();
  for (const container of containers) {
    // One that was created and not started counts for nothing; it is removed.
    if (container.state === 'created') continue;
    const known = byName.get(container.name);
    if (known) known.push(container);
    else byName.set(container.name, [container]);
  }
  const members = membersOf(pod).map((member) =>
    progressOfMember(facts, member, byName.get(member.container.name) ?? []),
  );
  const inits = members.filter(({ role }) => role === 'init' || role === 'sidecar');
  const mainsBegun = members.some(
    ({ role, latest }) =>
      role === 'main' && latest !== undefined && latest.sandboxId === newest?.id,
  );
  return {
    sandbox,
    members,
    initialized: mainsBegun || inits.every((one) => isComplete(one, newest?.id)),
    initFailed: inits.some(
      (one) => one.role === 'init' && one.ended && !one.restarts && one.latest?.exitCode !== 0,
    ),
  };
}

/** A sidecar's or init container's part in bringing the pod up is done. */
export function isComplete(member: MemberProgress, sandboxId: string | undefined): boolean {
  if (member.latest?.sandboxId !== sandboxId) return false;
  if (member.role === 'sidecar') return member.running && member.started;
  return member.ended && member.latest?.exitCode === 0;
}

function progressOfMember(
  facts: PodFacts,
  member: Member,
  attempts: readonly ObservedContainer[],
): MemberProgress {
  const [latest, ...older] = attempts;
  const running = latest?.state === 'running';
  const ended = latest !== undefined && !running;
  return {
    ...member,
    name: member.container.name,
    latest,
    previous: older[0],
    running,
    ended,
    started: running && hasStarted(facts, member, latest),
    restarts: ended && restartsAfter(facts, member, latest),
  };
}

function hasStarted(facts: PodFacts, { container, role }: Member, latest: ObservedContainer) {
  if (role === 'ephemeral' || role === 'init' || !container.startupProbe) return true;
  return facts.probes.get(latest.id)?.started ?? writtenStatus(facts.pod, latest)?.started === true;
}

/**
 * Does the policy start it again after that end? A main container's own rules (KEP-5307) go first,
 * then its own policy, then the pod's.
 */
function restartsAfter(
  facts: PodFacts,
  { container, role }: Member,
  ended: ObservedContainer,
): boolean {
  const { pod } = facts;
  const own = role === 'ephemeral' ? 'Never' : policyOf(pod, role, container.restartPolicy);
  if (own !== 'Never' && wasResized(facts, { container, role }, ended)) return true;
  const rule = container.restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(ended.exitCode) ?? false;
    return exitCodes?.operator === 'NotIn' ? !listed : listed;
  });
  if (rule?.action === 'Restart') return true;
  if (own === 'Always') return true;
  return own === 'OnFailure' && (ended.exitCode !== 0 || ended.state === 'unknown');
}

/** Ended by us for the sake of its resources: however it ended, another one follows. */
function wasResized(facts: PodFacts, { container, role }: Member, ended: ObservedContainer) {
  if (role !== 'main' || !container.resizePolicy) return false;
  const granted = effectiveOf(facts, { name: container.name, role, container });
  return needsRestart(container, appliedOf(facts, ended) ?? granted, granted);
}

function policyOf(pod: Pod, role: Role, own: string | undefined): string {
  if (role === 'sidecar') return 'Always';
  const policy = own ?? pod.spec?.restartPolicy ?? 'Always';
  // An init container that ended well is done, whatever keeps the main ones going.
  return role === 'init' && policy === 'Always' ? 'OnFailure' : policy;
}
