import type { ScaleView } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';
import { compileSelector, selectorOfLabels } from '../../selector.ts';
import type { LabelSelector } from '../../types.ts';

interface Scalable extends KubeObject {
  readonly spec: { replicas?: number | undefined; readonly selector?: unknown };
  readonly status?: { readonly replicas?: number | undefined } | undefined;
}

function scaleView<T extends Scalable>(selectorOf: (object: T) => string): ScaleView<T> {
  return {
    read: (object) => ({
      specReplicas: object.spec?.replicas ?? 0,
      statusReplicas: object.status?.replicas ?? 0,
      selector: selectorOf(object),
    }),
    write({ spec }, replicas) {
      if (spec) spec.replicas = replicas;
    },
  };
}

/** Of whatever has `spec.replicas` and finds its pods by a label selector. */
export function scaleBySelector<
  T extends Scalable & { readonly spec: { readonly selector: LabelSelector } },
>(): ScaleView<T> {
  return scaleView(({ spec }) => compileSelector(spec?.selector).toString());
}

/** The older form: the selector is a map of labels. */
export function scaleByLabels<
  T extends Scalable & {
    readonly spec: { readonly selector?: Readonly<Record<string, string>> | undefined };
  },
>(): ScaleView<T> {
  return scaleView(({ spec }) => selectorOfLabels(spec?.selector ?? {}).toString());
}
