/** The control socket of a running cluster (root only): status, progress, stop, images. */
import type {
  ControlProblem,
  ImageAnswer,
  ImageInfo,
  KeptLogPart,
  KeptPodInfo,
  ProgressLine,
  RunningStatus,
} from '#cli/control.ts';
import type { Files } from '#sys/files.ts';
import { serveUnix, type UnixAnswer, type UnixRequest } from '#wire/unix/unix-http.ts';

export interface ControlActions {
  status(): RunningStatus;
  /** Calls back now and at each change, until the returned function is called. */
  watchProgress(listener: (line: ProgressLine) => void): () => void;
  stop(): void;
  keptLogs: {
    list(query: {
      namespace?: string;
      kind?: string;
      name?: string;
      pod?: string;
    }): Promise<readonly KeptPodInfo[]>;
    /** Rejects when there is no such log. */
    read(of: {
      uid: string;
      container: string;
      previous: boolean;
      tailLines: number | undefined;
    }): Promise<readonly KeptLogPart[]>;
  };
  images: {
    load(path: string): Promise<ImageAnswer>;
    list(): Promise<readonly ImageInfo[]>;
    remove(name: string): Promise<ImageAnswer>;
  };
}

/** For root only. A socket that a killed program left is replaced. */
export async function startControlServer(
  files: Files,
  socket: string,
  actions: ControlActions,
): Promise<{ close(): Promise<void> }> {
  await files.remove(socket);
  const server = await serveUnix(socket, (request) => answer(request, actions));
  await files.setMode(socket, 0o600);
  return server;
}

async function answer(request: UnixRequest, actions: ControlActions): Promise<UnixAnswer> {
  try {
    switch (`${request.method} ${request.path}`) {
      case 'GET /status':
        return { status: 200, body: actions.status() };
      case 'GET /progress':
        return { status: 200, lines: progressLines(request, actions) };
      case 'POST /stop':
        actions.stop();
        return { status: 202 };
      case 'GET /kept-logs':
        return { status: 200, body: await actions.keptLogs.list(keptQuery(request.query)) };
      case 'GET /kept-logs/lines':
        return { status: 200, body: await actions.keptLogs.read(keptLog(request.query)) };
      case 'GET /images':
        return { status: 200, body: await actions.images.list() };
      case 'POST /images':
        return { status: 200, body: await actions.images.load(pathOf(request.body)) };
      case 'DELETE /images':
        return { status: 200, body: await actions.images.remove(request.query.get('name') ?? '') };
      default:
        return {
          status: 404,
          body: { message: `The control socket knows no ${request.method} ${request.path}.` },
        };
    }
  } catch (error) {
    return { status: 422, body: problemOf(error) };
  }
}

function keptQuery(query: URLSearchParams): Record<string, string> {
  const known = ['namespace', 'kind', 'name', 'pod'];
  return Object.fromEntries([...query].filter(([key]) => known.includes(key)));
}

function keptLog(query: URLSearchParams) {
  const tail = query.get('tail');
  return {
    uid: query.get('uid') ?? '',
    container: query.get('container') ?? '',
    previous: query.get('previous') === 'true',
    tailLines: tail === null ? undefined : Math.max(0, Math.trunc(Number(tail)) || 0),
  };
}

function pathOf(body: string): string {
  const { path } = JSON.parse(body) as { path?: unknown };
  if (typeof path !== 'string')
    throw new Error('The body must be {"path": "/where/the/archive/lies"}.');
  return path;
}

function problemOf(error: unknown): ControlProblem {
  if (!(error instanceof Error)) return { message: String(error) };
  const cure = 'cure' in error && typeof error.cure === 'string' ? { cure: error.cure } : {};
  return { message: error.message, ...cure };
}

async function* progressLines(
  request: UnixRequest,
  actions: ControlActions,
): AsyncGenerator<ProgressLine> {
  const waiting: ProgressLine[] = [];
  let wake = (): void => undefined;
  let gone = false;
  const stop = actions.watchProgress((line) => {
    waiting.push(line);
    wake();
  });
  void request.gone.then(() => {
    gone = true;
    wake();
  });
  try {
    while (!gone) {
      const line = waiting.shift();
      if (line === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      yield line;
      if (line.phase === 'ready' || line.phase === 'failed') return;
    }
  } finally {
    stop();
  }
}
