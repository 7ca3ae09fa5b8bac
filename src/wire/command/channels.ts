/**
 * What a command in a container says and hears. Whoever carries that (SPDY streams, or numbered messages
 * of one WebSocket) shows it as channels. Source: Kubernetes' remotecommand protocols, versions 1 to 5.
 */
export type ChannelName = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface Sink {
  /** A promise: the source is to wait. */
  data(chunk: Uint8Array): void | Promise<void>;
  end(): void;
}

/** A command's end as a client of this protocol version reads it. */
export type StatusForm =
  /** A `Status` object, of success too (version 4 and later). */
  | 'object'
  /** The message of a failure; nothing after a success. */
  | 'text';

/** The side that asked for the command. */
export interface CommandClient {
  readonly statusForm: StatusForm;
  /** Where output goes. A channel that the client did not open takes it and drops it. */
  write(channel: 'error' | 'stdout' | 'stderr', chunk: Uint8Array): Promise<void>;
  end(channel: 'error' | 'stdout' | 'stderr'): void;
  /** Settles when the client is gone. From now on its input goes to the sinks. */
  read(input: Readonly<Record<'stdin' | 'resize', Sink>>): Promise<void>;
  /** All that was written is delivered first. */
  close(): void;
}

/** In the order in which they are opened. A terminal has one output, and a size. */
export function channelsOf(streams: CommandStreams): ChannelName[] {
  const { stdin, stdout, stderr, tty } = streams;
  return [
    'error',
    ...(stdin ? (['stdin'] as const) : []),
    ...(stdout ? (['stdout'] as const) : []),
    ...(stderr && !tty ? (['stderr'] as const) : []),
    ...(tty ? (['resize'] as const) : []),
  ];
}
