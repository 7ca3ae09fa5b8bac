/**
 * Follows the logs of all pods that belong together: those that are there, those that come, and each
 * container again after a restart. A watch says what there is to read; nobody asks again and again.
 *
 * Promises: each line once, in the order of its container; a broken connection goes on behind the last
 * line that was told. What may be missing: of runs that came and went within the reading of one, all
 * but the last two.
 */
import { type SortName, sorts } from '#api/diagnosis/sorts.ts';
import type { Kind } from '#api/kind.ts';
import { allKinds } from '#api/kinds/index.ts';
import type { KubeObject } from '#api/object.ts';
import type { Job, Pod } from '#api/types.ts';
import type { SelectOptions, Verbs } from '#api/verbs.ts';
import type { Clock, Timers } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import type { Random } from '#base/random.ts';
import { isStatusError } from '#base/status-error.ts';
import { Informer } from '#client/informer.ts';
import { betweenSort, membersOf, type Named } from './decide/members.ts';
import { hasEnded, nextRuns, type Run, runs } from './decide/runs.ts';
import { Told } from './decide/told.ts';

export interface ReadRequest extends Run {
  readonly pod: Pod;
  /** Only the last so many lines; undefined: all. */
  readonly lines: number | undefined;
  /** RFC 3339: where to go on. */
  readonly since: string | undefined;
}

export interface FollowOptions {
  readonly verbs: Verbs;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly namespace: string;
  /** What the pods belong to, or the labels that they have. */
  readonly of: Named | { readonly labels: string };
  readonly container: string | undefined;
  /** Of the containers that run at the start. */
  readonly lines: number | undefined;
  /** Lines with their times, until the run ends. Rejects as `readPodLog` does. */
  readonly read: (request: ReadRequest, sink: (line: string) => void) => Promise<void>;
  readonly tell: (pod: string, container: string, line: { time: string; text: string }) => void;
  readonly note: (text: string) => void;
}

/** Of one container. */
interface Reading {
  /** The last run that has been opened. */
  run: string | undefined;
  active: boolean;
  readonly told: Told;
}

const retryMs = { first: 200, max: 5_000 };
/** A log that is not there although its run has begun. */
const missesMax = 5;

/** Ends when nothing more can come: the pod has ended, its owner is gone. Else never. */
export async function followLogs(options: FollowOptions): Promise<void> {
  const follower = new Follower(options);
  try {
    await follower.run();
  } finally {
    follower.stop();
  }
}

