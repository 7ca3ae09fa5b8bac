/**
 * When people are told what an Ingress asks for and does not get: each thing once, as long as it
 * lasts, and not before it has stood for a while. In a folder of manifests the Ingress often comes
 * before its Service and its Secret.
 */

/** Longer than a `kubectl apply` of a folder lets things wait. */
export const standsMs = 5_000;

interface Standing {
  readonly sinceMs: number;
  isTold: boolean;
}

export interface Complaint {
  /** The same for as long as it is the same trouble. */
  readonly key: string;
}

export class Complaints {
  #standing: ReadonlyMap<string, Standing> = new Map();

  /** `all`: what is wrong now. Answers what is to be told, and in how long to ask again, if at all. */
  due<C extends Complaint>(
    all: readonly C[],
    nowMs: number,
  ): { readonly tell: readonly C[]; readonly againMs: number | undefined } {
    const standing = new Map<string, Standing>();
    const tell: C[] = [];
    let againMs: number | undefined;
    for (const complaint of all) {
      const { key } = complaint;
      if (standing.has(key)) continue;
      const known = this.#standing.get(key) ?? { sinceMs: nowMs, isTold: false };
      standing.set(key, known);
      if (known.isTold) continue;
      const leftMs = known.sinceMs + standsMs - nowMs;
      if (leftMs > 0) {
        againMs = Math.min(againMs ?? leftMs, leftMs);
        continue;
      }
      known.isTold = true;
      tell.push(complaint);
    }
    this.#standing = standing;
    return { tell, againMs };
  }
}
