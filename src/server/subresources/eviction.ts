/**
 * `pods/eviction`: a deletion that a PodDisruptionBudget may refuse for the sake of the application.
 * What may go is counted off from the budget's status in one write that is judged on the store's
 * head: of two evictions that want the last permission, one gets it.
 * Source: Kubernetes documentation "API-initiated Eviction"; policy/v1 Eviction.
 */
import { deepCopy } from '#api/copy.ts';
import { podDisruptionBudgets, pods } from '#api/kinds/index.ts';
import { allowedCondition, withCondition } from '#api/kinds/pod-disruption-budgets/condition.ts';
import type { KubeObject } from '#api/object.ts';
import { matchesSelector } from '#api/selector.ts';
import { formatTime } from '#api/time.ts';
import type {
  DeleteOptions,
  Eviction,
  Pod,
  PodDisruptionBudget,
  Preconditions,
} from '#api/types.ts';
import type { Clock } from '#base/clock.ts';
import { limits } from '#base/limits.ts';
import { isStatusError, StatusError } from '#base/status-error.ts';
import type { Core, RequestContext, Target } from '../core/core.ts';
import { badRequest, forbidden } from '../core/errors.ts';
import type { SubresourceHandler } from '../core/handlers.ts';
import type { Updating } from '../core/update.ts';
import { created } from './created.ts';

interface Asked {
  readonly context: RequestContext;
  readonly target: Target;
  readonly dryRun: boolean;
  readonly deleteOptions: DeleteOptions;
}

export function evictionHandler(core: Core, updating: Updating, clock: Clock): SubresourceHandler {
  return {
    create: async (context, target, body, options): Promise<KubeObject> => {
      const { metadata, deleteOptions = {} } = body as Eviction;
      const { name } = target;
      if (metadata?.name && metadata.name !== name) {
        throw badRequest(
          `name in URL does not match name in Eviction object: name in URL: ${name}, name in Eviction object: ${metadata.name}`,
        );
      }
      const dryRun = options.dryRun === true || (deleteOptions.dryRun?.length ?? 0) > 0;
      const asked = { context, target, dryRun, deleteOptions };
      for (let attempt = 1; ; attempt++) {
        const outcome = await evict(core, updating, clock, asked);
        if (outcome === undefined) return created();
        if (attempt >= limits.writeAttempts) throw outcome;
      }
    },
  };
}

/** Resolves to the conflict when a pod that was let go for being unhealthy changed meanwhile. */
async function evict(
  core: Core,
  updating: Updating,
  clock: Clock,
  asked: Asked,
): Promise<StatusError | undefined> {
  const { context, target, dryRun, deleteOptions } = asked;
  const whole = { ...target, subresource: undefined };
  const pod = (await core.get(context, whole)).object as Pod;
  const ruling = isOver(pod) ? 'free' : await ruleOn(core, asked, pod);
  if (typeof ruling !== 'string') await takePermission(updating, clock, asked, pod, ruling);
  const isBound = ruling === 'unhealthy';
  try {
    const marked = dryRun || isOver(pod) ? pod : await mark(updating, clock, asked, pod, isBound);
    await core.delete(context, whole, {
      ...deleteOptions,
      dryRun: dryRun ? ['All'] : undefined,
      preconditions: preconditionsFor(marked, deleteOptions.preconditions, isBound),
    });
  } catch (error) {
    const isOurs = isBound && deleteOptions.preconditions?.resourceVersion === undefined;
    if (isOurs && isStatusError(error, 'Conflict')) return error;
    throw error;
  }
  return undefined;
}

/** Nothing is disrupted when a pod goes that does not run, or is on its way. */
function isOver({ status, metadata }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return true;
  return ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '');
}

function isReady({ status }: Pod): boolean {
  return (
    status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true
  );
}

/** `free`: nobody minds. `unhealthy`: it may go as long as it stays as it is. Else the budget that must allow it. */
type Ruling = 'free' | 'unhealthy' | PodDisruptionBudget;

