/** What the tests of this folder ask of their cluster. */
import type { Job, Pod } from '#api/types.ts';
import type { Cluster } from '../harness.ts';

export class Client {
  readonly cluster: Cluster;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  kubectl(line: string): Promise<string> {
    return this.cluster.kubectl(line.split(' '));
  }

  async read<T>(what: string): Promise<T> {
    return JSON.parse(await this.kubectl(`get ${what} -o json`)) as T;
  }

  /** Its pods, those of lower indexes first, then the older ones. */
  async podsOf(job: string): Promise<readonly Pod[]> {
    const { items } = await this.read<{ items: Pod[] }>(
      `pods -l batch.kubernetes.io/job-name=${job}`,
    );
    const age = ({ metadata }: Pod): string => {
      const index = metadata.labels?.['batch.kubernetes.io/job-completion-index'] ?? '';
      return `${index} ${metadata.creationTimestamp} ${metadata.name}`;
    };
    return items.toSorted((a, b) => (age(a) < age(b) ? -1 : 1));
  }

  /** What `kubectl drain` asks for each pod. */
  evict(pod: string, namespace = 'default'): Promise<string> {
    const metadata = { name: pod, namespace };
    return this.cluster.kubectl(
      ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/eviction`, '-f', '-'],
      { input: JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata }) },
    );
  }

  exec(pod: string, script: string): Promise<string> {
    return this.cluster.kubectl(['exec', pod, '--', 'sh', '-c', script]);
  }
}

/** `Type=Status Reason: message`, of those that hold. */
export function conditionsOf({ status }: Job): readonly string[] {
  return (status?.conditions ?? [])
    .filter((each) => each.status === 'True')
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}
