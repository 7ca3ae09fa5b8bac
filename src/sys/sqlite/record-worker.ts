/** The worker thread that owns the record file. It answers requests in the order in which they come. */
import { parentPort, workerData } from 'node:worker_threads';
import { RecordFile } from './record-file.ts';
import type { Answer, Request, WorkerData } from './record-format.ts';
import { failureOf } from './sqlite-failure.ts';

function serve(): void {
  if (!parentPort) throw new Error('this file runs as a worker thread');
  const port = parentPort;
  const data = workerData as WorkerData;
  const say = (answer: Answer, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(answer, transfer);

  let file: RecordFile | undefined;
  try {
    file = new RecordFile(data);
    for (const rows of file.read()) say({ type: 'rows', rows }, [rows.buffer]);
    say({ type: 'opened', ...file.opened });
  } catch (error) {
    file?.close();
    say({ type: 'open-failed', failure: failureOf(error, file?.path ?? data.directory) });
    return;
  }

  const opened = file;
  let request = 0;
  port.on('message', (message: Request) => {
    const number = request++;
    try {
      if (message.type === 'absorb') opened.absorb(message.range);
      else if (message.type === 'forget') opened.forget(message.compacted, message.dead);
      else opened.close();
      say({ type: 'done', request: number });
    } catch (error) {
      say({ type: 'refused', request: number, failure: failureOf(error, opened.path) });
    }
    if (message.type === 'close') port.close();
  });
}

serve();
