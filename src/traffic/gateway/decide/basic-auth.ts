/** Users out of a Secret with `auth` in the form of htpasswd, as ingress-nginx takes it. */
import type { Secret } from '#api/types.ts';

export interface User {
  readonly name: string;
  /** As crypt(3) makes it, or in one of the forms of `scripted-passwords.ts`. */
  readonly hash: string;
}

const usable = [
  /^\$(?:(1|2[aby]|5|6|y)\$[\w./$=,+-]+|apr1\$[\w./]{1,8}\$[\w./]{22})$/,
  // SHA-1 has 20 bytes, with salt behind them or without.
  /^\{SHA\}[\w+/]{27}=$/,
  /^\{SSHA\}[\w+/]{27,342}={0,2}$/,
  /^\{PLAIN\}\P{Cc}{1,255}$/u,
];

/** Without any user nobody comes in. */
export function readUsers(
  secret: Secret | undefined,
  decodeBase64: (text: string) => string,
): { users: User[]; problems: string[] } {
  const text = secret?.data?.['auth'];
  if (!secret) return { users: [], problems: ['does not exist: nobody may come in'] };
  if (text === undefined)
    return {
      users: [],
      problems: ['has no key "auth" with lines of htpasswd: nobody may come in'],
    };
  const users: User[] = [];
  const problems: string[] = [];
  for (const line of decodeBase64(text).split('\n')) {
    const [name = '', hash = ''] = line.trim().split(':');
    if (name === '') continue;
    if (/^[\w.@+-]+$/.test(name) && usable.some((form) => form.test(hash)))
      users.push({ name, hash });
    else
      problems.push(
        `has a user ${JSON.stringify(name)} that cannot come in: make the line with htpasswd -B`,
      );
  }
  return { users, problems };
}
