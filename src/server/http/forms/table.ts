/** meta.k8s.io Table: the rows that `kubectl get` prints, made from the columns of the kind. */
import type { Column, Kind } from '#api/kind.ts';
import { ageColumn, nameColumn } from '#api/kinds/common/columns.ts';
import type { KubeObject } from '#api/object.ts';
import type { Scale } from '#api/types.ts';
import { assertNever } from '#base/assert.ts';
import { partialMetadata } from './metadata.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  readonly version: 'v1' | 'v1beta1';
  readonly include: IncludeObject;
  /** Milliseconds, for ages. */
  readonly now: number;
  /** Later events of a watch repeat no headers. */
  readonly headers: boolean;
}

export interface TableMeta {
  readonly resourceVersion?: string | undefined;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

export function tableOf(
  kind: Kind,
  objects: readonly KubeObject[],
  metadata: TableMeta,
  options: TableOptions,
): object {
  const columns = columnsOf(kind, objects[0]);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata,
    columnDefinitions: options.headers ? columns.map(definitionOf) : [],
    rows: objects.map((object) => rowOf(columns, object, options)),
  };
}

function rowOf(columns: readonly Column<KubeObject>[], object: KubeObject, options: TableOptions) {
  const cells = columns.map((column) => column.cell(object, options.now));
  switch (options.include) {
    case 'None':
      return { cells };
    case 'Object':
      return { cells, object };
    case 'Metadata':
      return { cells, object: partialMetadata(object, options.version) };
    default:
      return assertNever(options.include);
  }
}

function definitionOf({
  name,
  type,
  format = '',
  description = '',
  priority = 0,
}: Column<KubeObject>) {
  return { name, type, format, description, priority };
}

/** A kind that names none is shown as Kubernetes shows what it knows nothing about. */
function columnsOf(kind: Kind, object: KubeObject | undefined): readonly Column<KubeObject>[] {
  if (object && object.kind !== kind.kind) {
    return object.kind === 'Scale' ? scaleColumns : defaultColumns;
  }
  return kind.columns.length > 0 ? kind.columns : defaultColumns;
}

const defaultColumns: readonly Column<KubeObject>[] = [
  nameColumn,
  {
    name: 'Created At',
    type: 'date',
    description: 'When the server stored the object first.',
    cell: ({ metadata }) => metadata.creationTimestamp ?? '',
  },
];

/** `scale` of any kind looks the same. */
const scaleColumns: readonly Column<KubeObject>[] = [
  nameColumn,
  {
    name: 'Desired',
    type: 'integer',
    description: 'Replicas that should be there.',
    cell: (object) => (object as Scale).spec?.replicas ?? 0,
  },
  {
    name: 'Available',
    type: 'integer',
    description: 'Replicas that are there.',
    cell: (object) => (object as Scale).status?.replicas ?? 0,
  },
  ageColumn,
];
