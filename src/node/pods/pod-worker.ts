/**
 * Moves one pod. Each turn is one synchronous look: facts, the steps that are due, the status. Steps
 * run beside each other, at most one per subject; each end of one is the next turn.
 */
import { isFinal } from '#api/pod-phase.ts';
import type { Pod, PodStatus } from '#api/types.ts';
import { assert } from '#base/assert.ts';
import type { Clock, Timer } from '#base/clock.ts';
import { wordsOf } from '#base/words.ts';
import {
  containerSubject,
  type NodeVerdict,
  type PodFacts,
  type Step,
  subjectOf,
} from '../decide/facts.ts';
import { nextStep } from '../decide/next-step.ts';
import { membersOf } from '../decide/members.ts';
import { grantsOf, withGranted } from '../decide/resize.ts';
import { newsOf } from '../decide/status/news.ts';
import { isWritten, podStatus } from '../decide/status/pod-status.ts';
import type { ProbedContainer } from '../probes/probes.ts';
import { carryOut } from './carry-out.ts';
import { fieldPathOf } from './field-path.ts';
import { PodMemory } from './memory.ts';
import type { PodServices } from './services.ts';
import { StatusWriter } from './status-writer.ts';

const turnStepsMax = 200;
/** While a step is under way, what else has changed is looked at together. The end of a step waits for nothing. */
const gatherMs = 20;
const offsetOf = (clock: Clock): number => clock.now() - clock.monotonic();
const failedStepMs = { first: 200, most: 30_000 };
const isOver = (status: PodStatus | undefined): boolean => isFinal(status?.phase);

export class PodWorker {
  readonly #services: PodServices;
  readonly #memory: PodMemory;
  readonly #busy = new Set<string>();
  readonly #writer: StatusWriter;
  readonly #acceptedAtMs: number;
  /** Monotonic; of a deletion that this agent has heard of. */
  #graceEndsAtMs: number | undefined;
  readonly #ended: () => void;
  #pod: Pod;
  /** Of the last look; before the first one, what an earlier run has written. */
  #status: PodStatus | undefined;
  #gone: boolean;
  /** Not let in (yet): nothing is begun. */
  #held: boolean;
  #timer: Timer | undefined;
  #gathering: Timer | undefined;
  readonly #quiet = Promise.withResolvers<void>();
  #woken = false;
  #stopped = false;

