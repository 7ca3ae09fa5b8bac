/** Parts of the API that are not plain objects in the store. Given in by composition, by name. */
import type { KubeObject } from '#api/object.ts';
import type { Patch, WriteOptions } from '#api/verbs.ts';
import type { RequestContext, Target } from './core.ts';

/** Answers a kind that is not stored (TokenReview, SubjectAccessReview, …). */
export type VirtualHandler = (context: RequestContext, object: KubeObject) => Promise<KubeObject>;

/** Reads a kind that is not stored but made for each answer (PodMetrics). Selectors are applied to what it lists. */
export interface VirtualReader {
  list(context: RequestContext, namespace: string | undefined): Promise<readonly KubeObject[]>;
}

/** A subresource with a body or behaviour of its own; a verb that is missing is not supported. */
export interface SubresourceHandler {
  get?(context: RequestContext, target: Target): Promise<KubeObject>;
  create?(
    context: RequestContext,
    target: Target,
    body: KubeObject,
    options: WriteOptions,
  ): Promise<KubeObject>;
  update?(
    context: RequestContext,
    target: Target,
    body: KubeObject,
    options: WriteOptions,
  ): Promise<KubeObject>;
  patch?(
    context: RequestContext,
    target: Target,
    patch: Patch,
    options: WriteOptions,
  ): Promise<KubeObject>;
}

/** `/pods/binding`, `apps/deployments/scale`: group, resource, subresource. */
export function handlerKey(kind: { group: string; resource: string }, subresource: string): string {
  return `${kind.group}/${kind.resource}/${subresource}`;
}
