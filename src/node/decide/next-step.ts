/** The model of docs/pod-states.md: facts in, one step out. */
import { isAhead, restartBackOff } from './back-off.ts';
import { endStep } from './end-step.ts';
import {
  containerSubject,
  imageSubject,
  type PodDecision,
  type PodFacts,
  type Problem,
  type Step,
  subjectOf,
} from './facts.ts';
import { annotations } from './labels.ts';
import { templateHash } from './members.ts';
import { deadlineOf, isFinished, verdictOf } from './phase.ts';
import { resizeStep } from './resize.ts';
import { isComplete, type MemberProgress, type Progress, progressOf } from './progress.ts';
import { statusesFor } from './written.ts';

export function nextStep(facts: PodFacts, now: number): PodDecision {
  const progress = progressOf(facts);
  const ending =
    facts.gone ||
    facts.pod.metadata.deletionTimestamp !== undefined ||
    verdictOf(facts, now) !== undefined ||
    isFinished(facts, progress);
  if (ending) return endStep(facts, progress, now);
  const decision = runStep(facts, progress, now);
  return soonest(decision, deadlineOf(facts));
}

function runStep(facts: PodFacts, progress: Progress, now: number): PodDecision {
  const { volumes, busy, sandboxes, sandboxProblem } = facts;
  const stale = staleStep(facts, progress);
  if (stale) return { step: stale };
  if (volumes.state !== 'ready') {
    const problem = volumes.state === 'pending' ? volumes.problem : undefined;
    return whenFree(facts, { type: 'prepareVolumes' }, problem, now);
  }
  if (!progress.sandbox) {
    const attempt = (sandboxes[0]?.attempt ?? -1) + 1;
    return whenFree(facts, { type: 'makeSandbox', attempt }, sandboxProblem, now);
  }
  const resize = resizeStep(facts, progress, now);
  if (resize.step) return resize;
  const broken = progress.members.map((member) => killBroken(facts, member)).find(Boolean);
  if (broken) return { step: broken };
  const starting = soonest(startSteps(facts, progress, progress.sandbox.id, now), resize.again);
  if (starting.step) return starting;
  const tidying = tidyStep(facts, progress);
  if (tidying && !busy.has('sandbox')) return { step: tidying, again: starting.again };
  return starting;
}

function whenFree(
  { busy }: PodFacts,
  step: Step,
  problem: Problem | undefined,
  now: number,
): PodDecision {
  if (busy.has(subjectOf(step))) return {};
  return problem && isAhead(problem.retryAtMs, now) ? { again: problem.retryAtMs } : { step };
}

/** Remains of an older sandbox that still run, and containers that nobody will start. */
function staleStep(
  { containers, sandboxes, busy }: PodFacts,
  progress: Progress,
): Step | undefined {
  for (const { id, name: container, state, sandboxId } of containers) {
    if (busy.has(containerSubject(container))) continue;
    if (state === 'created') return { type: 'removeContainer', id, container };
    if (state === 'running' && sandboxId !== progress.sandbox?.id && !busy.has('sandbox')) {
      const message = `Pod sandbox changed, it will be killed and re-created.`;
      const reason = 'changed';
      return { type: 'killContainer', id, container, reason, message, graceSeconds: 0 };
    }
  }
  // A ready sandbox that is not the newest never gets another container.
  const old = sandboxes.slice(1).find(({ ready }) => ready);
  return old && !busy.has('sandbox') ? { type: 'stopSandbox', id: old.id } : undefined;
}

function killBroken({ pod, probes, busy }: PodFacts, member: MemberProgress): Step | undefined {
  const { latest, running, name, container, role } = member;
  if (!latest || !running || role === 'ephemeral' || busy.has(containerSubject(name))) {
    return undefined;
  }
  const podGrace = pod.spec?.terminationGracePeriodSeconds ?? 30;
  const kill = { type: 'killContainer', id: latest.id, container: name } as const;
  const hash = latest.annotations[annotations.hash];
  if (role !== 'init' && hash !== undefined && hash !== templateHash(container)) {
    const message = `Container ${name} definition changed, will be restarted`;
    return { ...kill, reason: 'changed', message, graceSeconds: podGrace };
  }
  const failed = probes.get(latest.id)?.failed;
  if (!failed) return undefined;
  const own = failed.probe === 'liveness' ? container.livenessProbe : container.startupProbe;
  return {
    ...kill,
    reason: failed.probe,
    message: `Container ${name} failed ${failed.probe} probe, will be restarted`,
    graceSeconds: own?.terminationGracePeriodSeconds ?? podGrace,
  };
}

