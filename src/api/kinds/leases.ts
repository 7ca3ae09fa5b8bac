import { type FieldError, invalid } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import type { Lease } from '../types.ts';
import { checkOneOfIfSet, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

export const leases: Kind<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  singular: 'lease',
  namespaced: true,
  verbs: standardVerbs,
  type: 'Lease',
  createOnUpdate: true,
  // Whoever renews a lease must have seen it: else two holders could both believe in it.
  conditionalUpdateOnly: true,
  validate,
  columns: [
    nameColumn,
    {
      name: 'Holder',
      type: 'string',
      description: 'Who holds the lease.',
      cell: (lease) => lease.spec?.holderIdentity ?? '',
    },
    ageColumn,
  ],
};

function validate({ spec = {} }: Lease): FieldError[] {
  const errors: Errors = [];
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = spec;
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    const path = 'spec.leaseDurationSeconds';
    errors.push(invalid(path, leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    const detail = 'must be greater than or equal to 0';
    errors.push(invalid('spec.leaseTransitions', leaseTransitions, detail));
  }
  checkOneOfIfSet(errors, 'spec.strategy', strategy, ['OldestEmulationVersion']);
  if (preferredHolder && !strategy) {
    const detail = 'strategy must be specified when preferredHolder is set';
    errors.push(invalid('spec.preferredHolder', preferredHolder, detail));
  }
  return errors;
}
