/** The log of one container, line by line, over the API. */
import type { Pod } from '#api/types.ts';
import { errorFromStatus } from '#client/status-of-answer.ts';
import type { HttpClient } from '#wire/http/client.ts';

export interface PodLogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  /** Undefined: all. */
  readonly lines: number | undefined;
  readonly timestamps: boolean;
  /** RFC 3339: nothing older. */
  readonly since?: string | undefined;
}

/** Ends with the container, or at the end of what is there. Rejects with a StatusError. */
export async function readPodLog(
  http: HttpClient,
  { metadata }: Pod,
  container: string,
  { follow, previous, lines, timestamps, since }: PodLogOptions,
  sink: (line: string) => void,
): Promise<void> {
  const query = new URLSearchParams({ container });
  if (follow) query.set('follow', 'true');
  if (previous) query.set('previous', 'true');
  if (timestamps) query.set('timestamps', 'true');
  if (lines !== undefined) query.set('tailLines', String(lines));
  if (since !== undefined) query.set('sinceTime', since);
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/log?${query.toString()}`;
  const stream = await http.open({ method: 'GET', path });
  if (stream.status >= 400) {
    const body: string[] = [];
    for await (const line of stream.lines()) body.push(line);
    throw errorFromStatus(stream.status, body.join('\n'));
  }
  for await (const line of stream.lines()) sink(line);
}
