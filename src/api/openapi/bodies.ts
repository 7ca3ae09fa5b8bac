/** Which type goes in and which comes back, for each operation. */
import { schemaOf, typeSchema } from '../schema/schema.ts';
import { customName, typeName } from './names.ts';
import type { GroupVersionKind, Operation } from './operations.ts';
import type { ServedResource } from './served-resource.ts';

/** The name of the body that a kind has, as a resource is read or written. */
export function bodyName(kind: GroupVersionKind, resource: ServedResource): string | undefined {
  if (kind.kind === resource.kind && kind.group === resource.group) {
    return resource.customSchema === undefined
      ? typeName(typeSchema(resource.type))
      : customName(resource);
  }
  const schema = schemaOf(kind);
  return schema === undefined ? undefined : typeName(schema);
}

/** The type of what comes back; undefined for text and streams. */
export function answerName({ action, kind, resource, path }: Operation): string | undefined {
  if (action === 'connect' || path.endsWith('/log')) return undefined;
  const name = bodyName(kind, resource);
  if (action === 'list') return name === undefined ? undefined : `${name}List`;
  const isStatus = action === 'delete' || action === 'deletecollection';
  return isStatus ? typeName(typeSchema('Status')) : name;
}

/** The heading under which an operation stands: `apps_v1`. */
export function tagOf({ group, version }: ServedResource): string {
  return `${group === '' ? 'core' : group.split('.')[0]}_${version}`;
}
