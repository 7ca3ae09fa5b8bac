/**
 * What went over the networks, as the kernel counts it. A process shows the interfaces of its own
 * network (`/proc/PID/net/dev`), so that nobody enters that of a pod: its sandbox stands for it.
 * Source: proc_pid_net(5); cAdvisor, which leaves out the same interfaces.
 */
import type { Pod } from '#api/types.ts';
import type { Cgroups } from '#sys/cgroup.ts';
import type { Files } from '#sys/files.ts';
import type { NodeAgent } from '../agent.ts';
import { podCgroup } from '../config/resources.ts';

/** Totals since the interface was made. */
export interface InterfaceFigures {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxPackets: number;
  readonly rxErrors: number;
  readonly rxDropped: number;
  readonly txBytes: number;
  readonly txPackets: number;
  readonly txErrors: number;
  readonly txDropped: number;
}

/** Of a pod with a network of its own. */
export interface PodNetwork {
  readonly pod: Pod;
  /** As the runtime knows it. */
  readonly podUid: string;
  readonly sandboxId: string;
  readonly interfaces: readonly InterfaceFigures[];
}

export interface NetworksSource {
  readonly files: Files;
  readonly cgroups: Cgroups;
  readonly cgroupPrefix: string;
  readonly agent: NodeAgent;
}

export interface NodeNetworks {
  /** Of the node itself. */
  readonly interfaces: readonly InterfaceFigures[];
  /** Of those that run; one that ends meanwhile is left out. */
  readonly pods: readonly PodNetwork[];
}

export async function nodeNetworks(source: NetworksSource): Promise<NodeNetworks> {
  const own = (await source.files.readText('/proc/net/dev')) ?? '';
  const all = [...podsByOwnUid(source.agent)].map(([uid, pod]) => podNetwork(source, uid, pod));
  return { interfaces: interfacesIn(own), pods: (await Promise.all(all)).flat() };
}

/** The API's pods by the uids under which the runtime knows them. */
export function podsByOwnUid(agent: NodeAgent): ReadonlyMap<string, Pod> {
  const all = agent.podObjects.cache.list();
  return new Map(all.map((pod) => [agent.ownUid(pod.metadata.uid ?? ''), pod]));
}

async function podNetwork(
  { agent, cgroups, cgroupPrefix, files }: NetworksSource,
  podUid: string,
  pod: Pod,
): Promise<PodNetwork[]> {
  const sandbox = agent.mirror.sandboxesOf(podUid).find(({ ready }) => ready);
  if (sandbox === undefined || pod.spec?.hostNetwork) return [];
  const group = podCgroup(cgroupPrefix, agent.podObjectOf(podUid) ?? pod);
  const members = await cgroups.read('memory', `${group}/${sandbox.id}`, 'cgroup.procs');
  const [first = ''] = (members ?? '').split('\n');
  const text = first === '' ? undefined : await files.readText(`/proc/${first}/net/dev`);
  if (text === undefined) return [];
  return [{ pod, podUid, sandboxId: sandbox.id, interfaces: interfacesIn(text) }];
}

/** The loop, and the nodes' ends of pods' cables: counted where they end. */
const uncounted = /^(?:lo|veth.*)$/;

/** Two lines of heading, then eight numbers received and eight sent for each name. */
export function interfacesIn(text: string): readonly InterfaceFigures[] {
  return text.split('\n').flatMap((line): InterfaceFigures[] => {
    const [, name = '', numbers = ''] = /^\s*([^\s|]+):\s*(.*)$/.exec(line) ?? [];
    if (name === '' || uncounted.test(name)) return [];
    const all = numbers.split(/\s+/).map(Number);
    const at = (place: number): number => all[place] ?? 0;
    return [
      {
        name,
        ...{ rxBytes: at(0), rxPackets: at(1), rxErrors: at(2), rxDropped: at(3) },
        ...{ txBytes: at(8), txPackets: at(9), txErrors: at(10), txDropped: at(11) },
      },
    ];
  });
}
