/**
 * When a node is short of something, and what it does then, and how many pods it runs: the kubelet's own settings by their own
 * names, with its defaults. Source: Kubernetes, "Node-pressure Eviction", KubeletConfiguration v1beta1.
 */
import { unitsOf, quantityError } from '#api/quantity.ts';

export const signals = [
  'memory.available',
  'nodefs.available',
  'nodefs.inodesFree',
  'imagefs.available',
  'imagefs.inodesFree',
  'pid.available',
] as const;

export type Signal = (typeof signals)[number];

/** An amount, or a part of what there is, 0 to 1. */
export type Threshold = { readonly amount: number } | { readonly part: number };

export interface NodeSettings {
  readonly hard: ReadonlyMap<Signal, Threshold>;
  readonly soft: ReadonlyMap<Signal, Threshold & { readonly graceMs: number }>;
  /** So much more than the threshold is freed once it was met. */
  readonly minimumReclaim: ReadonlyMap<Signal, Threshold>;
  /** A condition stands for so long after it was last true. */
  readonly transitionMs: number;
  /** Of evictions by soft thresholds, at most; undefined: the pod's own. */
  readonly maxPodGraceSeconds: number | undefined;
  /** Parts of the image file system in use at which images are removed, and down to which. */
  readonly imageHighPart: number;
  readonly imageLowPart: number;
  readonly imageMinimumAgeMs: number;
  /** When the machine goes down, pods end for good within so long; 0: they come back with the machine. */
  readonly shutdownMs: number;
  /** The last part of it, for pods that others depend on. */
  readonly shutdownCriticalMs: number;
  /** Pods that the node runs at once. */
  readonly podsMax: number;
}

const defaults = {
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '10%',
    'nodefs.inodesFree': '5%',
    'imagefs.available': '15%',
    'imagefs.inodesFree': '5%',
    'pid.available': '10%',
  },
  evictionSoft: {},
  evictionSoftGracePeriod: {},
  evictionMinimumReclaim: {},
  evictionPressureTransitionPeriod: '5m',
  evictionMaxPodGracePeriod: 0,
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  imageMinimumGCAge: '2m',
  shutdownGracePeriod: '0s',
  shutdownGracePeriodCriticalPods: '0s',
  maxPods: 110,
};

type Given = typeof defaults;

/** Of a settings file's object; throws an Error in words for whoever wrote it. */
export function nodeSettings(given: Readonly<Record<string, unknown>>): NodeSettings {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(defaults, name)) throw new Error(`There is no node setting "${name}".`);
  }
  const all = { ...defaults, ...given } as Given;
  const soft = thresholds('evictionSoft', all.evictionSoft);
  const graces = new Map(
    Object.entries(all.evictionSoftGracePeriod).map(([signal, text]) => [
      signal,
      durationMs('evictionSoftGracePeriod', text),
    ]),
  );
  const [low, high] = [all.imageGCLowThresholdPercent, all.imageGCHighThresholdPercent];
  if (!(low >= 0 && low < high && high <= 100)) {
    throw new Error(
      'imageGCLowThresholdPercent must be below imageGCHighThresholdPercent, both between 0 and 100.',
    );
  }
  const shutdownMs = durationMs('shutdownGracePeriod', all.shutdownGracePeriod);
  const shutdownCriticalMs = durationMs(
    'shutdownGracePeriodCriticalPods',
    all.shutdownGracePeriodCriticalPods,
  );
  if (shutdownCriticalMs > shutdownMs) {
    throw new Error('shutdownGracePeriodCriticalPods must not be longer than shutdownGracePeriod.');
  }
  return {
    podsMax: podsMaxOf(all.maxPods),
    shutdownMs,
    shutdownCriticalMs,
    hard: thresholds('evictionHard', { ...defaults.evictionHard, ...all.evictionHard }),
    soft: new Map(
      [...soft].map(([signal, threshold]) => {
        const graceMs = graces.get(signal);
        if (graceMs === undefined) {
          throw new Error(`evictionSoft needs an evictionSoftGracePeriod for ${signal}.`);
        }
        return [signal, { ...threshold, graceMs }];
      }),
    ),
    minimumReclaim: thresholds('evictionMinimumReclaim', all.evictionMinimumReclaim),
    transitionMs: durationMs(
      'evictionPressureTransitionPeriod',
      all.evictionPressureTransitionPeriod,
    ),
    maxPodGraceSeconds: all.evictionMaxPodGracePeriod || undefined,
    imageHighPart: high / 100,
    imageLowPart: low / 100,
    imageMinimumAgeMs: durationMs('imageMinimumGCAge', all.imageMinimumGCAge),
  };
}

function podsMaxOf(given: unknown): number {
  if (Number.isSafeInteger(given) && Number(given) >= 0) return Number(given);
  throw new Error('maxPods must be a whole number, 0 or more.');
}

function thresholds(
  field: string,
  given: Readonly<Record<string, string>>,
): Map<Signal, Threshold> {
  return new Map(
    Object.entries(given).map(([name, text]) => {
      const signal = signals.find((one) => one === name);
      if (!signal)
        throw new Error(`${field} knows no signal "${name}", only ${signals.join(', ')}.`);
      return [signal, thresholdOf(`${field}.${name}`, text)];
    }),
  );
}

function thresholdOf(field: string, text: unknown): Threshold {
  const percent = typeof text === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1] : undefined;
  if (percent !== undefined && Number(percent) <= 100) return { part: Number(percent) / 100 };
  if (typeof text !== 'string' || quantityError(text) !== undefined || unitsOf(text) < 0) {
    throw new Error(`${field} must be an amount such as "100Mi", or a part such as "10%".`);
  }
  return { amount: unitsOf(text) };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's durations: `2m`, `1m30s`. */
function durationMs(field: string, text: unknown): number {
  const parts = typeof text === 'string' ? [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)] : [];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new Error(`${field} must be a time such as "30s" or "1m30s".`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0), 0);
}

export const usualSettings = nodeSettings({});