function startSteps(
  facts: PodFacts,
  progress: Progress,
  sandboxId: string,
  now: number,
): PodDecision {
  let again: number | undefined;
  const initializing = !progress.initialized;
  for (const member of progress.members) {
    const { role } = member;
    if (role === 'ephemeral') continue;
    if (role === 'main' && initializing) continue;
    // Once main containers run, init containers are over; sidecars are still kept alive.
    if (role === 'init' && !initializing) continue;
    const decision = memberStep(facts, member, sandboxId, now);
    if (decision.step) return { step: decision.step, again };
    again = earlier(again, decision.again);
    if ((decision.busy || initializing) && !isComplete(member, sandboxId)) break;
  }
  return ephemeralSteps(facts, progress, sandboxId, now, again);
}

/** Who looks into a pod waits for nothing in it: what is looked for may be why it does not come up. */
function ephemeralSteps(
  facts: PodFacts,
  { members }: Progress,
  sandboxId: string,
  now: number,
  before: number | undefined,
): PodDecision {
  let again = before;
  for (const member of members) {
    if (member.role !== 'ephemeral') continue;
    const decision = memberStep(facts, member, sandboxId, now);
    again = earlier(again, decision.again);
    if (decision.step) return { step: decision.step, again };
  }
  return { again };
}

/** The step of one container that should run; `busy` when later ones have to wait for it. */
function memberStep(
  facts: PodFacts,
  member: MemberProgress,
  sandboxId: string,
  now: number,
): PodDecision & { busy?: boolean } {
  const { name, latest, running, role, restarts, container } = member;
  if (facts.busy.has(containerSubject(name)) || facts.busy.has(imageSubject(name))) {
    return { busy: true };
  }
  if (running || (role === 'init' && isComplete(member, sandboxId))) return {};
  const here = latest?.sandboxId === sandboxId;
  // After a new sandbox, init containers run again, however they ended in the old one.
  if (latest && !restarts && !(role === 'init' && !here)) return {};
  const backOff = restartBackOff(latest, templateHash(container), sandboxId);
  if (backOff && isAhead(backOff.dueMs, now)) return { again: backOff.dueMs };
  const image = facts.images.get(name);
  if (!image?.ready) {
    const failure = image?.failure;
    if (failure && isAhead(failure.retryAtMs, now)) {
      return {
        again: failure.showBackOffAtMs > now ? failure.showBackOffAtMs : failure.retryAtMs,
      };
    }
    return { step: { type: 'ensureImage', container: name, image: container.image ?? '' } };
  }
  const problem = facts.problems.get(name);
  if (problem && isAhead(problem.retryAtMs, now)) return { again: problem.retryAtMs };
  const attempt = nextAttempt(facts, member);
  return {
    step: {
      type: 'startContainer',
      container: name,
      sandboxId,
      attempt,
      backOffSeconds: backOff?.seconds,
    },
  };
}

/** One above all that is known, the written status included: remains may have been cleaned away. */
function nextAttempt({ pod, containers }: PodFacts, { name, role }: MemberProgress): number {
  const written = statusesFor(pod, role).find(
    (status) => status.name === name && (status.state?.terminated ?? status.lastState?.terminated),
  );
  const seen = containers.filter((one) => one.name === name).map(({ attempt }) => attempt);
  return Math.max(-1, written?.restartCount ?? -1, ...seen) + 1;
}

/** Keeps, of each container, the running or newest attempt and the one before it. */
function tidyStep(facts: PodFacts, { sandbox }: Progress): Step | undefined {
  const seen = new Map<string, number>();
  for (const { id, name: container, state } of facts.containers) {
    const count = (seen.get(container) ?? 0) + 1;
    seen.set(container, count);
    if (count > 2 && state === 'exited' && !facts.busy.has(containerSubject(container))) {
      return { type: 'removeContainer', id, container };
    }
  }
  const empty = facts.sandboxes.find(
    ({ id }) => id !== sandbox?.id && !facts.containers.some(({ sandboxId }) => sandboxId === id),
  );
  return empty && { type: 'removeSandbox', id: empty.id };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function soonest(decision: PodDecision, time: number | undefined): PodDecision {
  return { ...decision, again: earlier(decision.again, time) };
}
