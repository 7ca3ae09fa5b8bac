import { type FieldError, required } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import type { ControllerRevision } from '../types.ts';
import { checkImmutable, checkNonNegative, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn, orNone } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

/** A state that a controller may have to come back to: what it holds never changes. */
export const controllerRevisions: Kind<ControllerRevision> = {
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  resource: 'controllerrevisions',
  singular: 'controllerrevision',
  namespaced: true,
  verbs: standardVerbs,
  type: 'ControllerRevision',
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    checkImmutable(errors, 'data', next.data, previous.data);
    return errors;
  },
  columns: [
    nameColumn,
    {
      name: 'Controller',
      type: 'string',
      description: 'Whose state it is.',
      cell: ({ metadata }) => orNone(controllerOf(metadata.ownerReferences)),
    },
    {
      name: 'Revision',
      type: 'string',
      description: 'Where it stands in the history: the highest is the newest.',
      cell: ({ revision }) => revision ?? 0,
    },
    ageColumn,
  ],
};

function validate({ data, revision }: ControllerRevision): FieldError[] {
  const errors: Errors = [];
  if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
  checkNonNegative(errors, 'revision', revision);
  return errors;
}

/** `statefulset.apps/web` */
function controllerOf(owners: ControllerRevision['metadata']['ownerReferences']): string {
  const owner = owners?.find(({ controller }) => controller === true);
  if (!owner) return '';
  const { apiVersion = '', kind = '', name } = owner;
  const group = apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : '';
  return `${kind.toLowerCase()}${group}/${name}`;
}
