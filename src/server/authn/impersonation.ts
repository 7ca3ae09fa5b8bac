/**
 * `Impersonate-*` headers: somebody acts as somebody else, when they may impersonate every part of
 * that identity. Source: Kubernetes' documentation "User impersonation".
 */
import { StatusError } from '#base/status-error.ts';
import type { HttpRequest } from '#wire/http/message.ts';
import { refusal } from '../authz/forbidden.ts';
import type { AuthorizationQuestion, Authorizer, UserInfo } from '../core/core.ts';
import { serviceAccountGroups } from './service-account-tokens.ts';

const extraPrefix = 'impersonate-extra-';
const identityGroup = 'authentication.k8s.io';
type Asked = NonNullable<AuthorizationQuestion['resource']>;

/** The identity that the request acts under; `actual` when no header asks for another. */
export function impersonate(
  actual: UserInfo,
  request: HttpRequest,
  authorizer: Authorizer,
): UserInfo {
  const name = request.header('impersonate-user') ?? '';
  const uid = request.header('impersonate-uid') ?? '';
  const groups = request.headerValues('impersonate-group');
  const extra = extraOf(request);
  if (name === '') {
    if (groups.length > 0 || uid !== '' || Object.keys(extra).length > 0) {
      throw new StatusError(
        'InternalError',
        'requested impersonation without impersonating a user',
      );
    }
    return actual;
  }
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  const wanted: Asked[] = [
    account
      ? { group: '', resource: 'serviceaccounts', namespace: account[1], name: account[2] }
      : { group: '', resource: 'users', name },
    ...groups.map((group) => ({ group: '', resource: 'groups', name: group })),
    ...(uid === '' ? [] : [{ group: identityGroup, resource: 'uids', name: uid }]),
    ...Object.entries(extra).flatMap(([subresource, values]) =>
      values.map((value) => ({
        group: identityGroup,
        resource: 'userextras',
        subresource,
        name: value,
      })),
    ),
  ];
  for (const resource of wanted) {
    const question = { user: actual, verb: 'impersonate', resource };
    const { allowed, reason } = authorizer.authorize(question);
    if (!allowed) throw refusal(question, reason);
  }
  const own =
    account?.[1] !== undefined && groups.length === 0 ? serviceAccountGroups(account[1]) : groups;
  return { name, uid: uid || undefined, groups: completed(name, own), extra };
}

function completed(name: string, groups: readonly string[]): readonly string[] {
  if (groups.includes('system:authenticated') || groups.includes('system:unauthenticated'))
    return groups;
  const last = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return [...groups, last];
}

function extraOf(request: HttpRequest): Record<string, readonly string[]> {
  const extra: Record<string, readonly string[]> = {};
  for (const header of request.headerNames) {
    if (!header.startsWith(extraPrefix)) continue;
    extra[decoded(header.slice(extraPrefix.length))] = request.headerValues(header);
  }
  return extra;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
