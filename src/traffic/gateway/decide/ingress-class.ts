/** Which Ingresses are the gateway's. Source: networking.k8s.io/v1 IngressClass. */
import type { Ingress, IngressClass } from '#api/types.ts';

/** IngressClass.spec.controller of classes that the gateway serves. */
export const controllerName = 'gantry.dev/gateway';
const classAnnotation = 'kubernetes.io/ingress.class';

export function isServedClass({ spec }: IngressClass): boolean {
  return spec.controller === controllerName;
}

/** An Ingress without a class is nobody's, unless made before there was a default class; then it is ours. */
export function isOurs(ingress: Ingress, classes: readonly IngressClass[]): boolean {
  if (ingress.metadata.deletionTimestamp !== undefined) return false;
  const name = ingress.spec.ingressClassName ?? ingress.metadata.annotations?.[classAnnotation];
  if (name === undefined) return true;
  return classes.some((each) => each.metadata.name === name && isServedClass(each));
}
