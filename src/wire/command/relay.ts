/**
 * exec and attach between a client, which speaks SPDY/3.1 or WebSocket, and the runtime, which speaks
 * SPDY/3.1: each channel is passed on, with its end, so that both ways of asking mean the same.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Timers } from '#base/clock.ts';
import type { CommandClient, CommandStreams, Sink } from './channels.ts';
import {
  acceptSpdy,
  chooseSpdyProtocol,
  type CommandUpstream,
  connectCommand,
  openChannels,
} from './spdy-command.ts';
import { refuse } from '../http/tunnel.ts';
import type { UpstreamTarget } from './upstream.ts';
import { acceptWebSocket, chooseChannelProtocol } from './websocket-command.ts';

export interface CommandRelay {
  readonly target: UpstreamTarget;
  /** What the client opens, and what the runtime was asked for: they may differ. */
  readonly client: CommandStreams;
  readonly runtime: CommandStreams;
}

export interface Upgraded {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent behind its request. */
  readonly head: Buffer;
}

const statusBytesMax = 64 * 1024;
/** So long a client may take to close its side, once all has been said. */
const leaveMs = 10_000;
const broken = {
  metadata: {},
  status: 'Failure',
  reason: 'InternalError',
  message: 'the connection to the container broke off',
  code: 500,
};

/** Settles when the relay is over; what was written to the client may still be on its way. */
export async function relayCommand(
  upgraded: Upgraded,
  { target, client: clientStreams, runtime }: CommandRelay,
  timers: Timers,
): Promise<void> {
  const { socket } = upgraded;
  const accept = acceptorOf(upgraded, clientStreams, timers);
  if (!accept) return refuseProtocol(socket);
  const upstreamSocket = await connectCommand(target).catch((error: unknown) =>
    refuse(socket, error as Error),
  );
  if (!upstreamSocket) return;
  socket.once('close', () => upstreamSocket.destroy());
  try {
    await pass(await accept(), upstreamSocket, runtime, timers);
  } catch {
    socket.destroy();
  } finally {
    upstreamSocket.destroy();
  }
}

async function pass(
  client: CommandClient,
  upstreamSocket: Duplex,
  streams: CommandStreams,
  timers: Timers,
): Promise<void> {
  const status = new StatusSink(client);
  const opened = openChannels(upstreamSocket, streams, {
    error: status,
    stdout: outputTo(client, 'stdout'),
    stderr: outputTo(client, 'stderr'),
  });
  const upstream = await opened.catch(() => undefined);
  const gone = client
    .read({ stdin: inputTo(upstream, 'stdin'), resize: inputTo(upstream, 'resize') })
    .catch(() => undefined)
    .then(() => upstreamSocket.destroy());
  await upstream?.over;
  await status.finish();
  client.close();
  // Whoever does not take leave is left.
  const late = Promise.withResolvers<void>();
  const wait = timers.after(leaveMs, late.resolve);
  await Promise.race([gone, late.promise]);
  wait.cancel();
}

/** How the client is answered, once the runtime is there; undefined when no protocol is common. */
function acceptorOf(
  { request, socket, head }: Upgraded,
  streams: CommandStreams,
  timers: Timers,
): (() => Promise<CommandClient>) | undefined {
  if (head.length > 0) socket.unshift(head);
  if (/^websocket$/i.test(request.headers.upgrade ?? '')) {
    const protocol = chooseChannelProtocol(request);
    return protocol === undefined
      ? undefined
      : () => acceptWebSocket({ request, socket }, protocol);
  }
  const protocol = chooseSpdyProtocol(request);
  return protocol === undefined ? undefined : () => acceptSpdy(socket, protocol, streams, timers);
}

function refuseProtocol(socket: Duplex): void {
  const body =
    'unable to upgrade: the client and this server share no version of the exec and attach protocol\n';
  socket.end(
    `HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function outputTo(client: CommandClient, channel: 'stdout' | 'stderr'): Sink {
  return {
    data: (chunk) => client.write(channel, chunk),
    end: () => client.end(channel),
  };
}

/** Input for a stream that the runtime has not, or for a runtime that is gone, is dropped. */
function inputTo(upstream: CommandUpstream | undefined, channel: 'stdin' | 'resize'): Sink {
  const stream = upstream?.channels.get(channel);
  return { data: (chunk) => stream?.write(chunk), end: () => stream?.end() };
}

/** The end of the command, held until both outputs are through, and in the form that the client reads. */
class StatusSink implements Sink {
  readonly #client: CommandClient;
  #bytes: Uint8Array = new Uint8Array();

  constructor(client: CommandClient) {
    this.#client = client;
  }

  data(chunk: Uint8Array): void {
    if (this.#bytes.length + chunk.length > statusBytesMax) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
  }

  end(): void {
    // `finish` ends the channel.
  }

  async finish(): Promise<void> {
    const text =
      this.#bytes.length > 0 ? Buffer.from(this.#bytes).toString() : JSON.stringify(broken);
    const said = this.#client.statusForm === 'object' ? text : failureIn(text);
    if (said !== '') await this.#client.write('error', Buffer.from(said));
    this.#client.end('error');
  }
}

function failureIn(status: string): string {
  try {
    const { status: outcome, message } = JSON.parse(status) as {
      status?: string;
      message?: string;
    };
    return outcome === 'Success' ? '' : (message ?? status);
  } catch {
    return status;
  }
}
