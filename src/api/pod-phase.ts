/** What a pod's phase says by itself. Source: core/v1 PodPhase. */

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** Nothing of the pod runs any more, nor will. */
export function isFinal(phase: string | undefined): phase is 'Succeeded' | 'Failed' {
  return phase === 'Succeeded' || phase === 'Failed';
}
