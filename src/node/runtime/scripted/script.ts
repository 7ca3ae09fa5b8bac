/** The part that a scripted container plays. */
export interface ContainerScript {
  /** From the start call to running. */
  readonly startMs?: number;
  /** The start call fails with these words; the container ends with 128. */
  readonly startError?: string;
  /** How long it runs by itself; absent: until it is stopped. */
  readonly runMs?: number;
  /** When it ends by itself. */
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  /** Its last words. */
  readonly message?: string;
  /** From SIGTERM to its end; absent: it does not listen, and SIGKILL ends it with 137. */
  readonly stopMs?: number;
}

export interface PullScript {
  readonly pullMs?: number;
  /** The pull fails with these words. */
  readonly error?: string;
  /** It is there without a pull. */
  readonly present?: boolean;
  readonly sizeBytes?: number;
}

export interface SandboxScript {
  readonly makeMs?: number;
  readonly error?: string;
}

/** Called each time anew, so that a part may change with the attempt or with time. */
export interface Script {
  container(pod: string, name: string, attempt: number): ContainerScript;
  image(name: string): PullScript;
  sandbox(pod: string, attempt: number): SandboxScript;
}

/** Everything is there, starts in a moment, runs until it is stopped and then ends at once. */
export const calmScript: Script = {
  container: () => ({ startMs: 20, stopMs: 10 }),
  image: () => ({ present: true }),
  sandbox: () => ({ makeMs: 50 }),
};
