/**
 * A request and its answer as plain values, so that the server decides about them without knowing
 * sockets, and tests and the simulator ask without having any. This room knows how such values
 * travel (TLS, HTTP/1.1, HTTP/2, upgrades) and nothing of what they mean.
 */

import type { CommandStreams } from '../command/channels.ts';

/** Who holds the other end of a connection, as far as TLS has proved it. */
export interface Peer {
  /** IP address, without port. */
  readonly address: string;
  /** Subject of a client certificate that our CA signed and whose time is now. */
  readonly certificate?: CertificateSubject | undefined;
  /** A certificate was shown but did not verify: the reason, in OpenSSL's words. */
  readonly certificateError?: string | undefined;
}

export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Hexadecimal, as OpenSSL prints it. */
  readonly serialNumber: string;
}

export interface HttpRequest {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** First value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  /** Every value of a header, in order; headers that came twice are not joined. */
  headerValues(name: string): readonly string[];
  /** Names of all headers, lower case, each once. */
  readonly headerNames: readonly string[];
  readonly peer: Peer;
  /** The protocol that the client wants to switch to (`SPDY/3.1`, `websocket`); HTTP/1.1 only. */
  readonly upgrade?: string | undefined;
  /** The whole body; rejects with `RequestEntityTooLarge` beyond the server's bound. Call at most once. */
  body(): Promise<Uint8Array>;
  /** The callback runs once when the client goes away before the answer is complete. */
  onGone(callback: () => void): void;
}

export type HeaderValue = string | readonly string[];
export type Headers = Readonly<Record<string, HeaderValue>>;

/** The writing end of an answer that has no known end: a watch, a followed log. */
export interface ResponseStream {
  /**
   * Takes a chunk; it leaves with others of the same turn in one write. False: the client reads too
   * slowly, wait for `drained`. A writer that does not wait is cut off at the bound of its response.
   */
  write(chunk: Uint8Array): boolean;
  /** Resolves when there is room again, or the stream is over. */
  drained(): Promise<void>;
  /** Ends the answer in an orderly way. */
  end(): void;
  /** Breaks the answer off, so that the client sees that it is not complete. */
  abort(): void;
  /** Once: the client went away, was too slow, or the server closes. */
  onClose(callback: () => void): void;
}

export type HttpResponse =
  | {
      readonly type: 'bytes';
      readonly status: number;
      readonly headers: Headers;
      /** Sent as one body; shared buffers, never changed. */
      readonly body: readonly Uint8Array[];
      /** May be compressed when the client asks and the body is large. */
      readonly compressible?: boolean;
    }
  | {
      readonly type: 'stream';
      readonly status: number;
      readonly headers: Headers;
      /** Chunks that may wait for a slow client before it is cut off. */
      readonly bufferChunks: number;
      /** Called when the head has been sent. */
      open(stream: ResponseStream): void;
    }
  | {
      /**
       * A protocol switch. Of a command, the client's channels are passed on to this place, which speaks
       * SPDY/3.1; else the client's upgrade request is replayed to it, and bytes are piped both ways.
       */
      readonly type: 'tunnel';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly command?: {
        /** What the client opens. */
        readonly client: CommandStreams;
        /** What the other side was asked for; they may differ. */
        readonly runtime: CommandStreams;
      };
    }
  | {
      /** The request goes on to this place, with its body, and the answer comes from there. */
      readonly type: 'forward';
      readonly scheme: 'http' | 'https';
      readonly host: string;
      readonly port: number;
      /** With the query. */
      readonly path: string;
      /** What stands before the place's own paths here, for redirects. */
      readonly prefix: string;
      readonly answered?: (status: number) => void;
    };

/** Must not reject: what goes wrong is an answer too. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

const utf8 = new TextEncoder();

export function textResponse(
  status: number,
  text: string,
  headers: Headers = { 'content-type': 'text/plain; charset=utf-8' },
): HttpResponse {
  return { type: 'bytes', status, headers, body: [utf8.encode(text)] };
}
