/**
 * Conditions have no room for a code, and who reads them compares their words. So the codes stand
 * beside them, in an annotation that the server itself keeps in each write (`server/core`): it names
 * those conditions that warn, and is not there when none does.
 */
import type { KubeObject } from './object.ts';
import type { ReasonCode } from './reasons.ts';

/** `ContainersReady=container-fails;Ready=container-fails`. Belongs to nobody (`apply`). */
export const conditionCodesAnnotation = 'gantry.dev/condition-codes';

/** By the type of the condition; without those that do not warn. */
export type ConditionCodes = Readonly<Record<string, readonly ReasonCode[]>>;

export function textOfCodes(codes: ConditionCodes): string | undefined {
  const parts = Object.entries(codes)
    .filter(([, all]) => all.length > 0)
    .map(([type, all]) => `${type}=${[...new Set(all)].join(',')}`);
  return parts.length === 0 ? undefined : parts.sort().join(';');
}

/** What the annotation says; by the type of the condition. */
export function codesOfConditions({ metadata }: KubeObject): ReadonlyMap<string, string[]> {
  const text = metadata.annotations?.[conditionCodesAnnotation] ?? '';
  const parts = text === '' ? [] : text.split(';').map((part) => part.split('='));
  return new Map(parts.map(([type = '', all = '']) => [type, all.split(',')]));
}
