/** A CSI driver and what it wants of the cluster. Stored and checked; nothing here talks to drivers. */
import { duplicate, type FieldError, invalid, required } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { isDNS1123Subdomain } from '../names.ts';
import type { CSIDriver } from '../types.ts';
import { checkFormat, checkImmutable, checkOneOf, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';

const lifecycleModes = ['Ephemeral', 'Persistent'];
const groupPolicies = ['ReadWriteOnceWithFSType', 'File', 'None'];
const nameLengthMax = 63;
const tokenSeconds = { min: 600, max: 2 ** 32 };

export const csiDrivers: Kind<CSIDriver> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  resource: 'csidrivers',
  singular: 'csidriver',
  namespaced: false,
  verbs: standardVerbs,
  type: 'CSIDriver',
  returnsDeleted: true,
  defaults({ spec }) {
    if (!spec) return;
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
  },
  validate,
  validateUpdate(next, previous) {
    const errors: Errors = [];
    const [spec, old] = [next.spec, previous.spec];
    checkImmutable(errors, 'spec.attachedRequired', spec?.attachRequired, old?.attachRequired);
    const modes = spec?.volumeLifecycleModes;
    checkImmutable(errors, 'spec.volumeLifecycleModes', modes, old?.volumeLifecycleModes);
    return errors;
  },
  columns: [
    nameColumn,
    {
      name: 'AttachRequired',
      type: 'boolean',
      description: 'Whether volumes are attached to nodes before they are mounted.',
      cell: ({ spec }) => spec?.attachRequired ?? true,
    },
    {
      name: 'PodInfoOnMount',
      type: 'boolean',
      description: 'Whether the driver is told about the pod.',
      cell: ({ spec }) => spec?.podInfoOnMount ?? false,
    },
    {
      name: 'StorageCapacity',
      type: 'boolean',
      description: 'Whether the driver reports how much room it has.',
      cell: ({ spec }) => spec?.storageCapacity ?? false,
    },
    {
      name: 'TokenRequests',
      type: 'string',
      description: 'Audiences of the tokens that the driver gets.',
      cell: ({ spec }) =>
        spec?.tokenRequests?.map(({ audience }) => audience).join(',') || '<unset>',
    },
    {
      name: 'RequiresRepublish',
      type: 'boolean',
      description: 'Whether the driver is asked again from time to time.',
      cell: ({ spec }) => spec?.requiresRepublish ?? false,
    },
    {
      name: 'Modes',
      type: 'string',
      description: 'Kinds of volumes that the driver has.',
      cell: ({ spec }) => spec?.volumeLifecycleModes?.join(',') || '<none>',
    },
    ageColumn,
  ],
};

function validate({ metadata, spec = {} }: CSIDriver): FieldError[] {
  const errors: Errors = [];
  const { name = '' } = metadata;
  checkDriverName(errors, 'metadata.name', name);
  for (const mode of spec.volumeLifecycleModes ?? []) {
    checkOneOf(errors, 'spec.volumeLifecycleModes', mode, lifecycleModes);
  }
  checkOneOf(errors, 'spec.fsGroupPolicy', spec.fsGroupPolicy, groupPolicies);
  const audiences = new Set<string>();
  for (const [index, token] of (spec.tokenRequests ?? []).entries()) {
    const { audience = '', expirationSeconds } = token;
    const at = `spec.tokenRequests[${index}]`;
    if (audiences.has(audience)) errors.push(duplicate(`${at}.audience`, audience));
    audiences.add(audience);
    if (expirationSeconds === undefined) continue;
    const path = `${at}.expirationSeconds`;
    if (expirationSeconds < tokenSeconds.min) {
      errors.push(
        invalid(path, expirationSeconds, 'may not specify a duration less than 10 minutes'),
      );
    } else if (expirationSeconds > tokenSeconds.max) {
      const detail = 'may not specify a duration larger than 2^32 seconds';
      errors.push(invalid(path, expirationSeconds, detail));
    }
  }
  return errors;
}

export function checkDriverName(errors: Errors, path: string, name: string): void {
  if (name === '') return void errors.push(required(path));
  if (name.length > nameLengthMax) {
    errors.push(invalid(path, name, `must be no more than ${nameLengthMax} characters`));
  }
  checkFormat(errors, path, name, isDNS1123Subdomain(name.toLowerCase()));
}
