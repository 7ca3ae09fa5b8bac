/** What one RBAC rule grants, and whether rules together grant what another rule would. Pure. */
import type { PolicyRule } from '#api/types.ts';
import type { AuthorizationQuestion } from '../core/core.ts';

export type Question = Pick<AuthorizationQuestion, 'verb' | 'resource' | 'path'>;

export function allows(rule: PolicyRule, question: Question): boolean {
  if (!has(rule.verbs, question.verb)) return false;
  const { resource, path } = question;
  if (resource === undefined)
    return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, path ?? ''));
  return (
    has(rule.apiGroups, resource.group) &&
    namesResource(rule.resources, resource.resource, resource.subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(resource.name ?? ''))
  );
}

function has(values: readonly string[] | undefined, value: string): boolean {
  return values !== undefined && (values.includes(value) || values.includes('*'));
}

/** "*", "pods", "pods/log", or "*" with a slash and a subresource: that of every resource. */
function namesResource(
  resources: readonly string[] | undefined,
  resource: string,
  subresource: string | undefined,
): boolean {
  if (resources === undefined) return false;
  if (resources.includes('*')) return true;
  if (!subresource) return resources.includes(resource);
  return resources.includes(`${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

function urlMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
}

/** The parts of `wanted` that `held` do not grant, each as a rule of one verb, group and resource. */
export function uncovered(
  held: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): PolicyRule[] {
  return wanted.flatMap(pieces).filter((piece) => !held.some((rule) => covers(rule, piece)));
}

function pieces(rule: PolicyRule): PolicyRule[] {
  const found: PolicyRule[] = [];
  for (const verb of rule.verbs) {
    for (const url of rule.nonResourceURLs ?? [])
      found.push({ verbs: [verb], nonResourceURLs: [url] });
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const piece = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (!rule.resourceNames?.length) found.push(piece);
        for (const name of rule.resourceNames ?? [])
          found.push({ ...piece, resourceNames: [name] });
      }
    }
  }
  return found;
}

function covers(held: PolicyRule, piece: PolicyRule): boolean {
  if (!piece.verbs.every((verb) => has(held.verbs, verb))) return false;
  const [url] = piece.nonResourceURLs ?? [];
  if (url !== undefined) return (held.nonResourceURLs ?? []).some((own) => urlMatches(own, url));
  const [group = ''] = piece.apiGroups ?? [];
  const [resource = '', subresource] = splitOnce(piece.resources?.[0] ?? '');
  if (!has(held.apiGroups, group) || !namesResource(held.resources, resource, subresource))
    return false;
  if (!held.resourceNames?.length) return true;
  const [name] = piece.resourceNames ?? [];
  return name !== undefined && held.resourceNames.includes(name);
}

function splitOnce(text: string): [string, string | undefined] {
  const slash = text.indexOf('/');
  return slash < 0 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)];
}

/** As Kubernetes prints a rule in a refusal. */
export function describeRule(rule: PolicyRule): string {
  const parts: string[] = [];
  const add = (name: string, values: readonly string[] | undefined) => {
    if (values?.length)
      parts.push(`${name}:[${values.map((each) => JSON.stringify(each)).join(' ')}]`);
  };
  add('APIGroups', rule.apiGroups);
  add('Resources', rule.resources);
  add('NonResourceURLs', rule.nonResourceURLs);
  add('ResourceNames', rule.resourceNames);
  add('Verbs', rule.verbs);
  return `{${parts.join(', ')}}`;
}
