/** Which CSI drivers a node has. Stored and checked; nothing here talks to drivers. */
import { duplicate, type FieldError, invalid, required } from '../field-error.ts';
import type { Kind } from '../kind.ts';
import { byteLength, isQualifiedName } from '../names.ts';
import type { CSINode, CSINodeDriver } from '../types.ts';
import { checkFormat, checkImmutable, checkNonNegative, type Errors } from './common/checks.ts';
import { ageColumn, nameColumn } from './common/columns.ts';
import { standardVerbs } from './common/verbs.ts';
import { checkDriverName } from './csi-drivers.ts';

const nodeIdBytesMax = 192;

export const csiNodes: Kind<CSINode> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  resource: 'csinodes',
  singular: 'csinode',
  namespaced: false,
  verbs: standardVerbs,
  type: 'CSINode',
  returnsDeleted: true,
  validate({ spec }) {
    const errors: Errors = [];
    const names = new Set<string>();
    for (const [index, driver] of (spec?.drivers ?? []).entries()) {
      const at = `spec.drivers[${index}]`;
      errors.push(...errorsOfDriver(at, driver));
      if (names.has(driver.name)) errors.push(duplicate(`${at}.name`, driver.name));
      names.add(driver.name);
    }
    return errors;
  },
  /** A driver comes and goes as a whole. */
  validateUpdate(next, previous) {
    const errors: Errors = [];
    const known = new Map((previous.spec?.drivers ?? []).map((each) => [each.name, each]));
    for (const [index, driver] of (next.spec?.drivers ?? []).entries()) {
      const before = known.get(driver.name);
      if (before) checkImmutable(errors, `spec.drivers[${index}]`, driver, before);
    }
    return errors;
  },
  columns: [
    nameColumn,
    {
      name: 'Drivers',
      type: 'integer',
      description: 'Number of CSI drivers on the node.',
      cell: ({ spec }) => spec?.drivers?.length ?? 0,
    },
    ageColumn,
  ],
};

function errorsOfDriver(path: string, driver: CSINodeDriver): FieldError[] {
  const errors: Errors = [];
  const { name = '', nodeID = '', topologyKeys = [], allocatable } = driver;
  checkDriverName(errors, `${path}.name`, name);
  if (nodeID === '') errors.push(required(`${path}.nodeID`));
  if (byteLength(nodeID) > nodeIdBytesMax) {
    const detail = `must be ${nodeIdBytesMax} characters or less`;
    errors.push(invalid(`${path}.nodeID`, nodeID, detail));
  }
  checkNonNegative(errors, `${path}.allocatable.count`, allocatable?.count);
  for (const [index, key] of topologyKeys.entries()) {
    if (topologyKeys.indexOf(key) < index) errors.push(duplicate(`${path}.topologyKeys`, key));
    checkFormat(errors, `${path}.topologyKeys`, key, isQualifiedName(key));
  }
  return errors;
}
