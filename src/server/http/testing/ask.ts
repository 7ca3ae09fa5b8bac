/** A whole API server over the store in memory, asked without sockets. Users are named by their token. */
import type { KubeObject } from '#api/object.ts';
import { allKinds } from '#api/kinds/index.ts';
import { type Logger, silentLogger } from '#base/log.ts';
import { openMemoryStore } from '#store/memory/memory.ts';
import type { HttpRequest, HttpResponse, ResponseStream } from '#wire/http/message.ts';
import { splitTarget } from '#wire/http/request.ts';
import { generateKey } from '#wire/pki/key-pair.ts';
import { ManualTime } from '#store/testing/manual-time.ts';
import { type ApiServer, createApiServer } from '../../api-server.ts';
import type { UserInfo } from '../../core/core.ts';
import type { NodeConnector } from '../../node-connector.ts';
import { seededRandom } from '../../testing/seeded-random.ts';

export const users: ReadonlyMap<string, UserInfo> = new Map([
  ['root', { name: 'root', groups: ['system:masters'] }],
  ['ada', { name: 'ada', groups: ['builders'] }],
  ['n1', { name: 'system:node:n1', groups: ['system:nodes'] }],
]);

export interface AskOptions {
  /** One of `users`, or any bearer token; absent: root. Empty: nobody. */
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A string goes as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly upgrade?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
  readonly bytes: Uint8Array;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects, and fails when it is not there
  readonly json: any;
}

export interface TestServer {
  readonly server: ApiServer;
  readonly time: ManualTime;
  readonly ask: (method: string, path: string, options?: AskOptions) => Promise<Answer>;
  /** Creates as root, in `default` where the path says nothing else. */
  readonly make: (path: string, object: object) => Promise<KubeObject>;
  readonly watch: (path: string, options?: AskOptions) => Promise<Watched>;
  readonly raw: (method: string, path: string, options?: AskOptions) => Promise<HttpResponse>;
}

export interface Watched {
  /** What has been written so far, by lines. */
  readonly lines: () => string[];
  readonly ended: () => boolean;
  leave(): void;
}

export async function openTestServer(
  options: { connector?: NodeConnector; log?: Logger } = {},
): Promise<TestServer> {
  const time = new ManualTime(1_767_323_045_000);
  const backend = openMemoryStore({ clock: time, timers: time });
  const server = await createApiServer({
    backend,
    kinds: allKinds,
    clock: time,
    timers: time,
    random: seededRandom(),
    log: silentLogger,
    serviceRanges: ['10.96.0.0/12'],
    signingKeys: [generateKey()],
    staticTokens: users,
    ...options,
  });
  await server.ready;
  const raw: TestServer['raw'] = (method, path, asked = {}) =>
    server.handle(request(method, path, asked));
  const ask: TestServer['ask'] = async (method, path, asked) =>
    answerOf(await raw(method, path, asked));
  return {
    server,
    time,
    raw,
    ask,
    make: async (path, body) => {
      const answer = await ask('POST', path, { body });
      if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
      return answer.json as KubeObject;
    },
    watch: async (path, asked) => watched(await raw('GET', path, asked)),
  };
}

const utf8 = new TextEncoder();

function request(method: string, target: string, options: AskOptions): HttpRequest {
  const { pathname, query } = splitTarget(target);
  const headers = new Map<string, readonly string[]>();
  const token = options.as ?? 'root';
  if (token !== '') headers.set('authorization', [`Bearer ${token}`]);
  if (options.body !== undefined) headers.set('content-type', ['application/json']);
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers.set(name, typeof value === 'string' ? [value] : value);
  }
  return {
    method,
    path: pathname,
    query,
    header: (name) => headers.get(name)?.[0],
    headerValues: (name) => headers.get(name) ?? [],
    headerNames: [...headers.keys()],
    peer: { address: '192.0.2.1' },
    upgrade: options.upgrade,
    body: () => Promise.resolve(bodyOf(options.body)),
    onGone: () => undefined,
  };
}

function bodyOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  return utf8.encode(typeof body === 'string' ? body : JSON.stringify(body));
}

function answerOf(response: HttpResponse): Answer {
  if (response.type !== 'bytes') throw new Error(`the answer is a ${response.type}`);
  const bytes = Buffer.concat(response.body);
  const text = bytes.toString();
  return {
    status: response.status,
    headers: response.headers,
    text,
    bytes,
    get json() {
      return JSON.parse(text) as unknown;
    },
  };
}

function watched(response: HttpResponse): Watched {
  if (response.type !== 'stream') {
    throw new Error(
      response.type === 'bytes' ? Buffer.concat(response.body).toString() : 'a tunnel',
    );
  }
  let text = '';
  let over = false;
  const closed: (() => void)[] = [];
  const stream: ResponseStream = {
    write: (chunk) => {
      text += Buffer.from(chunk).toString();
      return true;
    },
    drained: () => Promise.resolve(),
    end: () => (over = true),
    abort: () => (over = true),
    onClose: (callback) => closed.push(callback),
  };
  response.open(stream);
  return {
    lines: () => text.split('\n').filter((line) => line !== ''),
    ended: () => over,
    leave: () => closed.forEach((callback) => callback()),
  };
}
