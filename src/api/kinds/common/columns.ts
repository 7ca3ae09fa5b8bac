import type { Column } from '../../kind.ts';
import type { KubeObject } from '../../object.ts';

/** The first column of every table; the format lets kubectl prefix it with the resource (`pod/x`). */
export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name of the object, unique among those of its kind within the namespace.',
  cell: (object) => object.metadata.name ?? '',
};
