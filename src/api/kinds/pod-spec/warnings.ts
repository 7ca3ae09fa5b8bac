/** Sentences for people whose pod spec uses what is deprecated, odd, or not honoured. */
import type { PodSpec, PodTemplateSpec } from '../../types.ts';
import { type NotHonoured, notHonoured } from './not-honoured.ts';
import { oddities } from './oddities.ts';

export function templateWarnings(template: PodTemplateSpec | undefined): string[] {
  if (!template?.spec) return [];
  return podSpecWarnings(template.spec, 'spec.template.spec', template.metadata?.annotations);
}

/** `annotations` are those of the pod or template that has the spec. */
export function podSpecWarnings(
  spec: PodSpec,
  path: string,
  annotations?: Readonly<Record<string, string>>,
): string[] {
  const warnings: string[] = [];
  walk(spec, tree, path, warnings);
  warnings.push(...oddities(spec, path, annotations));
  return warnings;
}

/** The paths of `not-honoured.ts` as one tree, so that a spec is walked once and only where it has fields. */
interface Branch {
  readonly ends: NotHonoured[];
  readonly fields: Map<string, Branch>;
}

function treeOf(all: readonly NotHonoured[]): Branch {
  const root: Branch = { ends: [], fields: new Map() };
  for (const each of all) {
    let branch = root;
    for (const step of each.path.replaceAll('[*]', '').split('.')) {
      const next = branch.fields.get(step) ?? { ends: [], fields: new Map() };
      branch.fields.set(step, next);
      branch = next;
    }
    branch.ends.push(each);
  }
  return root;
}

const tree = treeOf(notHonoured);

function walk(value: unknown, branch: Branch, path: string, warnings: string[]): void {
  for (const { because, when } of branch.ends) {
    if (!isSet(value) || (when !== undefined && !when(value))) continue;
    warnings.push(`${path}: not honoured by gantry yet: ${because}`);
  }
  if (typeof value !== 'object' || value === null || branch.fields.size === 0) return;
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) walk(each, branch, `${path}[${index}]`, warnings);
    return;
  }
  for (const [name, next] of branch.fields) {
    const field = (value as Record<string, unknown>)[name];
    if (field !== undefined) walk(field, next, `${path}.${name}`, warnings);
  }
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (typeof value !== 'object') return true;
  return Object.keys(value).length > 0;
}
