/**
 * containerd tells what happens in its own event service, on the socket that also serves CRI. The
 * stream comes back by itself; what fell into a gap is found by the list that `connected` asks for.
 */
import type { Timers } from '#base/clock.ts';
import type { GrpcClient } from '#wire/grpc/client.ts';
import { killedCode, type MemoryKills } from '../memory-kills.ts';
import type { RuntimeEvent } from '../runtime.ts';

interface Envelope {
  readonly topic: string;
  readonly event: { readonly typeUrl: string; readonly value: Uint8Array } | null;
}

interface TaskPayload {
  readonly containerId: string;
  /** Of the process: the container's id for its first process, another for an exec. */
  readonly id?: string;
  readonly pid?: number;
  readonly exitStatus?: number;
}

const retryMs = 200;

const topics = ['=="/tasks/exit"', '=="/tasks/oom"', '=="/tasks/delete"', '~=|^/images/|'];
const filters = topics.map((topic) => `namespace==k8s.io,topic${topic}`);

export function watchContainerd(
  client: GrpcClient,
  timers: Timers,
  kills: MemoryKills,
  emit: (event: RuntimeEvent) => void,
): { close(): void } {
  let closed = false;
  let stream: { close(): void } | undefined;
  const open = (): void => {
    if (closed) return;
    let stands = true;
    stream = client.subscribe<Envelope>(
      'containerd.services.events.v1.Events/Subscribe',
      { filters },
      {
        message: (envelope) => {
          const event = eventOf(client, kills, envelope);
          if (event) emit(event);
        },
        closed: () => {
          stands = false;
          if (closed) return;
          emit({ type: 'disconnected' });
          timers.after(retryMs, open);
        },
      },
    );
    // The stream has no greeting: a subscription that stands after a moment is taken as made.
    timers.after(retryMs, () => {
      if (stands && !closed) emit({ type: 'connected' });
    });
  };
  open();
  return {
    close: () => {
      closed = true;
      stream?.close();
    },
  };
}

function eventOf(
  client: GrpcClient,
  kills: MemoryKills,
  { topic, event }: Envelope,
): RuntimeEvent | undefined {
  if (topic.startsWith('/images/')) return { type: 'images' };
  if (!event) return undefined;
  const name = event.typeUrl.slice(event.typeUrl.lastIndexOf('/') + 1);
  const { containerId, id, pid = 0, exitStatus } = client.decode<TaskPayload>(name, event.value);
  switch (topic) {
    case '/tasks/exit':
    case '/tasks/delete':
      // The end of an exec says nothing about its container.
      if (id !== undefined && id !== '' && id !== containerId) return undefined;
      if (exitStatus === killedCode) kills.containerEnded(containerId, pid);
      return { type: 'exited', id: containerId };
    case '/tasks/oom':
      return { type: 'oom', id: containerId };
    default:
      return undefined;
  }
}
