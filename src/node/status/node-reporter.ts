/**
 * Keeps the Node object and its Lease: registered at start, a heartbeat by Lease every ten seconds,
 * the status when something changed and every five minutes. Source: Kubernetes, "Nodes", heartbeats.
 */
import { leases, nodes } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import { formatMicroTime } from '#api/time.ts';
import type { Lease, Node, NodeAddress, NodeStatus, NodeSystemInfo } from '#api/types.ts';
import type { Verbs } from '#api/verbs.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { isStatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import { type NodeFacts, nodeConditions } from '../decide/node-conditions.ts';
import { type NodeNews, nodeNews, schedulingNews } from '../decide/node-news.ts';
import type { RuntimeImage } from '../runtime/runtime.ts';

export interface NodeReporterOptions {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly addresses: readonly NodeAddress[];
  readonly podCidrs: readonly string[];
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly verbs: Verbs;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly info: NodeSystemInfo;
  /** Each time that the node shows that it lives. */
  readonly heartbeat?: () => void;
  readonly facts: () => Promise<NodeFacts>;
  readonly images: () => Promise<readonly RuntimeImage[]>;
  /** Of the node itself, for who looks at its events. */
  readonly tell: (news: NodeNews) => void;
}

const leaseNamespace = 'kube-node-lease';
const leaseEveryMs = 10_000;
const leaseSeconds = 40;
const lookEveryMs = 10_000;
const statusEveryMs = 5 * 60_000;
const imagesMax = 50;

export class NodeReporter {
  readonly #options: NodeReporterOptions;
  readonly #timers = new Set<Timer>();
  #node: Node | undefined;
  #lease: Lease | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #writtenText = '';
  #stopped = false;
  #goesDown = false;
  #looking = false;
  #isCordoned = false;
  /** Somebody removed the Node, put another one in its place, or takes this one for lost. */
  #isLost = false;

  constructor(options: NodeReporterOptions) {
    this.#options = options;
  }

  /** Settles when the Node is registered with a status. */
  async start(): Promise<void> {
    await this.#register();
    this.#options.tell({ level: 'Normal', reason: 'Starting', message: 'Starting kubelet.' });
    // Before anybody reads that it is ready: by its old lease it may count as lost.
    await this.#renew();
    await this.#report();
    this.#every(lookEveryMs, () => this.#report());
    this.#every(leaseEveryMs, async () => {
      this.#options.heartbeat?.();
      await this.#renew();
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
  }

  /** The node goes down: it is not ready any more. */
  shutDown(): void {
    this.#goesDown = true;
    this.look();
  }

  /** Something happened that may change the status. */
  look(): void {
    void this.#quietly(() => this.#report());
  }

