import type { ProtoPackage } from './proto.ts';

/** What containerd says of itself, its event service and the payloads that the agent reads; signals. */
export const containerdEvents: readonly ProtoPackage[] = [
  {
    name: 'containerd.services.events.v1',
    messages: {
      SubscribeRequest: '1 filters []string',
      Envelope:
        '1 timestamp google.protobuf.Timestamp; 2 namespace string; 3 topic string; 4 event google.protobuf.Any',
    },
    services: { Events: { Subscribe: 'SubscribeRequest stream Envelope' } },
  },
  {
    name: 'containerd.events',
    messages: {
      TaskStart: '1 containerId string; 2 pid uint32',
      TaskDelete:
        '1 containerId string; 2 pid uint32; 3 exitStatus uint32; 4 exitedAt google.protobuf.Timestamp; 5 id string',
      TaskExit:
        '1 containerId string; 2 id string; 3 pid uint32; 4 exitStatus uint32; 5 exitedAt google.protobuf.Timestamp',
      TaskOOM: '1 containerId string',
      ContainerDelete: '1 id string',
    },
  },
  {
    name: 'containerd.services.images.v1',
    messages: {
      ImageCreate: '1 name string',
      ImageUpdate: '1 name string',
      ImageDelete: '1 name string',
    },
  },
  {
    name: 'containerd.services.tasks.v1',
    messages: { KillRequest: '1 containerId string; 2 execId string; 3 signal uint32; 4 all bool' },
    services: { Tasks: { Kill: 'KillRequest google.protobuf.Empty' } },
  },
  // Payloads stay bytes: which message they hold follows from the topic.
  {
    name: 'google.protobuf',
    messages: {
      Timestamp: '1 seconds int64; 2 nanos int32',
      Any: '1 typeUrl string; 2 value bytes',
      Empty: '',
    },
  },
];
