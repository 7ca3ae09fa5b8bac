/**
 * LimitRanger: what a namespace's LimitRanges say of pods and claims. Defaults come first of all
 * changes, so that whatever counts resources later counts these.
 */
import { limitRanges, persistentVolumeClaims, pods } from '#api/kinds/index.ts';
import { claimOutOfBounds, giveDefaults, outOfBounds } from '#api/kinds/limit-ranges/enforce.ts';
import type { LimitRange, PersistentVolumeClaim, Pod } from '#api/types.ts';
import { forbidden } from '../core/errors.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';
import { nameIn } from './namespace-lifecycle.ts';

export const limitRanger: AdmissionStep = {
  name: 'LimitRanger',
  mutate: ({ kind, operation, object, reader, namespace }) => {
    if (kind !== pods || operation !== 'CREATE') return;
    for (const range of reader.list(limitRanges, namespace)) giveDefaults(object as Pod, range);
  },
  validate: (request) => {
    const { kind, object, reader, namespace } = request;
    if (!isJudged(request)) return;
    for (const range of reader.list(limitRanges, namespace)) {
      const wrong = judge(request, range);
      if (wrong.length === 0) continue;
      const [first = ''] = wrong;
      const why = wrong.length === 1 ? first : `[${[...new Set(wrong)].join(', ')}]`;
      throw forbidden(kind, nameIn(object), why);
    }
  },
};

/** A pod's resources change only by its resize; a claim may be made larger. */
function isJudged({ kind, operation, subresource }: AdmissionRequest): boolean {
  if (kind === pods) {
    return (operation === 'CREATE' && subresource === undefined) || subresource === 'resize';
  }
  return kind === persistentVolumeClaims && operation !== 'DELETE' && subresource === undefined;
}

function judge({ kind, object }: AdmissionRequest, range: LimitRange): readonly string[] {
  return kind === pods
    ? outOfBounds(object as Pod, range)
    : claimOutOfBounds(object as PersistentVolumeClaim, range);
}
