/** Names for pod templates: the `pod-template-hash` label and the ReplicaSet's name suffix. */
import type { PodTemplateSpec } from '#api/types.ts';
import { isSame } from './same.ts';

export const templateHashLabel = 'pod-template-hash';

/** No vowels and no look-alike digits: no words arise by chance (Kubernetes' safe encoding). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Stable over processes and releases: it depends on the values alone, not on the order of keys. The
 * count makes another name when two templates collide.
 */
export function templateHash(template: PodTemplateSpec, collisionCount = 0): string {
  const text = canonical(template);
  const low = fnv1a(text, 0x811c9dc5 ^ collisionCount);
  const high = fnv1a(text, low ^ 0x9e3779b9);
  let value = (BigInt(high) << 32n) | BigInt(low);
  let encoded = '';
  for (let at = 0; at < 10; at++) {
    encoded += alphabet[Number(value % 27n)] ?? '';
    value /= 27n;
  }
  return encoded;
}

/** Whether two templates ask for the same pods; the hash label is gantry's own addition. */
export function isSameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return isSame(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [templateHashLabel]: hash, ...labels } = template.metadata?.labels ?? {};
  if (hash === undefined) return template;
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** FNV-1a over UTF-16 code units, 32 bits. */
function fnv1a(text: string, start: number): number {
  let hash = start >>> 0;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}
