/** Which objects are the gateway's. Source: networking.k8s.io/v1 IngressClass. */
import type { Ingress, IngressClass } from './types.ts';

/** IngressClass.spec.controller of classes that the gateway serves. */
export const gatewayController = 'gantry.dev/gateway';
/** Service.spec.loadBalancerClass of Services that are the gateway's beside those without one. */
export const gatewayBalancerClass = 'gantry.dev/gateway';
const classAnnotation = 'kubernetes.io/ingress.class';

export function isServedClass({ spec }: IngressClass): boolean {
  return spec?.controller === gatewayController;
}

/** The older annotation holds where the field says nothing. */
export function classNameOf({ spec, metadata }: Ingress): string | undefined {
  return spec.ingressClassName ?? metadata.annotations?.[classAnnotation];
}

/** An Ingress without a class is nobody's, unless made before there was a default class; then it is ours. */
export function isServedIngress(ingress: Ingress, classes: readonly IngressClass[]): boolean {
  if (ingress.metadata.deletionTimestamp !== undefined) return false;
  const name = classNameOf(ingress);
  if (name === undefined) return true;
  return classes.some((each) => each.metadata.name === name && isServedClass(each));
}
