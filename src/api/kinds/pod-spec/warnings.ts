/** Sentences for people whose pod spec uses what is deprecated, odd, or not honoured. */
import type { PodSpec, PodTemplateSpec } from '../../types.ts';
import { allContainersOf } from './defaults.ts';
import { notHonoured } from './not-honoured.ts';

export function templateWarnings(template: PodTemplateSpec | undefined): string[] {
  return template?.spec ? podSpecWarnings(template.spec, 'spec.template.spec') : [];
}

export function podSpecWarnings(spec: PodSpec, path: string): string[] {
  const warnings = notHonoured.flatMap(({ path: field, because, when }) =>
    valuesAt(spec, field.split('.'), path)
      .filter(([, value]) => when === undefined || when(value))
      .map(([at]) => `${at}: not honoured by gantry yet: ${because}`),
  );
  warnings.push(...oddities(spec, path));
  return warnings;
}

/** Every value that a path of `not-honoured.ts` leads to, with the path as people write it. */
function valuesAt(value: unknown, steps: readonly string[], path: string): [string, unknown][] {
  const [step, ...rest] = steps;
  if (step === undefined) return isSet(value) ? [[path, value]] : [];
  if (typeof value !== 'object' || value === null) return [];
  const name = step.replace('[*]', '');
  const next = (value as Record<string, unknown>)[name];
  if (!step.endsWith('[*]')) return valuesAt(next, rest, `${path}.${name}`);
  if (!Array.isArray(next)) return [];
  return next.flatMap((each, index) => valuesAt(each, rest, `${path}.${name}[${index}]`));
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (typeof value !== 'object') return true;
  return Object.keys(value).length > 0;
}

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
