/**
 * The runtime's sandboxes and containers as last heard of. Own steps and the runtime's events
 * refresh one entry each; a slow list of everything finds what was missed, and counts it, since
 * then a promise was broken somewhere.
 */
import type { Pod } from '#api/types.ts';
import { limits } from '#base/limits.ts';
import type { Clock, Timer, Timers } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import { labels } from '../decide/labels.ts';
import type { ObservedContainer, ObservedSandbox } from '../decide/observed.ts';
import { Filing } from './filing.ts';
import type { Runtime, RuntimeEvent } from './runtime.ts';

export interface MirrorOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly relistMs: number;
  /** Something of this pod changed. */
  readonly changed: (podUid: string) => void;
  /** A container has ended: its last words, when the runtime does not know them. */
  readonly lastWords: (container: ObservedContainer) => Promise<string>;
  readonly heard: (event: RuntimeEvent) => void;
}

/** The event of an exit may be ahead of the runtime's own books. */
const exitLagMs = [0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
/** Of an end by a call of ours, which answers when the books have it: unless the answer does not come. */
const ownEndLagMs = [1000, 2000];

export class RuntimeMirror {
  readonly #options: MirrorOptions;
  readonly #sandboxes = new Filing<ObservedSandbox>();
  readonly #containers = new Filing<ObservedContainer>();
  readonly #following = new Set<string>();
  /** Of which a call of ours that ends them is under way. */
  readonly #beingEnded = new Set<string>();
  /** Ends told of before we knew the container: a short one may end while it is being asked about. */
  readonly #early = new Set<string>();
  /** Told to have run out of memory: the runtime's books say so, too, before or after they tell the end. */
  readonly #outOfMemory = new Set<string>();
  readonly #ending = new Map<string, PromiseWithResolvers<undefined>>();
  #sequence = 0;
  #subscription: { close(): void } | undefined;
  #timer: Timer | undefined;
  #listed = false;
  #stopped = false;
  /** Differences that only the slow list found. */
  missed = 0;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  /** Settles after the first whole list. */
  async start(): Promise<void> {
    this.#subscription = this.#options.runtime.subscribe((event) => this.#onEvent(event));
    await this.relist();
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#subscription?.close();
    this.#timer?.cancel();
  }

  podUids(): Set<string> {
    return new Set([...this.#sandboxes.podUids(), ...this.#containers.podUids()]);
  }

  /** Newest first. */
  sandboxesOf(uid: string): readonly ObservedSandbox[] {
    return this.#sandboxes.of(uid);
  }

  /** Newest first. */
  containersOf(uid: string): readonly ObservedContainer[] {
    return this.#containers.of(uid);
  }

  /** A pod of which nothing is known but what its sandbox or a container is marked with. */
  podAsMarked(uid: string): Pod {
    const { labels: marks = {} } = this.sandboxesOf(uid)[0] ?? this.containersOf(uid)[0] ?? {};
    const [name = '', namespace = ''] = [marks[labels.podName], marks[labels.podNamespace]];
    const metadata = { name, namespace, uid };
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] } };
  }

  container(id: string): ObservedContainer | undefined {
    return this.#containers.get(id)?.value;
  }

  /** Settles when the container has ended or is gone, as far as is known here. */
  whenEnded(id: string): Promise<undefined> {
    const state = this.container(id)?.state;
    if (state === undefined || state === 'exited') return Promise.resolve(undefined);
    const known = this.#ending.get(id) ?? Promise.withResolvers<undefined>();
    this.#ending.set(id, known);
    return known.promise;
  }

  /** By a call that answers when the runtime's books have the end of this container or sandbox. */
  async end(id: string, call: () => Promise<void>): Promise<void> {
    this.#beingEnded.add(id);
    try {
      await call();
    } finally {
      this.#beingEnded.delete(id);
    }
  }

  async refreshSandbox(id: string): Promise<ObservedSandbox | undefined> {
    const found = await this.#options.runtime.sandbox(id);
    if (found) this.#setSandbox(found);
    else this.#dropSandbox(id);
    return found;
  }

  async refreshContainer(id: string, sandboxId?: string): Promise<ObservedContainer | undefined> {
    const found = await this.#options.runtime.container(id);
    if (!found) {
      this.#dropContainer(id);
      return undefined;
    }
    const known = this.#containers.get(id)?.value;
    const whole = await this.#withLastWords(
      { ...found, sandboxId: sandboxId ?? known?.sandboxId ?? '' },
      known,
    );
    this.#setContainer(whole);
    return whole;
  }

  forgetContainer(id: string): void {
    this.#dropContainer(id);
  }

  /** A sandbox takes its containers along. */
  forgetSandbox(id: string): void {
    for (const [containerId, { value }] of this.#containers.entries()) {
      if (value.sandboxId === id) this.#dropContainer(containerId);
    }
    this.#dropSandbox(id);
  }

  async relist(): Promise<void> {
    const { runtime } = this.#options;
    const begun = ++this.#sequence;
    const [sandboxes, containers] = await Promise.all([
      runtime.listSandboxes(),
      runtime.listContainers(),
    ]);
    const first = !this.#listed;
    let differences = 0;
    const unlike = new Set<string>();
    for (const { id, ready } of sandboxes) {
      const known = this.#sandboxes.get(id);
      if (known?.value.ready !== ready && (known?.at ?? 0) < begun) unlike.add(id);
    }
    await Promise.all([...unlike].map((id) => this.refreshSandbox(id)));
    differences += unlike.size;
    const changed = containers.filter(({ id, state }) => {
      const known = this.#containers.get(id);
      return known?.value.state !== state && (known?.at ?? 0) < begun;
    });
    await Promise.all(changed.map(({ id, sandboxId }) => this.refreshContainer(id, sandboxId)));
    differences += changed.length;
    differences += this.#dropAbsent(this.#sandboxes, sandboxes, begun, (id) =>
      this.#dropSandbox(id),
    );
    differences += this.#dropAbsent(this.#containers, containers, begun, (id) =>
      this.#dropContainer(id),
    );
    this.#listed = true;
    if (!first && differences > 0) {
      this.missed += differences;
      this.#options.logger.warn('a list found what events had not told', { differences });
    }
  }

  /** A call failed half-way, or events were lost: what is there now is listed. */
  lookAgain(): void {
    void this.#relistQuietly();
  }

  #dropAbsent(
    known: Filing<ObservedSandbox> | Filing<ObservedContainer>,
    listed: readonly { readonly id: string }[],
    begun: number,
    drop: (id: string) => void,
  ): number {
    const there = new Set(listed.map(({ id }) => id));
    const absent = [...known.entries()].filter(([id, { at }]) => at < begun && !there.has(id));
    for (const [id] of absent) drop(id);
    return absent.length;
  }

  #arm(): void {
    if (this.#stopped) return;
    this.#timer = this.#options.timers.after(this.#options.relistMs, () => {
      void this.#relistQuietly().then(() => this.#arm());
    });
  }

  async #relistQuietly(): Promise<void> {
    try {
      await this.relist();
    } catch (error) {
      this.#options.logger.warn('cannot list what runs', { error: String(error) });
    }
  }

  #onEvent(event: RuntimeEvent): void {
    this.#options.heard(event);
    if (event.type === 'connected' && this.#listed) this.lookAgain();
    if (event.type === 'exited' || event.type === 'started') void this.#follow(event.id);
    if (event.type === 'oom' && this.container(event.id)) {
      this.#outOfMemory.add(event.id);
      if (this.container(event.id)?.state === 'exited') void this.#follow(event.id);
    }
  }

  /** Asks until the runtime's books show the end that it told of, and why. */
  async #follow(id: string): Promise<void> {
    const isSandbox = this.#sandboxes.get(id) !== undefined;
    if (this.#following.has(id)) return;
    if (!isSandbox && !this.container(id)) {
      if (this.#early.size >= limits.earlyEnds) this.#early.clear();
      this.#early.add(id);
      return;
    }
    this.#following.add(id);
    try {
      for (const delay of this.#beingEnded.has(id) ? ownEndLagMs : exitLagMs) {
        if (delay > 0) await new Promise<void>((done) => this.#options.timers.after(delay, done));
        if (this.#stopped || this.#isOver(id)) return;
        await (isSandbox ? this.refreshSandbox(id) : this.refreshContainer(id));
      }
    } catch (error) {
      this.#options.logger.debug('cannot ask what became of a container', {
        id,
        error: String(error),
      });
    } finally {
      this.#following.delete(id);
    }
  }

  /** Ended or gone, and it is known why. */
  #isOver(id: string): boolean {
    const sandbox = this.#sandboxes.get(id)?.value;
    if (sandbox) return !sandbox.ready;
    const container = this.container(id);
    if (!container) return true;
    const isUnexplained = this.#outOfMemory.has(id) && container.reason !== 'OOMKilled';
    return container.state === 'exited' && !isUnexplained;
  }

  async #withLastWords(
    found: ObservedContainer,
    known: ObservedContainer | undefined,
  ): Promise<ObservedContainer> {
    if (found.state !== 'exited' || found.message !== '') return found;
    if (known?.state === 'exited') return { ...found, message: known.message };
    return { ...found, message: await this.#options.lastWords(found) };
  }

  #setSandbox(value: ObservedSandbox): void {
    const before = this.#sandboxes.get(value.id)?.value;
    this.#sandboxes.set(value, ++this.#sequence);
    if (this.#early.delete(value.id) && value.ready) void this.#follow(value.id);
    if (before?.ready !== value.ready || before.ips[0] !== value.ips[0]) {
      this.#options.changed(value.podUid);
    }
  }

  #setContainer(value: ObservedContainer): void {
    const before = this.#containers.get(value.id)?.value;
    this.#containers.set(value, ++this.#sequence);
    if (this.#early.delete(value.id) && value.state !== 'exited') void this.#follow(value.id);
    if (value.state === 'exited') this.#ended(value.id);
    if (before?.state !== value.state || before.reason !== value.reason) {
      this.#options.changed(value.podUid);
    }
  }

  #ended(id: string): void {
    this.#ending.get(id)?.resolve(undefined);
    this.#ending.delete(id);
  }

  #dropSandbox(id: string): void {
    const before = this.#sandboxes.delete(id);
    if (before) this.#options.changed(before.podUid);
  }

  #dropContainer(id: string): void {
    this.#ended(id);
    this.#outOfMemory.delete(id);
    const before = this.#containers.delete(id);
    if (before) this.#options.changed(before.podUid);
  }
}
