/** The sentences of a refusal, as kube-apiserver words them. */
import { StatusError } from '#base/status-error.ts';
import type { AuthorizationQuestion } from '../core/core.ts';
import { forbidden } from '../core/errors.ts';

export function refusal(question: AuthorizationQuestion, reason: string): StatusError {
  const { resource } = question;
  const sentence = `${attempt(question)}${reason === '' ? '' : `: ${reason}`}`;
  if (!resource) return new StatusError('Forbidden', `forbidden: ${sentence}`, {});
  return forbidden(resource, resource.name ?? '', sentence);
}

/** `User "ada" cannot list resource "pods" in API group "" in the namespace "default"` */
function attempt({ user, verb, resource, path }: AuthorizationQuestion): string {
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if (!resource) return `${who} path ${JSON.stringify(path ?? '')}`;
  const { group, namespace, subresource } = resource;
  const what = subresource ? `${resource.resource}/${subresource}` : resource.resource;
  const where = namespace
    ? `in the namespace ${JSON.stringify(namespace)}`
    : 'at the cluster scope';
  return `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
}