  /** What the API tells of the Node, from `start` on; undefined: it is gone. */
  observe(node: Node | undefined): void {
    const isAnother = node?.metadata.uid !== this.#node?.metadata.uid;
    const isTakenForLost = node?.status?.conditions?.some(
      ({ type, status }) => type === 'Ready' && status === 'Unknown',
    );
    if (isAnother) {
      this.#isLost = true;
      this.look();
    } else if (isTakenForLost) {
      this.#node = node;
      this.#isLost = true;
      void this.#quietly(() => this.#comeBack());
    }
    const isCordoned = node === undefined ? this.#isCordoned : node.spec?.unschedulable === true;
    if (isCordoned === this.#isCordoned) return;
    this.#isCordoned = isCordoned;
    this.#options.tell(schedulingNews(this.#options.name, isCordoned));
  }

  /**
   * Without a new Lease, or where nobody hears of it, it would be taken for lost again, and again: then it
   * waits for the next look.
   */
  async #comeBack(): Promise<void> {
    if (this.#options.clock.monotonic() - this.#writtenAtMs < lookEveryMs) return;
    if (await this.#renew()) await this.#report();
  }

  #every(ms: number, work: () => Promise<void>): void {
    const arm = (): void => {
      if (this.#stopped) return;
      const timer = this.#options.timers.after(ms, () => {
        this.#timers.delete(timer);
        void this.#quietly(work).then(arm);
      });
      this.#timers.add(timer);
    };
    arm();
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.logger.warn('cannot report the node', { error: wordsOf(error) });
    }
  }

  async #register(): Promise<void> {
    const { verbs, name, labels, annotations, podCidrs } = this.#options;
    const ref = { ...collectionOf(nodes), name };
    const own = {
      metadata: { name, labels: { ...labels }, annotations: { ...annotations } },
      spec: { podCIDR: podCidrs[0], podCIDRs: [...podCidrs] },
    };
    try {
      const created = await verbs.create(collectionOf(nodes), {
        apiVersion: 'v1',
        kind: 'Node',
        ...own,
      } as Node);
      this.#node = created as Node;
    } catch (error) {
      if (!isStatusError(error, 'AlreadyExists')) throw error;
      const known = (await verbs.get(ref)) as Node;
      // Pod addresses that a node was once given stay its own.
      const body = known.spec?.podCIDR ? { metadata: own.metadata } : own;
      this.#node = (await verbs.patch(ref, { type: 'merge', body })) as Node;
    }
  }

  async #report(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    let isBack = false;
    try {
      const status = await this.#status();
      const { clock, verbs, name } = this.#options;
      const { conditions = [], ...rest } = status;
      const still = conditions.map(({ type, status: truth, reason }) => [type, truth, reason]);
      const text = JSON.stringify([rest, still]);
      const due = this.#isLost || clock.monotonic() - this.#writtenAtMs >= statusEveryMs;
      if (text === this.#writtenText && !due) return;
      this.#isLost = false;
      const body = { metadata: { uid: this.#node?.metadata.uid }, status };
      const ref = { ...collectionOf(nodes), name, subresource: 'status' };
      const news = nodeNews(name, this.#node?.status, status);
      this.#node = (await verbs.patch(ref, { type: 'merge', body })) as Node;
      this.#writtenAtMs = clock.monotonic();
      this.#writtenText = text;
      for (const each of news) this.#options.tell(each);
    } catch (error) {
      // Somebody removed the Node while we live: it comes back.
      if (isStatusError(error, 'NotFound') || isStatusError(error, 'Conflict')) {
        this.#writtenText = '';
        await this.#register();
        isBack = true;
      } else {
        throw error;
      }
    } finally {
      this.#looking = false;
    }
    if (isBack) await this.#report();
  }

  async #status(): Promise<NodeStatus> {
    const { addresses, capacity, allocatable, clock, facts, info, images } = this.#options;
    const now: NodeFacts = { ...(await facts()), goesDown: this.#goesDown };
    const known = now.runtime ? await images().catch(() => undefined) : undefined;
    const listed = known
      ? [...known]
          .sort((a, b) => b.sizeBytes - a.sizeBytes)
          .slice(0, imagesMax)
          .map(({ tags, digests, sizeBytes }) => ({ names: [...digests, ...tags], sizeBytes }))
      : this.#node?.status?.images;
    return {
      capacity: { ...capacity },
      allocatable: { ...allocatable },
      conditions: nodeConditions(now, this.#node?.status?.conditions ?? [], clock.now()),
      addresses: [...addresses],
      nodeInfo: info,
      ...(listed && { images: listed }),
    };
  }

  /** Answers whether the Lease is new now. */
  async #renew(mayRepeat = true): Promise<boolean> {
    try {
      await this.#renewOnce();
      return true;
    } catch (error) {
      this.#lease = undefined;
      const isAnother = isStatusError(error, 'NotFound') || isStatusError(error, 'Conflict');
      // Removed together with the Node, or made anew: that does not wait for the next heartbeat.
      if (isAnother && mayRepeat && !this.#stopped) return this.#renew(false);
      this.#options.logger.warn('cannot renew the lease of the node', { error: wordsOf(error) });
      return false;
    }
  }

  async #renewOnce(): Promise<void> {
    const { verbs, name, clock } = this.#options;
    const renewTime = formatMicroTime(clock.now());
    const collection = collectionOf(leases, leaseNamespace);
    const ref = { ...collection, name };
    const spec = { holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime };
    this.#lease ??= (await verbs.get(ref).catch((error: unknown) => {
      if (isStatusError(error, 'NotFound')) return undefined;
      throw error;
    })) as Lease | undefined;
    if (this.#lease) {
      const next = { ...this.#lease, spec: { ...this.#lease.spec, ...spec } };
      this.#lease = (await verbs.update(ref, next)) as Lease;
      return;
    }
    const uid = this.#node?.metadata.uid ?? '';
    this.#lease = (await verbs.create(collection, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace: leaseNamespace,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
      },
      spec,
    } as Lease)) as Lease;
  }
}
