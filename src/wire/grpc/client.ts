/** A gRPC client for packages that `proto.ts` describes; `target` as `unix:/path` or `host:port`. */
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { MethodDefinition, PackageDefinition } from '@grpc/proto-loader';
import { assert } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import { GrpcError, type GrpcStatus } from './grpc-error.ts';

type Method = MethodDefinition<object, object>;

export interface GrpcStreamSink<T> {
  message(message: T): void;
  /** Once, last; without an error when the server ended it. */
  closed(error: GrpcError | undefined): void;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface GrpcClient {
  /** `method` as `package.Service/Method`. Rejects with a `GrpcError`. */
  call<Answer>(method: string, request: object, options?: CallOptions): Promise<Answer>;
  subscribe<T>(method: string, request: object, sink: GrpcStreamSink<T>): { close(): void };
  /** Bytes as the message of that full name, for payloads that carry another message. */
  decode<T>(type: string, bytes: Uint8Array): T;
  close(): void;
}

/** A server that comes back is found again within a second; the library's own default is minutes. */
const channelOptions = {
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.max_send_message_length': 16 * 1024 * 1024,
  'grpc.enable_http_proxy': 0,
  // Both cost each call time: whoever calls tries again as it sees fit, and nobody looks at the counts.
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
} as const;

const defaultTimeoutMs = 120_000;

export function connectGrpc(
  target: string,
  definition: PackageDefinition,
  clock: Clock,
): GrpcClient {
  const client = new Client(target, credentials.createInsecure(), channelOptions);
  const methods = new Map<string, Method>();
  for (const [service, members] of Object.entries(definition)) {
    if ('format' in members) continue;
    for (const [name, method] of Object.entries(members)) {
      methods.set(`${service}/${name}`, method as Method);
    }
  }
  const find = (name: string): Method => {
    const method = methods.get(name);
    assert(method, `no such gRPC method: ${name}`);
    return method;
  };
  return {
    call: <Answer>(
      name: string,
      request: object,
      { timeoutMs = defaultTimeoutMs, metadata = {} }: CallOptions = {},
    ) => {
      const { path, requestSerialize, responseDeserialize } = find(name);
      return new Promise<Answer>((resolve, reject) => {
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          Metadata.fromHttp2Headers(metadata),
          { deadline: clock.now() + timeoutMs },
          (error, answer) => (error ? reject(errorOf(error)) : resolve(answer as Answer)),
        );
      });
    },
    subscribe: <T>(name: string, request: object, sink: GrpcStreamSink<T>) => {
      const { path, requestSerialize, responseDeserialize } = find(name);
      const stream = client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
      );
      let open = true;
      const end = (error: GrpcError | undefined): void => {
        if (!open) return;
        open = false;
        sink.closed(error);
      };
      stream.on('data', (message: T) => open && sink.message(message));
      stream.on('error', (error: ServiceError) => end(errorOf(error)));
      stream.on('end', () => end(undefined));
      return {
        close: () => {
          open = false;
          stream.cancel();
        },
      };
    },
    decode: <T>(type: string, bytes: Uint8Array) => {
      const found = definition[type];
      assert(found && 'deserialize' in found, `no such message: ${type}`);
      return (found as { deserialize(from: Uint8Array): unknown }).deserialize(bytes) as T;
    },
    close: () => client.close(),
  };
}

const names = new Map<number, GrpcStatus>(
  Object.entries(status).map(([name, code]) => [code as number, name as GrpcStatus]),
);

function errorOf(error: ServiceError): GrpcError {
  return new GrpcError(names.get(error.code) ?? 'UNKNOWN', error.details || error.message, error);
}
