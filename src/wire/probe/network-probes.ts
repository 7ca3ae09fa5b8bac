/** Single questions to a container over the network: for probes and lifecycle hooks. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Clock, Timers } from '#base/clock.ts';
import { connectGrpc } from '../grpc/client.ts';
import { GrpcError } from '../grpc/grpc-error.ts';
import { compileProto, type ProtoPackage } from '../grpc/proto.ts';

export interface HttpQuestion {
  readonly scheme: 'HTTP' | 'HTTPS';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** The last of a name wins. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Its beginning. */
  readonly body: string;
}

export interface NetworkProbes {
  /** Rejects when no answer came in time. Certificates are not looked at. Follows redirects to the same host. */
  http(question: HttpQuestion): Promise<HttpAnswer>;
  /** Rejects when nobody listens. */
  tcp(host: string, port: number, timeoutMs: number): Promise<void>;
  /** `SERVING`, `NOT_SERVING`, … by the gRPC health checking protocol; rejects when it is not spoken. */
  grpc(host: string, port: number, service: string, timeoutMs: number): Promise<string>;
}

const bodyMaxBytes = 10 * 1024;
const redirectsMax = 10;

/** Source: the gRPC health checking protocol. */
export const healthProtocol: ProtoPackage = {
  name: 'grpc.health.v1',
  messages: {
    HealthCheckRequest: '1 service string',
    HealthCheckResponse: '1 status ServingStatus',
  },
  enums: { ServingStatus: ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] },
  services: { Health: { Check: 'HealthCheckRequest HealthCheckResponse' } },
};

const health = compileProto([healthProtocol]);

export function networkProbes(clock: Clock, timers: Timers): NetworkProbes {
  return {
    http: (question) => askHttp(question, 0, timers),
    tcp: askTcp,
    grpc: async (host, port, service, timeoutMs) => {
      const client = connectGrpc(`${bracketed(host)}:${port}`, health, clock);
      try {
        const { status } = await client.call<{ status: string }>(
          'grpc.health.v1.Health/Check',
          { service },
          { timeoutMs },
        );
        return status;
      } catch (error) {
        throw new Error(healthWords(error, timeoutMs), { cause: error });
      } finally {
        client.close();
      }
    },
  };
}

const connectWords: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['EHOSTUNREACH', 'no route to host'],
  ['ENETUNREACH', 'network is unreachable'],
]);

function healthWords(error: unknown, timeoutMs: number): string {
  if (!(error instanceof GrpcError)) return `error: health rpc probe failed: ${String(error)}`;
  const { status, message } = error;
  if (status === 'UNIMPLEMENTED') {
    return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`;
  }
  return status === 'DEADLINE_EXCEEDED'
    ? `timeout: health rpc did not complete within ${timeoutMs / 1000}s`
    : `error: health rpc probe failed: rpc error: code = ${status} desc = ${message}`;
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

async function askHttp(
  question: HttpQuestion,
  redirects: number,
  timers: Timers,
): Promise<HttpAnswer> {
  const { answer, location } = await askOnce(question, timers);
  if (!location || redirects >= redirectsMax) return answer;
  const base = `${question.scheme.toLowerCase()}://${bracketed(question.host)}:${question.port}`;
  const next = new URL(location, `${base}${question.path}`);
  // Where another host is meant, the container has answered; that counts.
  if (next.hostname !== question.host) return answer;
  const scheme = next.protocol === 'https:' ? 'HTTPS' : 'HTTP';
  const port = Number(next.port) || (scheme === 'HTTPS' ? 443 : 80);
  const path = `${next.pathname}${next.search}`;
  return askHttp({ ...question, scheme, port, path }, redirects + 1, timers);
}

function askOnce(
  question: HttpQuestion,
  timers: Timers,
): Promise<{ answer: HttpAnswer; location?: string }> {
  const { scheme, host, port, path, timeoutMs } = question;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*' };
  for (const { name, value } of question.headers) headers[name.toLowerCase()] = value;
  return new Promise((resolve, reject) => {
    // Go's client lets pass what Node's strict parser refuses, such as lines that end in LF alone.
    const lenient = { insecureHTTPParser: true, agent: false as const };
    const options = { host, port, path: path || '/', headers, ...lenient };
    const request =
      scheme === 'HTTPS'
        ? httpsRequest({ ...options, rejectUnauthorized: false })
        : httpRequest(options);
    const timer = timers.after(timeoutMs, () =>
      request.destroy(
        new Error(`context deadline exceeded (no answer within ${timeoutMs / 1000} s)`),
      ),
    );
    let whole = (): boolean => false;
    const fail = (error: Error): void => {
      // More bytes than were announced take nothing from an answer.
      if (whole()) return;
      timer.cancel();
      const url = `${scheme.toLowerCase()}://${bracketed(host)}:${port}${options.path}`;
      reject(new Error(`Get "${url}": ${dialWords(host, port, error)}`, { cause: error }));
    };
    request.on('error', fail);
    // Nobody asked for another protocol; without this, the connection would end and nothing be said of it.
    request.on('upgrade', ({ statusCode = 0 }, socket) => {
      timer.cancel();
      socket.destroy();
      resolve({ answer: { status: statusCode, body: '' } });
    });
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const done = (): void => {
        timer.cancel();
        const status = response.statusCode ?? 0;
        const { location } = response.headers;
        const body = Buffer.concat(chunks).subarray(0, bodyMaxBytes).toString('utf8');
        const answer = { status, body };
        resolve(status >= 300 && status < 400 && location ? { answer, location } : { answer });
      };
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        chunks.push(chunk);
        // A body may have no end: its beginning is all that is wanted.
        if (length < bodyMaxBytes) return;
        done();
        request.destroy();
      });
      whole = () => {
        if (response.complete) done();
        return response.complete;
      };
      response.on('error', fail);
      response.on('end', done);
    });
    request.end();
  });
}

/** As Go says it: people, and programs that read events, look for these words. */
function dialWords(host: string, port: number, error: Error): string {
  const words = connectWords.get((error as NodeJS.ErrnoException).code ?? '');
  return words === undefined
    ? error.message
    : `dial tcp ${bracketed(host)}:${port}: connect: ${words}`;
}

function askTcp(host: string, port: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(new Error(`dial tcp ${bracketed(host)}:${port}: i/o timeout`)),
    );
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', (error) =>
      reject(new Error(dialWords(host, port, error), { cause: error })),
    );
  });
}
