/** Keeps the annotation that names the codes of conditions true, in whatever write touches an object. */
import { conditionCodesAnnotation, textOfCodes } from '#api/condition-codes.ts';
import type { Kind } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';

/** Whatever a writer makes of it: it is not theirs. */
export function keepCodes(kind: Kind, next: KubeObject, previous: KubeObject): void {
  if (kind.conditionCodes)
    putCodes(next, previous.metadata.annotations?.[conditionCodesAnnotation]);
}

/** After everything that changes the object, and after its owners are recorded. */
export function noteCodes(kind: Kind, next: KubeObject): void {
  if (kind.conditionCodes) putCodes(next, textOfCodes(kind.conditionCodes(next)));
}

function putCodes({ metadata }: KubeObject, text: string | undefined): void {
  if (metadata.annotations?.[conditionCodesAnnotation] === text) return;
  const { [conditionCodesAnnotation]: _, ...others } = metadata.annotations ?? {};
  if (text !== undefined) metadata.annotations = { ...others, [conditionCodesAnnotation]: text };
  else if (Object.keys(others).length > 0) metadata.annotations = others;
  else delete metadata.annotations;
}