  /** `held`: until `admit`. `ended` is called once, when nothing is left to do for ever. */
  constructor(
    pod: Pod,
    { gone, held }: { readonly gone: boolean; readonly held: boolean },
    services: PodServices,
    ended: () => void,
  ) {
    this.#pod = pod;
    this.#status = pod.status;
    this.#gone = gone;
    this.#held = held;
    this.#services = services;
    this.#memory = new PodMemory(offsetOf(services.clock));
    this.#ended = ended;
    this.#acceptedAtMs = services.clock.now();
    this.#writer = new StatusWriter(services, () => this.wake());
    if (held) return;
    const containers = services.mirror.containersOf(pod.metadata.uid ?? '');
    for (const [name, amounts] of grantsOf(pod, containers))
      this.#memory.granted.set(name, amounts);
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** As the node has granted it: what it takes of the node's room. */
  get granted(): Pod {
    return withGranted(this.#pod, this.#memory.granted);
  }

  /** It ends or has ended. */
  get isLeaving(): boolean {
    const { deletionTimestamp } = this.#pod.metadata;
    return (
      isOver(this.#pod.status) ||
      this.#gone ||
      deletionTimestamp !== undefined ||
      this.#memory.verdict !== undefined
    );
  }

  /** It was let in, and has not ended yet as far as is known here. */
  get takesRoom(): boolean {
    return !this.#held && !this.#gone && !isOver(this.#pod.status) && !isOver(this.#status);
  }

  /** `judged`: the pod that was let in; what it asks for is granted, whatever it has come to ask for since. */
  admit(judged: Pod): void {
    for (const [name, amounts] of grantsOf(judged)) this.#memory.granted.set(name, amounts);
    this.#held = false;
    this.wake();
  }

  /** Settles when nothing of the pod runs and its last status is written. */
  whenQuiet(): Promise<void> {
    this.wake();
    return this.#quiet.promise;
  }

  /** The node gives the pod up; the first verdict stays. */
  fail(verdict: NodeVerdict): void {
    this.#memory.verdict ??= verdict;
    this.#memory.ending.resolve(undefined);
    this.wake();
  }

  get waitsForRoom(): boolean {
    return this.#status?.conditions?.some(({ type }) => type === 'PodResizePending') ?? false;
  }

  update(pod: Pod): void {
    const { resourceVersion } = this.#pod.metadata;
    if (Number(pod.metadata.resourceVersion) < Number(resourceVersion)) return;
    const before = this.#pod;
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp) this.#end(before);
    this.wake();
  }

  /** The API has the pod no more: it ends without ceremony. */
  setGone(): void {
    this.#gone = true;
    this.#memory.ending.resolve(undefined);
    this.wake();
  }

  /** Something that the pod refers to has changed. */
  retry(): void {
    this.#memory.retryNow();
    this.wake();
  }

  wake(): void {
    if (this.#busy.size === 0) return this.#wakeNow();
    if (this.#woken || this.#stopped) return;
    this.#gathering ??= this.#services.timers.after(gatherMs, () => this.#wakeNow());
  }

  #wakeNow(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    if (this.#woken || this.#stopped || (this.#held && !this.isLeaving)) return;
    this.#woken = true;
    queueMicrotask(() => {
      this.#woken = false;
      if (!this.#stopped) this.#turn();
    });
  }

  /** Steps under way go on; nothing follows them. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#gathering?.cancel();
    this.#writer.stop();
  }

  /** A second deletion may leave less time than the one that is being carried out. */
  #end(before: Pod): void {
    this.#memory.ending.resolve(undefined);
    const { mirror, runtime, clock, logger } = this.#services;
    const { uid = '', deletionGracePeriodSeconds = 0 } = this.#pod.metadata;
    const earlier = before.metadata.deletionGracePeriodSeconds;
    if (before.metadata.deletionTimestamp === undefined || deletionGracePeriodSeconds !== earlier) {
      this.#graceEndsAtMs = clock.monotonic() + deletionGracePeriodSeconds * 1000;
    }
    if (earlier === undefined || deletionGracePeriodSeconds >= earlier) return;
    const seconds = Math.max(1, deletionGracePeriodSeconds);
    for (const { id, name, state } of mirror.containersOf(uid)) {
      if (state !== 'running' || !this.#busy.has(containerSubject(name))) continue;
      runtime.stopContainer(id, seconds).catch((error: unknown) => {
        logger.warn('cannot hurry a container', { name, error: wordsOf(error) });
      });
    }
  }

  #turn(): void {
    const { clock, timers } = this.#services;
    this.#timer?.cancel();
    this.#memory.follow(offsetOf(clock));
    this.#probe();
    const { facts, again } = this.#takeSteps();
    if (!this.#gone) {
      const status = podStatus(facts, clock.now());
      this.#tell(status);
      this.#writer.want(this.#pod, status, this.#busy.size > 0);
    }
    // What is told while a step is under way is not the last word.
    const moves = this.#busy.size > 0 || facts.containers.some(({ state }) => state === 'running');
    if (this.isLeaving && !moves && (this.#gone || facts.reported())) this.#quiet.resolve();
    if (again !== undefined) {
      this.#timer = timers.after(Math.max(0, again - clock.now()), () => this.wake());
    }
  }

  /** Begins all steps that are due; answers the facts after which there were none, and when to look again. */
  #takeSteps(): { readonly facts: PodFacts; readonly again: number | undefined } {
    for (let count = 0; ; count += 1) {
      assert(count < turnStepsMax, 'a pod that wants ever more steps at once');
      const facts = this.#facts();
      const { step, again } = nextStep(facts, this.#services.clock.now());
      if (!step) return { facts, again };
      this.#begin(step);
    }
  }

  #tell(status: PodStatus): void {
    const { events } = this.#services;
    for (const { container, ...news } of newsOf(this.#pod, this.#status, status)) {
      const fieldPath = container === undefined ? undefined : fieldPathOf(this.#pod, container);
      events.record({ regarding: this.#pod, ...news, ...(fieldPath && { fieldPath }) });
    }
    this.#status = status;
  }

  #facts(): PodFacts {
    const { mirror, probes, hostIPs } = this.#services;
    const uid = this.#pod.metadata.uid ?? '';
    const { images, problems, volumes, sandboxProblem, cgroupRemoved } = this.#memory;
    const { granted, applied, unsure, resizeProblem } = this.#memory;
    const facts: PodFacts = {
      pod: this.#pod,
      gone: this.#gone,
      sandboxes: mirror.sandboxesOf(uid),
      containers: mirror.containersOf(uid),
      images,
      problems,
      volumes,
      sandboxProblem,
      granted,
      applied,
      unsure,
      resizeProblem,
      room: () => this.#services.roomFor(uid),
      cgroupRemoved,
      probes: probes.factsOf(uid),
      busy: this.#busy,
      reported: () => {
        const status = podStatus(facts, this.#services.clock.now());
        return this.#writer.knows(this.#pod, status) || isWritten(status, this.#pod.status);
      },
      verdict: this.#memory.verdict,
      machine: this.#services.machine,
      hostIPs,
      acceptedAtMs: this.#acceptedAtMs,
      graceLeftMs:
        this.#graceEndsAtMs === undefined
          ? undefined
          : this.#graceEndsAtMs - this.#services.clock.monotonic(),
    };
    return facts;
  }

  /** Which of its containers are probed. A pod that ends keeps readiness, nothing restarts it any more. */
  #probe(): void {
    const { mirror, probes, hostIPs } = this.#services;
    const pod = this.#pod;
    const uid = pod.metadata.uid ?? '';
    const podIP = mirror.sandboxesOf(uid)[0]?.ips[0] ?? hostIPs[0] ?? '';
    const running: ProbedContainer[] = [];
    const ending = this.#gone || pod.metadata.deletionTimestamp !== undefined;
    const roles = new Map(membersOf(pod).map((member) => [member.container.name, member]));
    for (const { id, name, state, startedAtMs } of ending ? [] : mirror.containersOf(uid)) {
      const member = roles.get(name);
      if (state !== 'running' || !member || member.role === 'init') continue;
      running.push({ id, container: member.container, podIP, startedAtMs });
    }
    probes.sync(pod, running);
  }

  #begin(step: Step): void {
    const subject = subjectOf(step);
    this.#busy.add(subject);
    void this.#run(step, subject);
  }

  async #run(step: Step, subject: string): Promise<void> {
    const { logger, timers } = this.#services;
    try {
      const context = {
        pod: this.#pod,
        gone: this.#gone,
        memory: this.#memory,
        services: this.#services,
      };
      await carryOut(step, context);
      this.#memory.worked(step.type);
      if (step.type === 'deleteObject') {
        this.stop();
        this.#quiet.resolve();
        this.#ended();
        return;
      }
    } catch (error) {
      // The runtime's books may have moved on under us; a moment later they are read again.
      const delay = this.#memory.nextDelay(step.type, failedStepMs.first, failedStepMs.most);
      logger.warn('a step of a pod failed', {
        pod: `${this.#pod.metadata.namespace}/${this.#pod.metadata.name}`,
        step: step.type,
        error: wordsOf(error),
      });
      await new Promise<void>((resolve) => timers.after(delay, resolve));
      await this.#readAgain(step);
    }
    this.#busy.delete(subject);
    this.#wakeNow();
  }

  async #readAgain(step: Step): Promise<void> {
    const { mirror, logger } = this.#services;
    try {
      if (step.type === 'killContainer' || step.type === 'removeContainer') {
        await mirror.refreshContainer(step.id);
      } else if (step.type === 'stopSandbox' || step.type === 'removeSandbox') {
        await mirror.refreshSandbox(step.id);
      }
    } catch (error) {
      logger.debug('the runtime does not answer', { error: wordsOf(error) });
    }
  }
}
