/** What containers, the runtime and registries answer: strangers, all of them. Each question ends, in time and in its own words. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { connectGrpc } from '#wire/grpc/client.ts';
import { criV1 } from '#wire/grpc/cri-v1.ts';
import { GrpcError } from '#wire/grpc/grpc-error.ts';
import { compileProto } from '#wire/grpc/proto.ts';
import { askRepository } from '#wire/oci/ask-registry.ts';
import { networkProbes } from '#wire/probe/network-probes.ts';
import { containerOf, imageOf, sandboxOf, statsOf } from '#node/runtime/cri/convert.ts';
import type {
  ContainerMessage,
  ContainerStatsMessage,
  ContainerStatusMessage,
  ImageMessage,
  SandboxMessage,
} from '#node/runtime/cri/messages.ts';
import { systemClock } from '#sys/clock.ts';
import { systemTimers } from '#sys/timers.ts';
import { bent } from './bent.ts';
import { fuzz } from './settings.ts';

const host = '127.0.0.1';
const timeoutMs = 300;
/** Far beyond the time of a question: it would never have ended. */
const foreverMs = 5_000;

async function inTime<T>(question: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it never ended')), foreverMs);
  });
  try {
    return await Promise.race([question, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Says `bytes` to whoever asks something, then hangs up. */
function stranger() {
  let bytes: Uint8Array = new Uint8Array();
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  });
  return {
    open: async () => {
      server.listen(0, host);
      await once(server, 'listening');
    },
    close: () => server.close(),
    port: () => (server.address() as AddressInfo).port,
    say: (next: Uint8Array) => (bytes = next),
  };
}

const answerOf = (head: string, body: string, type = 'text/plain'): Uint8Array =>
  Buffer.from(
    `HTTP/1.1 ${head}\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );

describe('answers over HTTP', () => {
  const other = stranger();
  before(other.open);
  after(other.close);
  const sound = [
    answerOf('200 OK', 'fine'),
    answerOf('503 Service Unavailable\r\nretry-after: 1', 'not yet'),
    answerOf('302 Found\r\nlocation: /other', ''),
    answerOf('302 Found\r\nlocation: http://[', ''),
    Buffer.from('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    Buffer.from('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'),
    Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n'),
  ];
  const said = fc.oneof(fc.constantFrom(...sound), ...sound.map(bent));

  it('a probe has a status, or fails with a sentence', async () => {
    const probes = networkProbes(systemClock, systemTimers);
    const question = { scheme: 'HTTP', host, path: '/', headers: [], timeoutMs } as const;
    await fc.assert(
      fc.asyncProperty(said, async (bytes) => {
        other.say(bytes);
        try {
          const { status } = await inTime(probes.http({ ...question, port: other.port() }));
          assert.ok(Number.isInteger(status));
        } catch (error) {
          assert.doesNotMatch(String(error), /never ended/);
          assert.ok(error instanceof Error && error.message !== '');
        }
      }),
      fuzz(200),
    );
  });

  it('a registry has tags, or one of few words', async () => {
    const tags = (list: unknown): Uint8Array =>
      answerOf('200 OK', JSON.stringify({ name: 'a', tags: list }), 'application/json');
    const challenge = `Bearer realm="http://${host}:1/token",service="x",scope="y"`;
    const answers = [
      ...[tags(['1', '2']), tags(null), tags('1'), tags([1]), tags({})],
      ...[answerOf('200 OK', 'null'), answerOf(`401 No\r\nwww-authenticate: ${challenge}`, '')],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...answers), ...answers.map(bent), said),
        async (bytes) => {
          other.say(bytes);
          const registry = `${host}:${other.port()}`;
          const question = { registry, repository: 'a', plain: true };
          const answer = await inTime(askRepository(question));
          if (answer.type !== 'tags') return;
          assert.ok(answer.tags.every((tag) => typeof tag === 'string'));
        },
      ),
      fuzz(200),
    );
  });
});

describe('answers over gRPC', () => {
  let message: Uint8Array = new Uint8Array();
  const server = createHttp2Server();
  server.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    const type = { ':status': 200, 'content-type': 'application/grpc' };
    stream.respond(type, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    stream.end(Buffer.concat([Buffer.of(0), length, message]));
  });
  const port = (): number => (server.address() as AddressInfo).port;
  before(async () => {
    server.listen(0, host);
    await once(server, 'listening');
  });
  after(() => server.close());

  it('a probe has a word, or fails with a sentence', async () => {
    const probes = networkProbes(systemClock, systemTimers);
    await fc.assert(
      fc.asyncProperty(bent(Uint8Array.of(8, 1)), async (bytes) => {
        message = bytes;
        try {
          const status = await inTime(probes.grpc(host, port(), '', timeoutMs));
          assert.ok(typeof status === 'string' || typeof status === 'number');
        } catch (error) {
          assert.match(String(error), /health rpc/);
        }
      }),
      fuzz(100),
    );
  });

  it('the runtime’s are understood, or an error of gRPC', async () => {
    const definition = compileProto([criV1]);
    const client = connectGrpc(`${host}:${port()}`, definition, systemClock);
    const text = (id: number, value: string): number[] => [
      id * 8 + 2,
      value.length,
      ...Buffer.from(value),
    ];
    const part = (id: number, value: readonly number[]): number[] => [
      id * 8 + 2,
      value.length,
      ...value,
    ];
    // One object in a list: an id, metadata with a name, an image, and numbers further on.
    const one = [
      ...text(1, 'id'),
      ...part(2, text(1, 'name')),
      ...part(4, text(1, 'image')),
      48,
      1,
      56,
      9,
    ];
    const questions: Readonly<Record<string, (answer: never) => unknown>> = {
      ListPodSandbox: ({ items }: { items: SandboxMessage[] }) => items.map(sandboxOf),
      ListContainers: ({ containers }: { containers: ContainerMessage[] }) =>
        containers.map((container) => containerOf(container, container.podSandboxId)),
      ContainerStatus: ({ status }: { status: ContainerStatusMessage | null }) =>
        status && containerOf(status, 's'),
      ListContainerStats: ({ stats }: { stats: ContainerStatsMessage[] }) => stats.map(statsOf),
    };
    try {
      await fc.assert(
        fc.asyncProperty(
          bent(Uint8Array.from(part(1, one))),
          fc.constantFrom(...Object.entries(questions)),
          async (bytes, [method, understand]) => {
            message = bytes;
            try {
              understand(
                (await inTime(
                  client.call(`runtime.v1.RuntimeService/${method}`, {}, { timeoutMs }),
                )) as never,
              );
            } catch (error) {
              assert.ok(error instanceof GrpcError, String((error as Error).stack));
            }
          },
        ),
        fuzz(400),
      );
      await fc.assert(
        fc.asyncProperty(bent(Uint8Array.from(part(1, one))), async (bytes) => {
          message = bytes;
          try {
            const { images } = await inTime(
              client.call<{ images: ImageMessage[] }>(
                'runtime.v1.ImageService/ListImages',
                {},
                { timeoutMs },
              ),
            );
            images.map(imageOf);
          } catch (error) {
            assert.ok(error instanceof GrpcError, String(error));
          }
        }),
        fuzz(100),
      );
    } finally {
      client.close();
    }
  });
});
