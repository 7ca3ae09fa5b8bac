/** Rules of spec.successPolicy (KEP-3998), which only an Indexed Job has. */
import { invalid, required, tooLong, tooMany } from '../../field-error.ts';
import type { SuccessPolicy, SuccessPolicyRule } from '../../types.ts';
import { checkNonNegative, type Errors } from '../common/checks.ts';
import { countOf, readIndexes } from './indexes.ts';

const rulesMax = 20;
const indexesLengthMax = 64 * 1024;

export function checkSuccessPolicy(
  errors: Errors,
  path: string,
  policy: SuccessPolicy,
  completions: number,
): void {
  const rules = policy.rules ?? [];
  const at = `${path}.rules`;
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified';
    errors.push(required(at, detail));
  }
  if (rules.length > rulesMax) errors.push(tooMany(at, rules.length, rulesMax));
  for (const [index, rule] of rules.entries()) {
    checkRule(errors, `${at}[${index}]`, rule, completions);
  }
}

function checkRule(
  errors: Errors,
  path: string,
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
): void {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    const detail = 'at least one of succeededCount or succeededIndexes must be specified';
    errors.push(required(path, detail));
  }
  let total: number | undefined;
  if (succeededIndexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (succeededIndexes.length > indexesLengthMax) errors.push(tooLong(at, indexesLengthMax));
    const read = readIndexes(succeededIndexes, completions);
    if (typeof read === 'string') {
      errors.push(invalid(at, succeededIndexes, `error parsing succeededIndexes: ${read}`));
    }
    total = typeof read === 'string' ? 0 : countOf(read);
  }
  if (succeededCount === undefined) return;
  const at = `${path}.succeededCount`;
  checkNonNegative(errors, at, succeededCount);
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalid(at, succeededCount, detail));
  }
  if (total !== undefined && succeededCount > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalid(at, succeededCount, detail));
  }
}
