/** A command's channels as SPDY/3.1 streams, each named by its header `streamType`. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Timers } from '#base/clock.ts';
import { SpdyConnection, type SpdyStream, type StreamHandler } from '../spdy/connection.ts';
import type { SpdyHeaders } from '../spdy/header-block.ts';
import {
  type ChannelName,
  type CommandClient,
  type CommandStreams,
  channelsOf,
  type Sink,
  type StatusForm,
} from './channels.ts';
import { type UpstreamTarget, upgradeTo } from './upstream.ts';

const streamType = 'streamtype';
const protocolHeader = 'x-stream-protocol-version';
/** As kubelet: so long a client may take to open its streams. */
const streamsWithinMs = 30_000;

interface SpdyProtocol {
  readonly statusForm: StatusForm;
  readonly resize: boolean;
}

/** Version 5 over SPDY is version 4 under another name; version 1 has gone with Kubernetes 1.2. */
const protocols: Readonly<Record<string, SpdyProtocol>> = {
  'v5.channel.k8s.io': { statusForm: 'object', resize: true },
  'v4.channel.k8s.io': { statusForm: 'object', resize: true },
  'v3.channel.k8s.io': { statusForm: 'text', resize: true },
  'v2.channel.k8s.io': { statusForm: 'text', resize: false },
};

/** The client's first choice that is known here. */
export function chooseSpdyProtocol({ headers }: IncomingMessage): string | undefined {
  const offered = String(headers[protocolHeader] ?? '').split(',');
  return offered.map((each) => each.trim()).find((each) => each in protocols);
}

/** Answers the upgrade, and settles when the client has opened all the streams that it asked for. */
export async function acceptSpdy(
  socket: Duplex,
  protocol: string,
  streams: CommandStreams,
  timers: Timers,
): Promise<CommandClient> {
  const { statusForm, resize } = protocols[protocol] ?? { statusForm: 'text', resize: false };
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  const awaited = channelsOf(streams).filter((name) => resize || name !== 'resize');
  const client = new SpdyClient(socket, statusForm, awaited);
  const late = timers.after(streamsWithinMs, () =>
    socket.destroy(new Error('streams are missing')),
  );
  try {
    await client.opened;
  } finally {
    late.cancel();
  }
  return client;
}

class SpdyClient implements CommandClient {
  readonly statusForm: StatusForm;
  readonly opened: Promise<void>;
  readonly #connection: SpdyConnection;
  readonly #served: Promise<void>;
  readonly #streams = new Map<string, SpdyStream>();
  readonly #missing: Set<ChannelName>;
  readonly #allOpen = Promise.withResolvers<void>();
  /** Input that comes before somebody reads it holds the connection back. */
  readonly #reading = Promise.withResolvers<Readonly<Record<string, Sink>>>();

  constructor(socket: Duplex, statusForm: StatusForm, awaited: readonly ChannelName[]) {
    this.statusForm = statusForm;
    this.#missing = new Set(awaited);
    this.#connection = new SpdyConnection(socket, {
      role: 'server',
      streamsMax: awaited.length,
      accept: (stream, headers) => this.#accept(stream, headers),
    });
    this.#served = this.#connection.serve();
    const gone = this.#served.then(() => {
      throw new Error('the client went away before its streams were open');
    });
    this.opened = Promise.race([this.#allOpen.promise, gone]);
  }

  async write(channel: string, chunk: Uint8Array): Promise<void> {
    await this.#streams.get(channel)?.write(chunk);
  }

  end(channel: string): void {
    this.#streams.get(channel)?.end();
  }

  read(input: Readonly<Record<string, Sink>>): Promise<void> {
    this.#reading.resolve(input);
    return this.#served;
  }

  close(): void {
    void this.#connection.close();
  }

  #accept(stream: SpdyStream, headers: SpdyHeaders): StreamHandler {
    const name = headers.get(streamType) ?? '';
    this.#streams.set(name, stream);
    this.#missing.delete(name as ChannelName);
    if (this.#missing.size === 0) this.#allOpen.resolve();
    const sink = async (): Promise<Sink | undefined> => (await this.#reading.promise)[name];
    return {
      data: async (chunk) => (await sink())?.data(chunk),
      end: () => void sink().then((input) => input?.end()),
    };
  }
}

/** The side that runs the command. */
export interface CommandUpstream {
  readonly channels: ReadonlyMap<ChannelName, SpdyStream>;
  /** Settles when the connection is over, one way or another. */
  readonly over: Promise<void>;
}

/** Rejects when it cannot be reached or refuses. */
export function connectCommand(target: UpstreamTarget): Promise<Duplex> {
  return upgradeTo(target, {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': 'v4.channel.k8s.io',
  });
}

/** What the runtime says goes to the sinks. */
export async function openChannels(
  socket: Duplex,
  streams: CommandStreams,
  output: Readonly<Record<'error' | 'stdout' | 'stderr', Sink>>,
): Promise<CommandUpstream> {
  const connection = new SpdyConnection(socket, { role: 'client', streamsMax: 0 });
  const over = connection.serve().catch(() => undefined);
  const silent: Sink = { data: () => undefined, end: () => undefined };
  const sinks: Readonly<Partial<Record<ChannelName, Sink>>> = output;
  const opened = channelsOf(streams).map(async (name) => {
    const headers = new Map([[streamType, name]]);
    return [name, await connection.open(headers, sinks[name] ?? silent)] as const;
  });
  return {
    channels: new Map(await Promise.all(opened)),
    over,
  };
}
