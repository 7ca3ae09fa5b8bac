/**
 * The documents that describe the API to clients: OpenAPI v3, and v2 for older ones. Everything in
 * them is derived: shapes from the schema table, paths from the kinds that are served.
 */
import type { Kind } from '../kind.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** What these documents read of a kind; a `Kind` is one. */
export interface ServedResource
  extends Pick<
    Kind,
    'group' | 'version' | 'kind' | 'resource' | 'namespaced' | 'verbs' | 'type' | 'subresources'
  > {
  /** Of a custom resource: its OpenAPI v3 schema, which then stands in place of `type`. */
  readonly customSchema?: JsonObject;
}

/** Sentences about types and fields: type name → field name → text; the field '' is the type itself. */
export type Docs = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** `api/v1` or `apis/apps/v1`: where a group version lives under the root. */
export function rootOf({ group, version }: GroupVersion): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** Each group version once, in the order in which they first appear. */
export function groupVersionsOf(resources: readonly ServedResource[]): GroupVersion[] {
  const byRoot = new Map(
    resources.map(({ group, version }) => [rootOf({ group, version }), { group, version }]),
  );
  return [...byRoot.values()];
}
