import type { Pod, ResourceRequirements } from '#api/types.ts';
import type { ObservedContainer, ObservedSandbox } from './observed.ts';
import type { NodeRoom } from './resize.ts';

/** Why something did not come about, in words that go to status and events. */
export interface Problem {
  /** `CreateContainerConfigError`, `FailedMount`, … */
  readonly reason: string;
  readonly message: string;
  /** Not to be tried again before. */
  readonly retryAtMs: number;
}

export interface ImageFact {
  /** The image is there, as the container's pull policy wants it, for the next start. */
  readonly ready: boolean;
  readonly failure?: ImageFailure | undefined;
}

/** First the failure itself is shown, after a moment that one waits for the next try. */
export interface ImageFailure extends Problem {
  readonly showBackOffAtMs: number;
  readonly backOff: { readonly reason: string; readonly message: string };
}

export interface ProbeFact {
  /** Passed its startup probe; undefined: not known yet, or has none. */
  readonly started?: boolean | undefined;
  readonly ready?: boolean | undefined;
  /** Set when the liveness or startup probe has failed for good. */
  readonly failed?:
    | { readonly probe: 'liveness' | 'startup'; readonly message: string }
    | undefined;
}

export interface NodeVerdict {
  readonly reason: string;
  readonly message: string;
  /** At most. */
  readonly graceSeconds: number;
  /** Whoever replaces pods may try again elsewhere: it was not the pod's own doing (KEP-3329). */
  readonly disruption: boolean;
  /** For the condition that says so, where it has words of its own. */
  readonly disruptionMessage?: string;
}

export type VolumesFact =
  | { readonly state: 'pending'; readonly problem?: Problem | undefined }
  | { readonly state: 'ready' }
  | { readonly state: 'released' };

export interface PodFacts {
  /** As last read from the API, or rebuilt from annotations when the API has it no more. */
  readonly pod: Pod;
  /** The API has no such pod (any more): nobody waits for a status. */
  readonly gone: boolean;
  /** Newest first. */
  readonly sandboxes: readonly ObservedSandbox[];
  /** Newest first. */
  readonly containers: readonly ObservedContainer[];
  /** By container name. */
  readonly images: ReadonlyMap<string, ImageFact>;
  readonly volumes: VolumesFact;
  /** By container id. */
  readonly probes: ReadonlyMap<string, ProbeFact>;
  /** Of the last creation, by container name. */
  readonly problems: ReadonlyMap<string, Problem>;
  readonly sandboxProblem: Problem | undefined;
  /** Resources by container name, as far as this run of the agent has granted any. */
  readonly granted: ReadonlyMap<string, ResourceRequirements>;
  /** Resources by container id, as this run of the agent has told the runtime. */
  readonly applied: ReadonlyMap<string, ResourceRequirements>;
  /** Ids of containers, and `wholePod`: what may have got its last amounts, or not. */
  readonly unsure: ReadonlySet<string>;
  readonly resizeProblem: Problem | undefined;
  /** Asked only when a resize is wanted. */
  readonly room: () => NodeRoom;
  /** Subjects of steps under way. */
  readonly busy: ReadonlySet<string>;
  /** Whether the written status shows how every container ended: a lot of work, and only a pod that ends asks. */
  readonly reported: () => boolean;
  readonly cgroupRemoved: boolean;
  /** The node ends the pod: short of something, going down. */
  readonly verdict: NodeVerdict | undefined;
  readonly machine: {
    /** The kernel confines processes by AppArmor profiles. */
    readonly appArmor: boolean;
  };
  /** The node's own addresses. */
  readonly hostIPs: readonly string[];
  /** When the agent took the pod on, for a pod without a written start time. */
  readonly acceptedAtMs: number;
  /**
   * Of the grace period, measured since this agent heard of the deletion; undefined when an earlier run
   * of the agent heard of it: then the clock has to tell.
   */
  readonly graceLeftMs: number | undefined;
}

export type KillReason = 'deleted' | 'finished' | 'changed' | 'liveness' | 'startup' | 'orphaned';

export type Step =
  | { readonly type: 'prepareVolumes' }
  | { readonly type: 'makeSandbox'; readonly attempt: number }
  | { readonly type: 'ensureImage'; readonly container: string; readonly image: string }
  | {
      readonly type: 'startContainer';
      readonly container: string;
      readonly sandboxId: string;
      readonly attempt: number;
      /** That came before it; absent for a first start. */
      readonly backOffSeconds: number | undefined;
    }
  | {
      readonly type: 'killContainer';
      readonly id: string;
      readonly container: string;
      readonly reason: KillReason;
      readonly message: string;
      readonly graceSeconds: number;
    }
  /** The node has room for what the spec wants now. */
  | { readonly type: 'grantResize' }
  | { readonly type: 'applyResize' }
  | { readonly type: 'removeContainer'; readonly id: string; readonly container: string }
  | { readonly type: 'stopSandbox'; readonly id: string }
  | { readonly type: 'removeSandbox'; readonly id: string }
  | { readonly type: 'releaseVolumes' }
  | { readonly type: 'removeCgroup' }
  /** Nothing of the pod is left here: its object may go. */
  | { readonly type: 'deleteObject' };

/** What a step keeps others from: two steps never share a subject at one time. */
export function subjectOf(step: Step): string {
  switch (step.type) {
    case 'prepareVolumes':
    case 'releaseVolumes':
      return 'volumes';
    case 'makeSandbox':
    case 'stopSandbox':
    case 'removeSandbox':
      return 'sandbox';
    case 'ensureImage':
      return imageSubject(step.container);
    case 'startContainer':
    case 'killContainer':
    case 'removeContainer':
      return containerSubject(step.container);
    case 'grantResize':
      return 'grant';
    case 'applyResize':
      return 'resize';
    case 'removeCgroup':
      return 'cgroup';
    case 'deleteObject':
      return 'object';
  }
}

/** Apart from the container's own: a pull may go on while its pod ends. */
export const imageSubject = (container: string): string => `image ${container}`;

export const containerSubject = (name: string): string => `container ${name}`;

export interface PodDecision {
  readonly step?: Step | undefined;
  /** Look again at this time (clock milliseconds) even when nothing happens. */
  readonly again?: number | undefined;
}
