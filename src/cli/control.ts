/**
 * The shapes that travel over a cluster's control socket (HTTP on a unix socket, root only): the
 * commands ask, `main/control-server.ts` answers.
 */
export type Phase = 'starting' | 'ready' | 'degraded' | 'stopping' | 'failed';

export interface PartStatus {
  readonly name: string;
  readonly ready: boolean;
  /** For a person: why not, or what it does. */
  readonly message: string;
}

export interface RunningStatus {
  readonly name: string;
  readonly phase: Phase;
  readonly pid: number;
  readonly version: string;
  readonly kubernetesVersion: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly parts: readonly PartStatus[];
  readonly addresses: {
    readonly api: string;
    readonly gatewayHttp: string;
    readonly gatewayHttps: string;
    readonly node: string;
    readonly dns: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
}

/** One line of `GET /progress`: the last one has phase `ready` or `failed`. */
export interface ProgressLine {
  readonly phase: Phase;
  readonly message: string;
  /** On `failed`. */
  readonly cure?: string;
}

/** One of `GET /kept-logs`: a pod that is gone, and whose logs are still there. */
export interface KeptPodInfo {
  /** What it was part of; a pod of its own is its own workload, of kind `Pod`. */
  readonly workload: { readonly namespace: string; readonly kind: string; readonly name: string };
  readonly pod: string;
  readonly uid: string;
  readonly endedAtMs: number;
  readonly containers: readonly {
    readonly name: string;
    readonly restartCount: number;
    readonly exitCode?: number;
    readonly reason?: string;
  }[];
}

/** One of `GET /kept-logs/lines`: a part of the log, in order. */
export interface KeptLogPart {
  readonly text: string;
}

export interface ImageInfo {
  readonly id: string;
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

/** Answer of the image calls: what changed. */
export interface ImageAnswer {
  readonly names: readonly string[];
}

/** Answer of any call that failed. */
export interface ControlProblem {
  readonly message: string;
  readonly cure?: string;
}
