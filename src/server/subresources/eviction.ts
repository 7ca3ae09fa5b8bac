/**
 * `pods/eviction`: a deletion that may be refused for the sake of the application. What refuses it
 * is given in; without such a rule an eviction is a deletion with the pod's grace period.
 */
import type { KubeObject } from '#api/object.ts';
import type { Eviction, Pod } from '#api/types.ts';
import { StatusError } from '#base/status-error.ts';
import type { Core } from '../core/core.ts';
import { badRequest } from '../core/errors.ts';
import type { SubresourceHandler } from '../core/handlers.ts';
import { created } from './created.ts';

/** Undefined: the pod may go. Otherwise why not, and perhaps when to ask again. */
export type DisruptionRule = (
  pod: Pod,
) => { readonly message: string; readonly retryAfterSeconds?: number | undefined } | undefined;

export const noDisruptionRule: DisruptionRule = () => undefined;

export function evictionHandler(core: Core, rule: DisruptionRule): SubresourceHandler {
  return {
    create: async (context, target, body, options): Promise<KubeObject> => {
      const { metadata, deleteOptions = {} } = body as Eviction;
      const { name } = target;
      if (metadata?.name && metadata.name !== name) {
        throw badRequest(
          `name in URL does not match name in Eviction object: name in URL: ${name}, name in Eviction object: ${metadata.name}`,
        );
      }
      const whole = { ...target, subresource: undefined };
      const pod = (await core.get(context, whole)).object as Pod;
      const refusal = isOver(pod) ? undefined : rule(pod);
      if (refusal) throw tooMany(refusal);
      const { uid = pod.metadata.uid, resourceVersion } = deleteOptions.preconditions ?? {};
      const dryRun = options.dryRun ? ['All'] : deleteOptions.dryRun;
      await core.delete(context, whole, {
        ...deleteOptions,
        dryRun,
        preconditions: { uid, resourceVersion },
      });
      return created();
    },
  };
}

/** Nothing is disrupted when a pod goes that runs no longer, or is on its way. */
function isOver({ status, metadata }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return true;
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function tooMany({ message, retryAfterSeconds = 0 }: NonNullable<ReturnType<DisruptionRule>>) {
  const causes = [{ reason: 'DisruptionBudget', message }];
  const sentence = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new StatusError('TooManyRequests', sentence, { causes, retryAfterSeconds });
}
