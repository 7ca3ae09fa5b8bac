/** What the doctor looks at: plain data, so that the judgement is a pure function of it. */

export interface MachineFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly hostname: string;
  /** Kernel features that are not there, for a person, each with its cure. */
  readonly kernelLacks: readonly { readonly feature: string; readonly how: string }[];
  /** Control group controllers that work. */
  readonly controllers: readonly string[];
  readonly programs: readonly ProgramFacts[];
  readonly clusters: readonly ClusterFacts[];
  /** What clusters left that do not exist any more. */
  readonly leftovers: readonly Leftover[];
}

export interface ProgramFacts {
  readonly program: string;
  /** The Debian package that brings it. */
  readonly package: string;
  /** The oldest that gantry is tried with. */
  readonly least: string;
  /** Undefined: it is not there. Empty: it does not say. */
  readonly version: string | undefined;
}

export interface Leftover {
  readonly what: string;
  readonly cluster: string;
  /** The commands that take it away. */
  readonly how: string;
}

export interface CertificateFacts {
  /** `apiserver`, `admin`, … */
  readonly name: string;
  /** Undefined: missing or not readable. */
  readonly life: { readonly beginMs: number; readonly endMs: number } | undefined;
}

export interface PortFacts {
  readonly port: number;
  readonly what: string;
  /** Undefined: free. */
  readonly owner: string | undefined;
}

export interface ClusterFacts {
  readonly name: string;
  readonly dataDir: string;
  readonly running: boolean;
  /** Of a running one. */
  readonly parts: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly message: string;
  }[];
  readonly certificates: readonly CertificateFacts[];
  /** A kubeconfig that knows the cluster by another certificate than it has now. */
  readonly staleKubeconfig: string | undefined;
  readonly space: {
    readonly totalBytes: number;
    readonly availableBytes: number;
    readonly totalFiles: number;
    readonly availableFiles: number;
  };
  readonly ports: readonly PortFacts[];
  readonly store: {
    /** When its file was written last. */
    readonly writtenMs: number | undefined;
    readonly problem: { readonly newer: boolean; readonly message: string } | undefined;
  };
}
