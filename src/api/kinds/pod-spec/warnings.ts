/** Sentences for people whose pod spec uses what is deprecated, odd, or not honoured. */
import type { PodSpec, PodTemplateSpec } from '../../types.ts';
import { allContainersOf } from './defaults.ts';
import { type NotHonoured, notHonoured } from './not-honoured.ts';

export function templateWarnings(template: PodTemplateSpec | undefined): string[] {
  return template?.spec ? podSpecWarnings(template.spec, 'spec.template.spec') : [];
}

export function podSpecWarnings(spec: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  walk(spec, tree, path, warnings);
  warnings.push(...oddities(spec, path));
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

const renamedLabels = new Map([
  ['beta.kubernetes.io/arch', 'v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'v1.14; use "kubernetes.io/os" instead'],
  ['beta.kubernetes.io/instance-type', 'v1.17; use "node.kubernetes.io/instance-type" instead'],
  ['failure-domain.beta.kubernetes.io/zone', 'v1.17; use "topology.kubernetes.io/zone" instead'],
  [
    'failure-domain.beta.kubernetes.io/region',
    'v1.17; use "topology.kubernetes.io/region" instead',
  ],
]);

/** As Kubernetes warns (pkg/api/pod, GetWarningsForPod). */
function oddities(spec: PodSpec, path: string): string[] {
  const warnings: string[] = [];
  for (const [index, container] of allContainersOf(spec).entries()) {
    const seen = new Map<string, number>();
    for (const [envIndex, { name }] of (container.env ?? []).entries()) {
      const before = seen.get(name);
      if (before !== undefined) {
        const at = `${path}.${containerPath(spec, index)}.env[${envIndex}]`;
        warnings.push(
          `${at}: hides previous definition of "${name}", which may be dropped when using apply`,
        );
      }
      seen.set(name, envIndex);
    }
  }
  if (spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0) {
    warnings.push(
      `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  for (const key of Object.keys(spec.nodeSelector ?? {})) {
    const renamed = renamedLabels.get(key);
    if (renamed) warnings.push(`${path}.nodeSelector[${key}]: deprecated since ${renamed}`);
  }
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!name) warnings.push(`${path}.imagePullSecrets[${index}]: invalid empty name ""`);
  }
  return warnings;
}

/** The index counts init containers first, as `allContainersOf` lists them. */
function containerPath(spec: PodSpec, index: number): string {
  const initial = spec.initContainers?.length ?? 0;
  const plain = spec.containers?.length ?? 0;
  if (index < initial) return `initContainers[${index}]`;
  if (index < initial + plain) return `containers[${index - initial}]`;
  return `ephemeralContainers[${index - initial - plain}]`;
}
