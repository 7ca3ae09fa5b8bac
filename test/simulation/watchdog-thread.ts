/** The other thread of `watchdog.ts`: hears signs of life of the main thread, and tells where it is when they stay away. */
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { parentPort } from 'node:worker_threads';

interface Paused {
  readonly params: {
    readonly callFrames: readonly {
      readonly functionName: string;
      readonly url: string;
      readonly location: { readonly lineNumber: number };
    }[];
  };
}

function watch(silenceMs: number): void {
  let heardAt = performance.now();
  parentPort?.on('message', () => (heardAt = performance.now()));
  const look = setInterval(() => {
    if (performance.now() - heardAt < silenceMs) return;
    clearInterval(look);
    tellWhere(silenceMs);
  }, silenceMs / 4);
}

function tellWhere(silenceMs: number): void {
  const session = new Session();
  session.connectToMainThread();
  session.on('Debugger.paused', ({ params }: Paused) => {
    const frames = params.callFrames.map(
      ({ functionName, url, location }) =>
        `    at ${functionName || 'a function'} (${url}:${location.lineNumber + 1})`,
    );
    const words = `the run has not yielded for ${silenceMs} ms: promises without an end`;
    // Not by `process.stderr`, which the silent thread would have to serve.
    writeSync(2, `FAILED: ${words}\n${frames.join('\n')}\n`);
    process.kill(process.pid);
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

watch(Number(process.argv[2]));
