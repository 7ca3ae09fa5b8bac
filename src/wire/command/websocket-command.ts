/**
 * A command's channels as messages of one WebSocket, each beginning with the channel's number. Source:
 * Kubernetes' `channel.k8s.io` protocols; KEP-4006 for version 5, which can end one channel.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { acceptMessages } from '../http/websocket.ts';
import type { ChannelName, CommandClient, Sink, StatusForm } from './channels.ts';

interface ChannelProtocol {
  readonly statusForm: StatusForm;
  /** Text messages: the number as a digit, the rest in base64. For browsers. */
  readonly base64: boolean;
  /** The client can end one channel. */
  readonly halfClose: boolean;
}

const protocols: Readonly<Record<string, ChannelProtocol>> = {
  '': { statusForm: 'text', base64: false, halfClose: false },
  'channel.k8s.io': { statusForm: 'text', base64: false, halfClose: false },
  'base64.channel.k8s.io': { statusForm: 'text', base64: true, halfClose: false },
  'v4.channel.k8s.io': { statusForm: 'object', base64: false, halfClose: false },
  'v4.base64.channel.k8s.io': { statusForm: 'object', base64: true, halfClose: false },
  'v5.channel.k8s.io': { statusForm: 'object', base64: false, halfClose: true },
};

const numbers: Readonly<Record<ChannelName, number>> = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  error: 3,
  resize: 4,
};
const closeNumber = 255;
const messageBytesMax = 4 * 1024 * 1024;

/** The client's first choice that is known here; who offers nothing means the first version. */
export function chooseChannelProtocol({ headers }: IncomingMessage): string | undefined {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',');
  return offered.map((each) => each.trim()).find((each) => each in protocols);
}

export async function acceptWebSocket(
  upgrade: { readonly request: IncomingMessage; readonly socket: Duplex },
  protocol: string,
): Promise<CommandClient> {
  const socket = await acceptMessages(upgrade, protocol, messageBytesMax);
  return new WebSocketClient(socket, protocols[protocol] as ChannelProtocol);
}

class WebSocketClient implements CommandClient {
  readonly #socket: WebSocket;
  readonly #protocol: ChannelProtocol;
  readonly #gone: Promise<void>;
  /** Messages in their order, also when one has to wait. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(socket: WebSocket, protocol: ChannelProtocol) {
    this.#socket = socket;
    this.#protocol = protocol;
    socket.pause();
    this.#gone = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  get statusForm(): StatusForm {
    return this.#protocol.statusForm;
  }

  write(channel: 'error' | 'stdout' | 'stderr', chunk: Uint8Array): Promise<void> {
    const number = numbers[channel];
    const message = this.#protocol.base64
      ? `${number}${Buffer.from(chunk).toString('base64')}`
      : Buffer.concat([Buffer.of(number), chunk]);
    return new Promise((resolve) => this.#socket.send(message, () => resolve()));
  }

  /** No version says that an output is over: the client sees it from the status. */
  end(): void {
    // As above.
  }

  read(input: Readonly<Record<'stdin' | 'resize', Sink>>): Promise<void> {
    this.#socket.on('message', (data: RawData) => this.#inOrder(() => this.#take(data, input)));
    this.#socket.resume();
    return this.#gone;
  }

  close(): void {
    this.#socket.close(1000);
  }

  /** While one message is being taken, no further bytes are read. */
  #inOrder(take: () => void | Promise<void>): void {
    this.#waiting += 1;
    this.#socket.pause();
    this.#last = this.#last.then(take).then(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#socket.resume();
    });
  }

  #take(data: RawData, input: Readonly<Record<'stdin' | 'resize', Sink>>): void | Promise<void> {
    const bytes = this.#bytesOf(Buffer.isBuffer(data) ? data : Buffer.alloc(0));
    const [number, ...rest] = [bytes[0], bytes.subarray(1)] as const;
    const [payload] = rest;
    if (number === closeNumber && this.#protocol.halfClose) {
      if (payload[0] === numbers.stdin) input.stdin.end();
      return;
    }
    if (payload.length === 0) return;
    if (number === numbers.stdin) return input.stdin.data(payload);
    if (number === numbers.resize) return input.resize.data(payload);
  }

  #bytesOf(data: Buffer): Buffer {
    if (!this.#protocol.base64 || data.length === 0) return data;
    const number = (data[0] ?? 0) - '0'.charCodeAt(0);
    return Buffer.concat([Buffer.of(number), Buffer.from(data.toString('latin1', 1), 'base64')]);
  }
}