class Follower {
  readonly #options: FollowOptions;
  readonly #informers: Informer[] = [];
  readonly #pods: Informer<Pod>;
  readonly #between: Informer | undefined;
  readonly #owner: Informer | undefined;
  readonly #readings = new Map<string, Reading>();
  /** Uids of the pods that were there at the start. */
  #known: ReadonlySet<string> | undefined;
  #looking = false;
  #done: { resolve(): void; reject(error: unknown): void } | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
    const { of, namespace } = options;
    const name = 'labels' in of ? '' : (of.object.metadata.name ?? '');
    const named: SelectOptions = { fieldSelector: `metadata.name=${name}` };
    const sort = 'labels' in of ? undefined : of.sort;
    const between = betweenSort(sort);
    const podNamespace = sort === 'namespace' ? name : namespace;
    const labelled = 'labels' in of ? { labelSelector: of.labels } : {};
    this.#pods = this.#informer<Pod>('pod', podNamespace, sort === 'pod' ? named : labelled);
    if (between) this.#between = this.#informer(between, namespace, {});
    if (sort && sort !== 'pod') {
      this.#owner = this.#informer(sort, sorts[sort].namespaced ? namespace : undefined, named);
    }
  }

  async run(): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.#done = { resolve, reject };
    });
    for (const informer of this.#informers) informer.start();
    await Promise.all(this.#informers.map((informer) => informer.whenSynced()));
    const members = this.#members();
    this.#known = new Set(members.map(({ metadata }) => metadata.uid ?? ''));
    if (members.length === 0) this.#options.note('There are no pods yet; waiting for them.');
    for (const informer of this.#informers) informer.listen(() => this.#lookSoon());
    this.#lookSoon();
    await done;
  }

  stop(): void {
    for (const informer of this.#informers) informer.stop();
  }

  #informer<T extends KubeObject>(
    sort: SortName,
    namespace: string | undefined,
    select: SelectOptions,
  ): Informer<T> {
    const { verbs, clock, timers, random } = this.#options;
    const common = { verbs, clock, timers, random, logger: silentLogger };
    const informer = new Informer<T>(kindOf<T>(sort), { ...common, namespace, ...select });
    this.#informers.push(informer as unknown as Informer);
    return informer;
  }

  #members(): readonly Pod[] {
    const { of } = this.#options;
    const pods = this.#pods.cache.list();
    if ('labels' in of) return pods;
    // A Service may select others by now.
    const object = this.#owner?.cache.list()[0] ?? of.object;
    return membersOf({ sort: of.sort, object }, pods, this.#between?.cache.list() ?? []);
  }

  /** Many changes, one look. */
  #lookSoon(): void {
    if (this.#looking) return;
    this.#looking = true;
    queueMicrotask(() => {
      this.#looking = false;
      this.#look();
    });
  }

  #look(): void {
    for (const pod of this.#members()) {
      const uid = pod.metadata.uid ?? '';
      const last = (name: string): string | undefined => this.#readings.get(`${uid}/${name}`)?.run;
      const known = this.#known?.has(uid) === true;
      for (const run of nextRuns(pod, this.#options.container, last, known)) {
        this.#open(pod, run, known);
      }
    }
    this.#forget();
    if (this.#isOver()) this.#done?.resolve();
  }

  /** What was read of pods that are gone; none comes back with its uid. */
  #forget(): void {
    const there = new Set(this.#pods.cache.list().map(({ metadata }) => metadata.uid ?? ''));
    for (const [key, { active }] of this.#readings) {
      if (!active && !there.has(key.slice(0, key.indexOf('/')))) this.#readings.delete(key);
    }
  }

  #isOver(): boolean {
    for (const { active } of this.#readings.values()) if (active) return false;
    const { of } = this.#options;
    if ('labels' in of) return false;
    if (of.sort === 'pod') return this.#members().every(hasEnded);
    const owner = this.#owner?.cache.list()[0];
    if (!this.#owner) return false;
    if (owner?.metadata.uid !== of.object.metadata.uid) return true;
    return of.sort === 'job' && isFinished(owner as Job) && this.#members().every(hasEnded);
  }

  #open(pod: Pod, run: Run, known: boolean): void {
    const key = `${pod.metadata.uid}/${run.container}`;
    const reading = this.#readings.get(key) ?? { run: undefined, active: false, told: new Told() };
    if (reading.active) return;
    const isFirst = reading.run === undefined;
    this.#readings.set(key, reading);
    reading.active = true;
    reading.run = run.id;
    const lines = known && isFirst ? this.#options.lines : undefined;
    this.#read(pod, run, reading, lines)
      .catch((error: unknown) => this.#done?.reject(error))
      .finally(() => {
        reading.active = false;
        this.#lookSoon();
      });
  }

  /** One run, to its end, over as many connections as that takes. */
  async #read(pod: Pod, run: Run, reading: Reading, lines: number | undefined): Promise<void> {
    const { read, tell, note } = this.#options;
    const name = pod.metadata.name ?? '';
    let misses = 0;
    let waitMs = retryMs.first;
    let since: string | undefined;
    for (;;) {
      reading.told.begin();
      let heard = false;
      try {
        await read(
          { ...run, pod, lines: since === undefined ? lines : undefined, since },
          (line) => {
            const news = reading.told.take(line);
            if (!news) return;
            heard = true;
            tell(name, run.container, news);
          },
        );
        // A server that stops ends a stream as the end of a container does.
        if (!this.#runs(pod, run)) return;
      } catch (error) {
        if (isStatusError(error, 'NotFound')) return;
        if (isStatusError(error, 'Forbidden') || isStatusError(error, 'Unauthorized')) throw error;
        if (isStatusError(error, 'BadRequest') && ++misses >= missesMax) {
          note(`${name}/${run.container}: ${error.message}`);
          return;
        }
      }
      if (heard) {
        since = reading.told.lastTime;
        waitMs = retryMs.first;
      }
      await this.#wait(waitMs);
      waitMs = Math.min(waitMs * 2, retryMs.max);
    }
  }

  /** As far as its status tells. */
  #runs({ metadata }: Pod, run: Run): boolean {
    const pod = this.#pods.cache.list().find((each) => each.metadata.uid === metadata.uid);
    return runs(pod, run);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.timers.after(ms, () => resolve()));
  }
}

function isFinished({ status }: Job): boolean {
  return (status?.conditions ?? []).some(
    (each) => each.status === 'True' && (each.type === 'Complete' || each.type === 'Failed'),
  );
}

function kindOf<T extends KubeObject>(name: SortName): Kind<T> {
  const { group, version, resource } = sorts[name];
  const kind = allKinds.find(
    (each) => each.group === group && each.version === version && each.resource === resource,
  );
  if (!kind) throw new Error(`${resource} is no kind`);
  return kind as unknown as Kind<T>;
}
