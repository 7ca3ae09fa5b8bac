/**
 * Which pods a pod belongs together with when it has no rules of its own: those that its controller
 * and all Services that mean it select (Kubernetes: DefaultSelector of the default constraints).
 */
import type { View } from '#api/decision.ts';
import { replicaSets, replicationControllers, services, statefulSets } from '#api/kinds/index.ts';
import { compileSelector, type Requirement, Selector, selectorOfLabels } from '#api/selector.ts';
import type {
  OwnerReference,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from '#api/types.ts';
import type { PodShape } from './pod-needs.ts';

/** What is read of the cluster, so that the scheduler has it as a source. */
export const siblingSources = [services, replicaSets, replicationControllers, statefulSets];

type Owner = ReplicaSet | ReplicationController | StatefulSet;

interface Answer {
  /** What it was worked out from: lists and objects of the view are made anew when they change. */
  readonly services: readonly Service[];
  readonly owner: Owner | undefined;
  readonly selector: Selector | undefined;
}

export class Siblings {
  readonly #view: View;
  readonly #answers = new WeakMap<PodShape, Answer>();

  constructor(view: View) {
    this.#view = view;
  }

  /** Undefined: with nobody. */
  of(shape: PodShape): Selector | undefined {
    const all = this.#view.list(services, shape.namespace);
    const owner = ownerOf(shape, this.#view);
    const known = this.#answers.get(shape);
    if (known?.services === all && known.owner === owner) return known.selector;
    const requirements = [
      ...all.flatMap((service) => requirementsOfService(service, shape)),
      ...(owner === undefined ? [] : requirementsOfOwner(owner)),
    ];
    const selector = requirements.length === 0 ? undefined : new Selector(requirements);
    this.#answers.set(shape, { services: all, owner, selector });
    return selector;
  }
}

function ownerOf({ owner, namespace }: PodShape, view: View): Owner | undefined {
  const found = owner && namedOwner(owner, namespace, view);
  return found?.metadata.uid === owner?.uid ? found : undefined;
}

function namedOwner(
  { kind, name }: OwnerReference,
  namespace: string,
  view: View,
): Owner | undefined {
  switch (kind) {
    case 'ReplicaSet':
      return view.get(replicaSets, namespace, name);
    case 'StatefulSet':
      return view.get(statefulSets, namespace, name);
    case 'ReplicationController':
      return view.get(replicationControllers, namespace, name);
    default:
      return undefined;
  }
}

function requirementsOfService({ spec }: Service, { labels }: PodShape): readonly Requirement[] {
  const entries = Object.entries(spec?.selector ?? {});
  if (entries.length === 0 || entries.some(([key, value]) => labels[key] !== value)) return [];
  return selectorOfLabels(spec?.selector ?? {}).requirements;
}

function requirementsOfOwner(owner: Owner): readonly Requirement[] {
  return owner.kind === 'ReplicationController'
    ? selectorOfLabels(owner.spec?.selector ?? {}).requirements
    : compileSelector(owner.spec?.selector).requirements;
}
