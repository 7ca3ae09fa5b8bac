/**
 * What a claim asks for: the spec of a PersistentVolumeClaim, and of the templates in pods and
 * StatefulSets that claims are made from. Source: pkg/apis/core/validation, ValidatePersistentVolumeClaimSpec.
 */
import { invalid, required } from '../../field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../../names.ts';
import { compareQuantities } from '../../quantity.ts';
import type {
  PersistentVolumeClaimSpec,
  TypedLocalObjectReference,
  TypedObjectReference,
} from '../../types.ts';
import { checkFormat, checkOneOfIfSet, type Errors, sameValue } from '../common/checks.ts';
import { fractionalBytes } from '../common/fractional-bytes.ts';
import { checkLabelSelector } from '../common/label-selectors.ts';
import { checkResourceQuantity } from '../pod-spec/resources.ts';
import { checkAccessModes, volumeModes } from './access-modes.ts';

export function defaultClaimSpec(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ||= 'Filesystem';
}

/** The old and the new field for where data comes from say the same, as far as the old one can. */
export function alignDataSources(spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { apiGroup, kind, name } = dataSourceRef;
    spec.dataSource = { ...(apiGroup !== undefined && { apiGroup }), kind, name };
  }
}

export function checkClaimSpec(
  errors: Errors,
  path: string,
  spec: PersistentVolumeClaimSpec = {},
): void {
  const { accessModes, selector, storageClassName, volumeMode } = spec;
  checkAccessModes(
    errors,
    `${path}.accessModes`,
    accessModes,
    'at least 1 access mode is required',
  );
  checkLabelSelector(errors, `${path}.selector`, selector);
  checkSize(errors, `${path}.resources[storage]`, spec.resources?.requests?.['storage']);
  if (storageClassName) {
    const messages = isDNS1123Subdomain(storageClassName);
    checkFormat(errors, `${path}.storageClassName`, storageClassName, messages);
  }
  checkOneOfIfSet(errors, `${path}.volumeMode`, volumeMode, volumeModes);
  checkDataSources(errors, path, spec);
  if (spec.volumeAttributesClassName) {
    const name = spec.volumeAttributesClassName;
    checkFormat(errors, `${path}.volumeAttributesClassName`, name, isDNS1123Subdomain(name));
  }
}

function checkSize(errors: Errors, path: string, size: string | undefined): void {
  if (size === undefined) errors.push(required(path));
  else if (!checkPositive(errors, path, size)) return;
  else checkResourceQuantity(errors, path, 'storage', size);
}

/** Answers whether it is. */
export function checkPositive(errors: Errors, path: string, quantity: string): boolean {
  if (compareQuantities(quantity, '0') > 0) return true;
  errors.push(invalid(path, quantity, 'must be greater than zero'));
  return false;
}

function checkDataSources(errors: Errors, path: string, spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource) checkDataSource(errors, `${path}.dataSource`, dataSource);
  if (dataSourceRef) {
    const at = `${path}.dataSourceRef`;
    checkDataSource(errors, at, dataSourceRef);
    const { namespace } = dataSourceRef;
    if (namespace) checkFormat(errors, `${at}.namespace`, namespace, isDNS1123Label(namespace));
  }
  if (!dataSource || !dataSourceRef) return;
  const { namespace, ...local } = dataSourceRef;
  if (namespace) {
    const detail = 'may not be specified when dataSourceRef.namespace is specified';
    errors.push(invalid(`${path}.dataSource`, dataSource.name ?? '', detail));
  } else if (!sameValue(dataSource, local)) {
    errors.push(invalid(path, `${path}.dataSource`, 'must match dataSourceRef'));
  }
}

function checkDataSource(
  errors: Errors,
  path: string,
  { apiGroup, kind, name }: TypedLocalObjectReference | TypedObjectReference,
): void {
  if (!name) errors.push(required(`${path}.name`));
  if (!kind) errors.push(required(`${path}.kind`));
  if (!apiGroup && kind !== 'PersistentVolumeClaim') {
    errors.push(
      invalid(
        path,
        kind ?? '',
        "must be 'PersistentVolumeClaim' when referencing the default apiGroup",
      ),
    );
  }
  if (apiGroup) checkFormat(errors, `${path}.apiGroup`, apiGroup, isDNS1123Subdomain(apiGroup));
}

/** What a claim asks for and nothing in the cluster gives; `path` names the spec. */
export function claimSpecWarnings(path: string, spec: PersistentVolumeClaimSpec = {}): string[] {
  const found: string[] = [];
  const { dataSource, dataSourceRef, volumeAttributesClassName } = spec;
  if (dataSource || dataSourceRef) {
    found.push(
      `${path}.dataSource: volumes begin empty here; a claim with a data source stays Pending`,
    );
  }
  if (volumeAttributesClassName) {
    found.push(`${path}.volumeAttributesClassName: no driver here knows volume attributes`);
  }
  const { requests, limits } = spec.resources ?? {};
  found.push(
    ...fractionalBytes(requests, `${path}.resources.requests`, ['storage']),
    ...fractionalBytes(limits, `${path}.resources.limits`, ['storage']),
  );
  return found;
}
