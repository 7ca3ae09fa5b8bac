/**
 * All controllers over the real server in process, on virtual time, and a scripted agent that runs
 * pods as told: what a cluster does with a manifest, without machines.
 */
import { allKinds, nodes, pods } from '#api/kinds/index.ts';
import { collectionOf, type Kind } from '#api/kind.ts';
import { lookupOf } from '#api/lookup.ts';
import type { KubeObject } from '#api/object.ts';
import { isFinal } from '#api/pod-phase.ts';
import { formatTime } from '#api/time.ts';
import type { Node, Pod, PodCondition } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import { silentLogger } from '#base/log.ts';
import type { Certify } from '#client/carry-out.ts';
import { LoopRuntime } from '#client/runtime.ts';
import { inProcessVerbs } from '#server/in-process.ts';
import { openTestCluster, type TestCluster } from '#server/testing/cluster.ts';
import { seededRandom } from '#server/testing/seeded-random.ts';
import { allControllers } from '../all.ts';

export interface ControlPlane {
  readonly cluster: TestCluster;
  readonly verbs: Verbs;
  readonly runtime: LoopRuntime;
  readonly agent: ScriptedAgent;
  create<T extends KubeObject>(kind: Kind<T>, object: object): Promise<T>;
  get<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T>;
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): Promise<readonly T[]>;
  patch(kind: Kind, name: string, body: object, subresource?: string): Promise<void>;
  delete(kind: Kind, name: string, options?: object): Promise<void>;
  /** Lets everything come to rest, `ms` of virtual time and more being over then. */
  run(ms?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** What the controllers ask through; the agent and the test ask the server itself. */
  readonly wrap?: (verbs: Verbs) => Verbs;
  /** The node's agent needs to say nothing to be alive. */
  readonly quietNode?: boolean;
  /** The cluster's authority. */
  readonly certify?: Certify;
  /** Its certificates; `onRenewal` hears when they are others. */
  readonly roots?: {
    readonly certificates: () => string;
    readonly onRenewal: (renewed: () => void) => void;
  };
}

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const cluster = await openTestCluster();
  const { core, time } = cluster;
  const kinds = lookupOf(allKinds);
  const authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
  const verbsFor = (name: string): Verbs =>
    inProcessVerbs({ core, kinds: () => kinds, authorizer }, { name, groups: ['system:masters'] });
  const verbs = verbsFor('ada');
  const { wrap = (each: Verbs): Verbs => each } = options;
  const runtime = new LoopRuntime({
    verbs: wrap(verbsFor('system:kube-controller-manager')),
    verbsFor: (name) => wrap(verbsFor(`system:controller:${name}`)),
    clock: time,
    timers: time,
    random: seededRandom(7),
    logger: silentLogger,
    certify: options.certify,
  });
  const never = { gracePeriodMs: 1e12, startupGraceMs: 1e12 };
  const nodeHealth = options.quietNode === true ? never : undefined;
  const { certificates: rootCertificates = () => 'PEM', onRenewal: onRootRenewal } =
    options.roots ?? {};
  const loops = { kinds: allKinds, rootCertificates, onRootRenewal, nodeHealth };
  for (const loop of allControllers(loops)) runtime.add(loop);
  await cluster.create(nodes as Kind, readyNode('n1'));
  const agent = new ScriptedAgent(verbs, () => time.now());
  const run = async (ms = 100): Promise<void> => {
    const end = time.now() + ms;
    do {
      await microtasks();
      time.advance(stepOf(ms));
      agent.step(runtime.view.list(pods));
    } while (time.now() < end || (!runtime.idle && time.now() < end + 2_000));
    await microtasks();
  };
  agent.isThere = (pod) => runtime.view.get(pods, pod.metadata.namespace, pod.metadata.name);
  const started = runtime.start();
  await run();
  await started;
  return {
    cluster,
    verbs,
    runtime,
    agent,
    create: async (kind, object) => (await cluster.create(kind as Kind, object)) as never,
    get: async (kind, name, namespace) =>
      (await cluster.get(kind as Kind, name, namespace)) as never,
    list: async (kind, namespace) =>
      (await verbs.list(collectionOf(kind as Kind, namespace))).items as never,
    patch: async (kind, name, body, subresource) => {
      const namespace = kind.namespaced ? 'default' : undefined;
      const ref = { ...collectionOf(kind, namespace), name, subresource };
      await verbs.patch(ref, { type: 'merge', body });
    },
    delete: async (kind, name, options = {}) => {
      const namespace = kind.namespaced ? 'default' : undefined;
      await verbs.delete({ ...collectionOf(kind, namespace), name }, options);
    },
    run,
    stop: () => runtime.stop(),
  };
}

