/** Writes the status of one pod: the newest that is wanted, one write at a time. */
import { pods } from '#api/kinds/index.ts';
import { collectionOf } from '#api/kind.ts';
import type { Pod, PodStatus } from '#api/types.ts';
import type { Timer } from '#base/clock.ts';
import { isStatusError } from '#base/status-error.ts';
import { wordsOf } from '#base/words.ts';
import { isWritten } from '../decide/status/pod-status.ts';
import type { PodServices } from './services.ts';

const retryMs = { conflict: 50, failure: 1_000 };
/**
 * While a pod is still moving, states that nobody acts on may be left out: when many come up at once,
 * each write takes time from what they wait for.
 */
const passingMs = 2_000;

export class StatusWriter {
  readonly #services: PodServices;
  readonly #wake: () => void;
  #writing = false;
  /** The last status that the server took, and the form in which it keeps it, which may be another. */
  #taken: { readonly wanted: string; readonly kept: string } | undefined;
  #timer: Timer | undefined;
  #passing: Timer | undefined;
  #isDue = false;

  constructor(services: PodServices, wake: () => void) {
    this.#services = services;
    this.#wake = wake;
  }

  /** Whether the pod carries what became of this status; not when somebody else wrote over it. */
  knows(pod: Pod, status: PodStatus): boolean {
    if (this.#taken?.wanted !== JSON.stringify(status)) return false;
    return this.#taken.kept === JSON.stringify(pod.status);
  }

  /**
   * `moving`: more will follow in a moment. On a conflict the pod's worker is woken, looks at the
   * newer object and wants again.
   */
  want(pod: Pod, status: PodStatus, moving: boolean): void {
    if (this.#writing || this.#timer) return;
    const mayWait = moving && !this.#isDue && !isNews(status, pod.status);
    // Comparing is a lot of work, and it is looked at when its time has come.
    if (mayWait && this.#passing) return;
    if (isWritten(status, pod.status) || this.knows(pod, status)) return;
    if (mayWait) {
      this.#passing = this.#services.timers.after(passingMs, () => {
        this.#passing = undefined;
        this.#isDue = true;
        this.#wake();
      });
      return;
    }
    this.#passing?.cancel();
    this.#passing = undefined;
    this.#isDue = false;
    this.#writing = true;
    void this.#write(pod, status);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#passing?.cancel();
  }

  async #write(pod: Pod, status: PodStatus): Promise<void> {
    const { verbs, observe, logger, timers } = this.#services;
    const { name, namespace, uid, resourceVersion } = pod.metadata;
    try {
      const written = await verbs.patch(
        { ...collectionOf(pods, namespace), name: name ?? '', subresource: 'status' },
        { type: 'merge', body: { metadata: { uid, resourceVersion }, status } },
      );
      const kept = JSON.stringify((written as Pod).status);
      this.#taken = { wanted: JSON.stringify(status), kept };
      this.#writing = false;
      observe(written as Pod);
      this.#wake();
    } catch (error) {
      this.#writing = false;
      if (isStatusError(error, 'NotFound')) return;
      const conflict = isStatusError(error, 'Conflict');
      if (!conflict) {
        logger.warn('cannot write the status of a pod', {
          pod: `${namespace}/${name}`,
          error: wordsOf(error),
        });
      }
      this.#timer = timers.after(conflict ? retryMs.conflict : retryMs.failure, () => {
        this.#timer = undefined;
        this.#wake();
      });
    }
  }
}

/** Others act on the phase and on readiness: these are written at once. */
function isNews(status: PodStatus, written: PodStatus | undefined): boolean {
  const readyOf = (one: PodStatus | undefined): boolean =>
    one?.conditions?.some(({ type, status: truth }) => type === 'Ready' && truth === 'True') ===
    true;
  return status.phase !== (written?.phase ?? 'Pending') || readyOf(status) !== readyOf(written);
}
