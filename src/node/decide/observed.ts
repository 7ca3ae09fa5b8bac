/** What a container runtime says there is: the only memory of the node agent. */

export interface ObservedSandbox {
  readonly id: string;
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  /** Counts the sandboxes that one pod has had, from 0. */
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAtMs: number;
  /** Own addresses; none on the host's network. */
  readonly ips: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export type ContainerRuntimeState = 'created' | 'running' | 'exited' | 'unknown';

export interface ObservedContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly podUid: string;
  /** As in the pod's spec. */
  readonly name: string;
  /** The restart count under which it was made. */
  readonly attempt: number;
  readonly state: ContainerRuntimeState;
  /** As the spec names it, and what it resolved to: a repository digest, else the image's id. */
  readonly image: string;
  readonly imageRef: string;
  readonly createdAtMs: number;
  /** 0 while it has not started, or not ended. */
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, … */
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
