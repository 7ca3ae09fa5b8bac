/**
 * `scale`: a scalable object seen as autoscaling/v1 Scale, the same for every kind that says how.
 * Writing it writes the object's replicas and nothing else.
 */
import { deepCopy } from '#api/copy.ts';
import { apiVersionOf, type Kind, type ScaleView } from '#api/kind.ts';
import type { KubeObject } from '#api/object.ts';
import { decodeObject } from '#api/schema/decode.ts';
import { typeSchema } from '#api/schema/schema.ts';
import type { Scale } from '#api/types.ts';
import type { WriteOptions } from '#api/verbs.ts';
import { assert } from '#base/assert.ts';
import type { Clock } from '#base/clock.ts';
import type { Core, RequestContext, Target } from '../core/core.ts';
import { invalid } from '../core/errors.ts';
import type { SubresourceHandler } from '../core/handlers.ts';
import { checkIdentity } from '../core/identity.ts';
import { applied, writerOf } from '../core/owners.ts';
import { patched } from '../core/patch.ts';
import type { Updating } from '../core/update.ts';

const scaleKind = { group: 'autoscaling', kind: 'Scale' };

/** The object that a Scale belongs to is written as a whole: its own rules judge the result. */
export function scaleHandler(core: Core, updating: Updating, clock: Clock): SubresourceHandler {
  async function write(
    context: RequestContext,
    target: Target,
    options: WriteOptions,
    wanted: (now: Scale) => Scale,
  ): Promise<Scale> {
    const { kind } = target;
    const view = viewOf(kind);
    const whole = { ...target, subresource: undefined };
    const propose = (previous: KubeObject) => {
      const scale = wanted(scaleOf(view, previous));
      const next = deepCopy(previous);
      view.write(next, checkedReplicas(scale, target));
      next.metadata.resourceVersion = scale.metadata.resourceVersion;
      if (scale.metadata.uid) next.metadata.uid = scale.metadata.uid;
      return next;
    };
    const manner = { through: 'scale' };
    const stored = await updating.update(context, whole, options, propose, manner);
    return scaleOf(view, stored.object);
  }
  /** Whoever applies a Scale owns the object's replicas by way of `scale`, and nothing else of it. */
  async function apply(
    context: RequestContext,
    target: Target,
    body: unknown,
    options: WriteOptions,
  ): Promise<Scale> {
    const { kind } = target;
    const configuration = configurationOf(context, target, body, options);
    const writer = writerOf(context, target, options, clock.now());
    const propose = (previous: KubeObject) =>
      applied(context, writer, previous, configuration, { ...options, fieldValidation: 'Ignore' });
    const whole = { ...target, subresource: undefined };
    const stored = await updating.update(context, whole, options, propose, { owned: true });
    return scaleOf(viewOf(kind), stored.object);
  }
  return {
    get: async (context, target) => {
      const stored = await core.get(context, { ...target, subresource: undefined });
      return scaleOf(viewOf(target.kind), stored.object);
    },
    update: (context, target, body, options) =>
      write(context, target, options, () => body as Scale),
    patch: (context, target, patch, options) =>
      patch.type === 'apply'
        ? apply(context, target, patch.body, options)
        : write(
            context,
            target,
            options,
            (now) => patched(context, typeSchema('Scale'), now, patch, options) as Scale,
          ),
  };
}

/** The applied Scale, said of the object that it is a view of. */
function configurationOf(
  context: RequestContext,
  target: Target,
  body: unknown,
  { fieldValidation = 'Warn' }: WriteOptions,
): KubeObject {
  const { kind } = target;
  const { object, warnings } = decodeObject<Scale>(body, typeSchema('Scale'), { fieldValidation });
  for (const sentence of warnings) context.warn(sentence);
  const { name, namespace, uid, resourceVersion } = object.metadata ?? {};
  const metadata = {
    name: name ?? target.name ?? '',
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  const replicas = checkedReplicas({ ...object, metadata }, target);
  const configuration = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
  if (object.spec?.replicas === undefined) return configuration;
  const withReplicas = { ...configuration, spec: {} };
  viewOf(kind).write(withReplicas, replicas);
  return withReplicas;
}

function viewOf({ scale }: Kind): ScaleView<KubeObject> {
  assert(scale !== undefined, 'only scalable kinds come here');
  return scale;
}

function checkedReplicas({ metadata, spec }: Scale, target: Target): number {
  checkIdentity(metadata, target);
  const replicas = spec?.replicas ?? 0;
  if (replicas >= 0) return replicas;
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
  throw invalid(scaleKind, target.name ?? '', [
    { type: 'FieldValueInvalid', field: 'spec.replicas', message },
  ]);
}

function scaleOf(view: ScaleView<KubeObject>, object: KubeObject): Scale {
  const { specReplicas, statusReplicas, selector } = view.read(object);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: specReplicas },
    status: { replicas: statusReplicas, selector },
  };
}
