/** `name`, `name:port`, `scheme:name:port`: what stands where a proxied object's name would. */
import { badRequest } from '../../core/errors.ts';

export interface ProxyName {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  /** A number, for Services a name too; empty: the only or the first one. */
  readonly port: string;
}

const words: Readonly<Record<string, string>> = { Pod: 'pod', Service: 'service', Node: 'node' };

/** Source: apimachinery `net.SplitSchemeNamePort`. */
export function parseProxyName(id: string, kind: string): ProxyName {
  const parts = id.split(':');
  const bad = badRequest(`invalid ${words[kind] ?? kind} request ${JSON.stringify(id)}`);
  if (parts.length > 3) throw bad;
  const [scheme, name, port] = parts.length === 3 ? parts : ['', parts[0], parts[1] ?? ''];
  if (name === undefined || name === '' || port === undefined) throw bad;
  if (scheme !== '' && scheme !== 'http' && scheme !== 'https') throw bad;
  return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
}