async function ruleOn(core: Core, { context, target }: Asked, pod: Pod): Promise<Ruling> {
  const { namespace } = target;
  const { items } = await core.list(context, { kind: podDisruptionBudgets, namespace }, {});
  const budgets = items
    .map(({ object }) => object as PodDisruptionBudget)
    .filter(({ spec }) => spec?.selector && matchesSelector(spec.selector, pod.metadata.labels));
  const [budget, another] = budgets;
  if (another !== undefined) {
    const message =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new StatusError('InternalError', message);
  }
  if (budget === undefined) return 'free';
  if (isReady(pod)) return budget;
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return 'unhealthy';
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  // The application has all that it needs without this pod.
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy ? 'unhealthy' : budget;
}

/** A pod that was let go for being unhealthy must not have become healthy meanwhile. */
function preconditionsFor(
  { metadata }: Pod,
  given: Preconditions = {},
  isBound: boolean,
): Preconditions {
  const { uid = metadata.uid, resourceVersion } = given;
  const seen = isBound ? metadata.resourceVersion : undefined;
  return { uid, resourceVersion: resourceVersion ?? seen };
}

async function takePermission(
  updating: Updating,
  clock: Clock,
  { context, target, dryRun }: Asked,
  pod: Pod,
  { metadata }: PodDisruptionBudget,
): Promise<void> {
  const { namespace } = target;
  const budget = {
    kind: podDisruptionBudgets,
    namespace,
    name: metadata.name,
    subresource: 'status',
  };
  const now = formatTime(clock.now());
  await updating.update(context, budget, { dryRun }, (previous) =>
    permitted(previous as PodDisruptionBudget, pod.metadata.name, now),
  );
}

/** The budget with one permission less, the pod noted. Throws when there is none. */
function permitted(previous: PodDisruptionBudget, podName: string, now: string): KubeObject {
  const { metadata, status = {} } = previous;
  const { disruptionsAllowed = 0, disruptedPods = {} } = status;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    const message = `The disruption budget ${metadata.name} is still being processed by the server.`;
    throw tooMany(message, 10);
  }
  if (Object.keys(disruptedPods).length > limits.disruptedPods) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden(podDisruptionBudgets, metadata.name, why);
  }
  if (disruptionsAllowed <= 0) throw tooMany(whyNot(previous), 0);
  const budget = deepCopy(previous);
  const allowed = disruptionsAllowed - 1;
  const next = {
    ...budget.status,
    disruptionsAllowed: allowed,
    disruptedPods: { ...disruptedPods, [podName]: now },
  };
  budget.status = allowed === 0 ? withCondition(next, allowedCondition(0), now) : next;
  return budget;
}

function whyNot({ metadata, status = {} }: PodDisruptionBudget): string {
  const { desiredHealthy = 0, currentHealthy = 0, conditions = [] } = status;
  const failed = conditions.find(
    ({ type, reason }) => type === 'DisruptionAllowed' && reason === 'SyncFailed',
  );
  return failed === undefined
    ? `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
    : `The disruption budget ${metadata.name} does not allow evicting pods currently because it failed sync: ${failed.message}`;
}

function tooMany(message: string, retryAfterSeconds: number): StatusError {
  const causes = [{ reason: 'DisruptionBudget', message }];
  const sentence = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new StatusError('TooManyRequests', sentence, {
    causes,
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  });
}

/** So that whoever owns the pod knows that it was not its fault (KEP-3329). */
async function mark(
  updating: Updating,
  clock: Clock,
  { context, target }: Asked,
  pod: Pod,
  isBound: boolean,
): Promise<Pod> {
  const lastTransitionTime = formatTime(clock.now());
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime,
  };
  const status = { ...target, kind: pods, subresource: 'status' };
  const stored = await updating.update(context, status, {}, (previous) => {
    const next = deepCopy(previous) as Pod;
    next.metadata.uid = pod.metadata.uid;
    next.metadata.resourceVersion = isBound ? pod.metadata.resourceVersion : undefined;
    const others = next.status?.conditions?.filter(({ type }) => type !== condition.type) ?? [];
    next.status = { ...next.status, conditions: [...others, condition] };
    return next;
  });
  return stored.object as Pod;
}
