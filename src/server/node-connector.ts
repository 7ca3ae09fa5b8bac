/**
 * How the server reaches the agent of a node for logs and streams. In one process `main` hands over
 * the agent's own functions; over the wire it is an HTTPS client of the agent.
 */
export interface ContainerRef {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
}

/** `PodLogOptions` of core/v1. */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
}

export interface LogSink {
  /** Returns a promise when the receiver wants the source to wait. */
  data(chunk: Uint8Array): void | Promise<void>;
  end(error?: Error): void;
}

export type StreamRequest =
  | {
      readonly type: 'exec';
      readonly container: ContainerRef;
      readonly command: readonly string[];
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
      readonly tty: boolean;
    }
  | {
      readonly type: 'attach';
      readonly container: ContainerRef;
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
      readonly tty: boolean;
    }
  | {
      readonly type: 'portforward';
      readonly container: Omit<ContainerRef, 'container'>;
      readonly ports: readonly number[];
    };

/** Where one connection of SPDY/3.1 may be made; good for one. */
export interface StreamTarget {
  readonly host: string;
  readonly port: number;
  /** With the one-use token. */
  readonly path: string;
}

export interface NodePage {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface UsageFigures {
  readonly cpuNanocores: number;
  readonly memoryBytes: number;
}

/** What a node and its containers used over a window that ends at `timeMs` (clock milliseconds). */
export interface NodeUsage {
  readonly timeMs: number;
  readonly windowMs: number;
  readonly node: UsageFigures;
  readonly containers: readonly (UsageFigures & {
    readonly podUid: string;
    readonly container: string;
  })[];
}

export interface NodeConnector {
  /** Rejects with a StatusError when the container or its log is not there. */
  logs(container: ContainerRef, options: LogOptions, sink: LogSink): Promise<{ close(): void }>;
  stream(request: StreamRequest): Promise<StreamTarget>;
  /** Measured for the question. Rejects when the node does not answer. */
  usage(node: string): Promise<NodeUsage>;
  /** What the agent tells of itself (`/healthz`); undefined: it has no such page. */
  page(node: string, path: string): Promise<NodePage | undefined>;
}
