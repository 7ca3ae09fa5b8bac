/**
 * One SPDY/3.1 connection over a duplex, in either role. What arrives is handled in order, and the
 * next bytes are read when a handler is done with the last: so a slow reader holds the sender back
 * through TCP, and nothing piles up here. Streams share that: who lets one wait lets all wait.
 *
 * What is sent waits until everything that has arrived is read: the other side closes when a command
 * ends, and a write that fails then would take the socket down with unread bytes in it.
 */
import type { Duplex } from 'node:stream';
import { afterArrivals } from '#sys/timers.ts';
import {
  dataBytesMax,
  dataHead,
  FrameReader,
  goAwayFrame,
  openFrame,
  pingFrame,
  replyFrame,
  resetFrame,
  type SpdyFrame,
} from './frames.ts';
import { HeaderReader, type SpdyHeaders, HeaderWriter } from './header-block.ts';

export interface StreamHandler {
  data(chunk: Buffer): void | Promise<void>;
  /** The other side says no more: properly, or because it broke the stream off. */
  end(): void;
}

export interface SpdyOptions {
  readonly role: 'client' | 'server';
  /** A stream that the other side opens; without one it is refused. */
  readonly accept?: (stream: SpdyStream, headers: SpdyHeaders) => StreamHandler;
  readonly streamsMax: number;
}

const refusedStream = 3;
const cancelled = 5;

export class SpdyStream {
  readonly id: number;
  readonly #connection: SpdyConnection;
  #ended = false;

  constructor(id: number, connection: SpdyConnection) {
    this.id = id;
    this.#connection = connection;
  }

  /** Resolves when the connection has room for more. */
  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length && !this.#ended; at += dataBytesMax) {
      const part = chunk.subarray(at, at + dataBytesMax);
      await this.#connection.send(dataHead(this.id, part.length, false), part);
    }
  }

  /** Our half is over; the other one goes on. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    void this.#connection.send(dataHead(this.id, 0, true));
  }

  reset(): void {
    this.#ended = true;
    void this.#connection.send(resetFrame(this.id, cancelled));
  }
}

interface Entry {
  readonly stream: SpdyStream;
  readonly handler: StreamHandler;
}

export class SpdyConnection {
  readonly #socket: Duplex;
  readonly #options: SpdyOptions;
  readonly #streams = new Map<number, Entry>();
  readonly #replies = new Map<number, (accepted: boolean) => void>();
  readonly #writer = new HeaderWriter();
  readonly #reader: HeaderReader | undefined;
  readonly #outgoing: Uint8Array[] = [];
  #sent: Promise<void> | undefined;
  #closing = false;
  #nextId: number;
  #lastAccepted = 0;

  constructor(socket: Duplex, options: SpdyOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#nextId = options.role === 'client' ? 1 : 2;
    // Who only opens streams reads no headers: a reply has none that matter here.
    this.#reader = options.accept ? new HeaderReader() : undefined;
  }

  /** Reads until the connection is over; rejects when it breaks or when its bytes are not SPDY. */
  async serve(): Promise<void> {
    const frames = new FrameReader();
    try {
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) {
        for (const frame of frames.read(chunk as Buffer)) await this.#handle(frame);
      }
    } finally {
      this.#reader?.close();
      for (const { handler } of this.#streams.values()) handler.end();
      this.#streams.clear();
      for (const replied of this.#replies.values()) replied(false);
      this.#replies.clear();
    }
  }

  /** Settles with the other side's answer; rejects when it refuses. */
  async open(headers: SpdyHeaders, handler: StreamHandler): Promise<SpdyStream> {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new SpdyStream(id, this);
    this.#streams.set(id, { stream, handler });
    const replied = new Promise<boolean>((resolve) => this.#replies.set(id, resolve));
    void this.send(openFrame(id, this.#writer.block(headers)));
    if (!(await replied)) throw new Error('a stream was refused');
    return stream;
  }

  /** In order. Resolves when there is room for more, or nobody to take it. */
  send(...parts: readonly Uint8Array[]): Promise<void> {
    if (this.#closing || this.#socket.destroyed) return Promise.resolve();
    this.#outgoing.push(...parts);
    this.#sent ??= new Promise((resolve) => afterArrivals(() => resolve(this.#flush())));
    return this.#sent;
  }

  /** All that was sent is delivered first. */
  async close(): Promise<void> {
    if (this.#closing) return;
    const sent = this.send(goAwayFrame(this.#lastAccepted));
    this.#closing = true;
    await sent;
    this.#socket.end();
  }

  async #flush(): Promise<void> {
    this.#sent = undefined;
    const socket = this.#socket;
    const parts = this.#outgoing.splice(0);
    if (socket.destroyed || socket.writableEnded) return;
    let room = true;
    socket.cork();
    for (const part of parts) room = socket.write(part);
    socket.uncork();
    if (!room) await drained(socket);
  }

  async #handle(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case 'data': {
        const entry = this.#streams.get(frame.stream);
        if (frame.payload.length > 0) await entry?.handler.data(frame.payload);
        if (frame.last) this.#end(frame.stream);
        return;
      }
      case 'open':
        return this.#accept(frame.stream, frame.block, frame.last);
      case 'reply':
        this.#reply(frame.stream, true);
        if (frame.last) this.#end(frame.stream);
        return;
      case 'reset':
        this.#reply(frame.stream, false);
        this.#end(frame.stream);
        return;
      case 'ping': {
        const theirs = (frame.id % 2 === 1) !== (this.#options.role === 'client');
        if (theirs) await this.send(pingFrame(frame.id));
        return;
      }
      case 'goAway':
      case 'other':
        return;
      default:
        frame satisfies never;
    }
  }

  async #accept(id: number, block: Buffer, last: boolean): Promise<void> {
    const { accept, streamsMax } = this.#options;
    const headers = await this.#reader?.read(block);
    if (!accept || !headers || this.#streams.size >= streamsMax || id <= this.#lastAccepted) {
      return this.send(resetFrame(id, refusedStream));
    }
    this.#lastAccepted = id;
    const stream = new SpdyStream(id, this);
    this.#streams.set(id, { stream, handler: accept(stream, headers) });
    await this.send(replyFrame(id, this.#writer.block(new Map())));
    if (last) this.#end(id);
  }

  #reply(id: number, accepted: boolean): void {
    this.#replies.get(id)?.(accepted);
    this.#replies.delete(id);
  }

  #end(id: number): void {
    const entry = this.#streams.get(id);
    this.#streams.delete(id);
    entry?.handler.end();
  }
}

function drained(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}
