import { duplicate, invalid, required } from '../../field-error.ts';
import type { TopologySpreadConstraint } from '../../types.ts';
import { checkOneOfIfSet, type Errors } from '../common/checks.ts';
import { checkLabelSelector } from '../common/label-selectors.ts';
import { checkKeyList, checkKeysUnselected, checkScheduleAction } from './affinity.ts';

const nodePolicies = ['Honor', 'Ignore'];

export function checkTopologySpread(
  errors: Errors,
  path: string,
  constraints: readonly TopologySpreadConstraint[],
): void {
  for (const [index, constraint] of constraints.entries()) {
    const at = `${path}[${index}]`;
    checkConstraint(errors, at, constraint);
    const { topologyKey = '', whenUnsatisfiable = '' } = constraint;
    const isRepeated = constraints
      .slice(index + 1)
      .some(
        (later) =>
          (later.topologyKey ?? '') === topologyKey &&
          (later.whenUnsatisfiable ?? '') === whenUnsatisfiable,
      );
    if (isRepeated) {
      const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair));
    }
  }
}

function checkConstraint(errors: Errors, path: string, constraint: TopologySpreadConstraint): void {
  const { maxSkew = 0, topologyKey, whenUnsatisfiable, labelSelector } = constraint;
  if (maxSkew <= 0) errors.push(invalid(`${path}.maxSkew`, maxSkew, 'must be greater than zero'));
  if (!topologyKey) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  checkScheduleAction(errors, `${path}.whenUnsatisfiable`, whenUnsatisfiable);
  checkMinDomains(errors, `${path}.minDomains`, constraint);
  const { nodeAffinityPolicy, nodeTaintsPolicy, matchLabelKeys = [] } = constraint;
  checkOneOfIfSet(errors, `${path}.nodeAffinityPolicy`, nodeAffinityPolicy, nodePolicies);
  checkOneOfIfSet(errors, `${path}.nodeTaintsPolicy`, nodeTaintsPolicy, nodePolicies);
  checkKeyList(errors, `${path}.matchLabelKeys`, matchLabelKeys, labelSelector);
  checkKeysUnselected(errors, path, matchLabelKeys, labelSelector);
  checkLabelSelector(errors, `${path}.labelSelector`, labelSelector);
}

function checkMinDomains(
  errors: Errors,
  path: string,
  { minDomains, whenUnsatisfiable }: TopologySpreadConstraint,
): void {
  if (minDomains === undefined) return;
  if (minDomains <= 0) errors.push(invalid(path, minDomains, 'must be greater than zero'));
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable ?? ''}`;
    errors.push(invalid(path, minDomains, detail));
  }
}
