/** Which images go to make room: unused ones, the longest unused first. Source: kubelet image GC. */

export interface ImageAge {
  readonly id: string;
  readonly sizeBytes: number;
  /** When a container that runs or is kept used it last; else when it was first seen. */
  readonly lastUsedMs: number;
  readonly firstSeenMs: number;
  readonly inUse: boolean;
  /** The sandbox image, and what people brought in by hand, which nothing could pull again. */
  readonly kept: boolean;
}

/** Enough of them to free `bytes`; Infinity: all that may go. */
export function chooseImages(
  images: readonly ImageAge[],
  bytes: number,
  minimumAgeMs: number,
  now: number,
): readonly ImageAge[] {
  const chosen: ImageAge[] = [];
  let left = bytes;
  const idle = images
    .filter(({ inUse, kept, firstSeenMs }) => !inUse && !kept && now - firstSeenMs >= minimumAgeMs)
    .sort((a, b) => a.lastUsedMs - b.lastUsedMs || a.firstSeenMs - b.firstSeenMs);
  for (const image of idle) {
    if (left <= 0) break;
    chosen.push(image);
    left -= image.sizeBytes;
  }
  return chosen;
}
