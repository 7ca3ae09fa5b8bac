/**
 * Where a paged list goes on: the snapshot's revision and the key after the last one sent, relative
 * to the list's prefix. Opaque to clients; the form is the one that Kubernetes uses, so that tools
 * which look inside find what they expect.
 */
import { badRequest } from './errors.ts';

export interface ContinueToken {
  /** Absent: go on in the newest state, whatever happened since the first page. */
  readonly revision: number | undefined;
  readonly start: string;
}

const version = 'meta.k8s.io/v1';

export function encodeContinue({ revision, start }: ContinueToken): string {
  const json = JSON.stringify({ v: version, rv: revision ?? -1, start });
  const text = btoa(String.fromCharCode(...new TextEncoder().encode(json)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

export function decodeContinue(text: string): ContinueToken {
  const token = parse(text);
  const { v, rv, start } = token;
  if (v !== version) throw malformed(`unrecognized encoded continue token`);
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0 || rv < -1) {
    throw malformed('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '') {
    throw malformed('encoded start key empty (version meta.k8s.io/v1)');
  }
  // The start is joined to the list's own prefix: it must not lead out of it.
  if (start.split('/').some((part) => part === '..' || part === '.')) {
    throw malformed(`encoded start key ${JSON.stringify(start)} is not valid`);
  }
  return { revision: rv === -1 ? undefined : rv, start };
}

function parse(text: string): { v?: unknown; rv?: unknown; start?: unknown } {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (each) => each.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    throw malformed('token is not readable');
  }
}

function malformed(why: string) {
  return badRequest(`continue key is not valid: ${why}`);
}
