/** DefaultIngressClass: an Ingress that names no class gets the cluster's default, the newest if there are several. */
import { ingressClasses, ingresses } from '#api/kinds/index.ts';
import type { Ingress, IngressClass } from '#api/types.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';

const defaultAnnotation = 'ingressclass.kubernetes.io/is-default-class';
/** From before `ingressClassName`; still honoured. */
const classAnnotation = 'kubernetes.io/ingress.class';

export const defaultIngressClass: AdmissionStep = {
  name: 'DefaultIngressClass',
  mutate: setClass,
};

function setClass({ kind, operation, object, reader }: AdmissionRequest): void {
  if (kind !== ingresses || operation !== 'CREATE') return;
  const ingress = object as Ingress;
  if (ingress.spec?.ingressClassName !== undefined) return;
  if (ingress.metadata.annotations?.[classAnnotation] !== undefined) return;
  const defaults = [...reader.list(ingressClasses)].filter(
    ({ metadata }) => metadata.annotations?.[defaultAnnotation] === 'true',
  );
  const [chosen] = defaults.sort(newestFirst);
  if (chosen === undefined) return;
  ingress.spec ??= {};
  ingress.spec.ingressClassName = chosen.metadata.name;
}

function newestFirst({ metadata: one }: IngressClass, { metadata: other }: IngressClass): number {
  const { creationTimestamp: left = '' } = one;
  const { creationTimestamp: right = '' } = other;
  if (left !== right) return left < right ? 1 : -1;
  return one.name < other.name ? -1 : 1;
}
