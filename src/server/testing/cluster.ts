/** A core over the store in memory, with time that the test moves, and short words for requests. */
import { type Kind, apiVersionOf } from '#api/kind.ts';
import { allKinds, namespaces, serviceAccounts } from '#api/kinds/index.ts';
import { lookupOf } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import type { WatchEventType, WatchOptions } from '#api/verbs.ts';
import type { StatusError } from '#base/status-error.ts';
import type { Backend } from '#store/backend.ts';
import { openMemoryStore } from '#store/memory/memory.ts';
import { ManualTime } from '#store/testing/manual-time.ts';
import { standardAdmission } from '../admission/steps.ts';
import type { RequestContext, Stored } from '../core/core.ts';
import { type ComposedCore, createCore } from '../core/create-core.ts';
import { seededRandom } from './seeded-random.ts';

export interface TestCluster {
  readonly core: ComposedCore;
  readonly backend: Backend;
  readonly time: ManualTime;
  readonly context: RequestContext;
  readonly warnings: string[];
  create(kind: Kind, object: object): Promise<KubeObject>;
  get(kind: Kind, name: string, namespace?: string): Promise<KubeObject>;
}

export interface TestClusterOptions {
  readonly seed?: number;
  readonly serviceRanges?: readonly string[];
  readonly nodePorts?: { readonly first: number; readonly last: number };
  readonly historyRevisions?: number;
}

/** With the namespace `default` and its account. */
export async function openTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const time = new ManualTime(1_767_323_045_000);
  const random = seededRandom(options.seed);
  const { historyRevisions, nodePorts, serviceRanges = ['10.96.0.0/12'] } = options;
  const backend = openMemoryStore({ clock: time, timers: time, historyRevisions });
  const admission = standardAdmission({ backend, random, timers: time, serviceRanges, nodePorts });
  const kinds = lookupOf(allKinds);
  const core = createCore({ backend, kinds, clock: time, timers: time, random, admission });
  const warnings: string[] = [];
  const context: RequestContext = {
    user: { name: 'ada', groups: ['system:masters'] },
    warn: (sentence) => warnings.push(sentence),
  };
  const cluster: TestCluster = {
    core,
    backend,
    time,
    context,
    warnings,
    create: async (kind, object) => {
      const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object } as KubeObject;
      const namespace = kind.namespaced ? (body.metadata.namespace ?? 'default') : undefined;
      return (await core.create(context, { kind, namespace }, body, {})).object;
    },
    get: async (kind, name, namespace = kind.namespaced ? 'default' : undefined) =>
      (await core.get(context, { kind, namespace, name })).object,
  };
  await cluster.create(namespaces, { metadata: { name: 'default' } });
  await cluster.create(serviceAccounts, { metadata: { name: 'default' } });
  return cluster;
}

/** What a watcher heard. */
export class Heard {
  readonly events: { readonly type: WatchEventType; readonly item: Stored }[] = [];
  closed: { readonly error: StatusError | undefined } | undefined;

  event(type: WatchEventType, item: Stored): void {
    this.events.push({ type, item });
  }

  end(error: StatusError | undefined): void {
    this.closed = { error };
  }

  /** `ADDED a@5` */
  get lines(): string[] {
    return this.events.map(({ type, item }) => {
      const { name = '', resourceVersion } = item.object.metadata;
      return `${type} ${name}@${resourceVersion}`;
    });
  }
}

export function listen(
  { core, context }: TestCluster,
  kind: Kind,
  options: WatchOptions,
  namespace?: string,
) {
  const heard = new Heard();
  const watch = core.watch(context, { kind, namespace }, options, {
    event: (type, item) => heard.event(type, item),
    closed: (error) => heard.end(error),
  });
  return { heard, close: () => watch.close() };
}

/** Lets all that is under way in microtasks come to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
