/** Users out of a Secret with `auth` in the form of htpasswd, as ingress-nginx takes it. */
import { textOfBase64 } from '../../base64-text.ts';
import type { Ingress, Secret } from '../../types.ts';

export interface User {
  readonly name: string;
  /** As crypt(3) makes it, or in one of the forms that the gateway's script reads. */
  readonly hash: string;
}

const usable = [
  /^\$(?:(1|2[aby]|5|6|y)\$[\w./$=,+-]+|apr1\$[\w./]{1,8}\$[\w./]{22})$/,
  // SHA-1 has 20 bytes, with salt behind them or without.
  /^\{SHA\}[\w+/]{27}=$/,
  /^\{SSHA\}[\w+/]{27,342}={0,2}$/,
  /^\{PLAIN\}\P{Cc}{1,255}$/u,
];

export interface ReadUsers {
  /** Without any nobody comes in. */
  readonly users: readonly User[];
  /** Names in lines of a form that cannot be asked for. */
  readonly refused: readonly string[];
  /** Why there is nobody, for a person. */
  readonly problem?: string;
}

/** `NAME` or `NAMESPACE/NAME`, as ingress-nginx reads it. */
export function usersSecretOf(
  { metadata }: Ingress,
  authSecret = '',
): { readonly namespace: string; readonly name: string } {
  const [name = '', namespace = metadata.namespace ?? ''] = authSecret.split('/').reverse();
  return { namespace, name };
}

export function readUsers(secret: Secret | undefined): ReadUsers {
  const nobody = (problem: string): ReadUsers => ({ users: [], refused: [], problem });
  const text = secret?.data?.['auth'];
  if (!secret) return nobody('does not exist');
  if (text === undefined) return nobody('has no key "auth" with lines of htpasswd');
  const users: User[] = [];
  const refused: string[] = [];
  for (const line of (textOfBase64(text) ?? '').split('\n')) {
    const [name = '', hash = ''] = line.trim().split(':');
    if (name === '') continue;
    if (/^[\w.@+-]+$/.test(name) && usable.some((form) => form.test(hash)))
      users.push({ name, hash });
    else refused.push(name);
  }
  if (users.length + refused.length === 0) return nobody('has no user in its key "auth"');
  return { users, refused };
}