/** Long waits are for timers that are far away: they need no fine steps. */
function stepOf(ms: number): number {
  if (ms <= 1000) return 5;
  return ms <= 100_000 ? 250 : 1000;
}

async function microtasks(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

/** Binds pods, makes them ready and lets them go: one step of each pod per `step`. */
export class ScriptedAgent {
  /** Whether a pod becomes ready. */
  works: (pod: Pod) => boolean = () => true;
  /** How a pod that runs ends by itself, if it does. */
  ends: (pod: Pod) => 'Succeeded' | 'Failed' | undefined = () => undefined;
  binds = true;
  isThere: (pod: Pod) => Pod | undefined = (pod) => pod;
  readonly #verbs: Verbs;
  readonly #now: () => number;
  readonly #busy = new Set<string>();
  #address = 10;

  constructor(verbs: Verbs, now: () => number) {
    this.#verbs = verbs;
    this.#now = now;
  }

  step(all: readonly Pod[]): void {
    for (const pod of all) {
      const { uid = '' } = pod.metadata;
      if (this.#busy.has(uid)) continue;
      const step = this.#stepOf(pod);
      if (step === undefined) continue;
      this.#busy.add(uid);
      void step.catch(() => undefined).finally(() => this.#busy.delete(uid));
    }
  }

  #stepOf(pod: Pod): Promise<unknown> | undefined {
    const { name, namespace, deletionTimestamp } = pod.metadata;
    const ref = { ...collectionOf(pods as Kind, namespace), name };
    if (!pod.spec.nodeName) {
      if (!this.binds) return undefined;
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name },
        target: { name: 'n1' },
      };
      return this.#verbs.create({ ...ref, subresource: 'binding' }, binding);
    }
    const phase = pod.status?.phase;
    const isOver = isFinal(phase);
    if (deletionTimestamp !== undefined) {
      // What others hold stays; they must be told that it ended.
      const isHeld = (pod.metadata.finalizers?.length ?? 0) > 0;
      if (isHeld) return isOver ? undefined : this.#end(pod, 'Failed');
      return this.#verbs.delete(ref, { gracePeriodSeconds: 0 });
    }
    if (isOver) return undefined;
    const end = phase === 'Running' ? this.ends(pod) : undefined;
    if (end !== undefined) return this.#end(pod, end);
    const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    const works = this.works(pod);
    if (pod.status?.phase === 'Running' && ready === (works ? 'True' : 'False')) return undefined;
    return this.#report(pod, works);
  }

  #end(pod: Pod, phase: 'Succeeded' | 'Failed'): Promise<unknown> {
    const { name, namespace } = pod.metadata;
    const lastTransitionTime = formatTime(this.#now());
    const ready: PodCondition = { type: 'Ready', status: 'False', lastTransitionTime };
    const ref = { ...collectionOf(pods as Kind, namespace), name, subresource: 'status' };
    const status = { ...pod.status, phase, conditions: [ready] };
    return this.#verbs.update(ref, { ...pod, status } as KubeObject);
  }

  #report(pod: Pod, works: boolean): Promise<unknown> {
    const { name, namespace } = pod.metadata;
    const lastTransitionTime = formatTime(this.#now());
    const ready: PodCondition = {
      type: 'Ready',
      status: works ? 'True' : 'False',
      lastTransitionTime,
    };
    const others = pod.status?.conditions?.filter(({ type }) => type !== 'Ready') ?? [];
    const podIP = pod.status?.podIP ?? `10.1.0.${this.#address++}`;
    const status = { ...pod.status, phase: 'Running', podIP, conditions: [...others, ready] };
    const ref = { ...collectionOf(pods as Kind, namespace), name, subresource: 'status' };
    return this.#verbs.update(ref, { ...pod, status } as KubeObject);
  }
}

export function deploymentNamed(
  name: string,
  replicas: number,
  image = 'web:1',
  spec: object = {},
) {
  const labels = { app: name };
  return {
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
      ...spec,
    },
  };
}

export function readyNode(name: string): Partial<Node> {
  return {
    metadata: { name },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}
