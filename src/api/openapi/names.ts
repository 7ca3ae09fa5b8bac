/** How types are called in OpenAPI documents: `io.k8s.api.core.v1.Pod`. */
import type { Leaf, TypeSchema } from '../schema/schema.ts';
import type { ServedResource } from './served-resource.ts';

const roots: Readonly<Record<string, string>> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  metrics: 'io.k8s.metrics.pkg.apis.metrics',
};

export function typeName(type: TypeSchema): string {
  const root = roots[type.package] ?? `io.k8s.api.${type.package}`;
  return `${root}.${type.version}.${type.goName}`;
}

/** Leaves that have a name of their own there. */
export const leafNames: Readonly<Partial<Record<Leaf, string>>> = {
  time: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  microTime: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  duration: 'io.k8s.apimachinery.pkg.apis.meta.v1.Duration',
  fieldSet: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  intOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  raw: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  json: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  schemaOrArray: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  schemaOrBool: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  schemaOrStrings:
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
};

/** The body of every PATCH, whatever its media type. */
export const patchName = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch';

/** Kubernetes names the types of custom resources by their group, back to front: `com.example.v1.Thing`. */
export function customName({ group, version, kind }: ServedResource): string {
  return `${group.split('.').toReversed().join('.')}.${version}.${kind}`;
}
