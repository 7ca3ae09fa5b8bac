/** Which certificate is served for which name. Source: networking.k8s.io/v1 Ingress, spec.tls. */
import type { Ingress } from '#api/types.ts';
import type { Certificate, GatewayFacts } from './routes.ts';

export function certificatesOf(
  { secret: find, pemOf }: Pick<GatewayFacts, 'secret' | 'pemOf'>,
  ordered: readonly Ingress[],
  tell: (ingress: Ingress, message: string) => void,
): Certificate[] {
  const found = new Map<string, Certificate>();
  for (const ingress of ordered) {
    const { metadata, spec } = ingress;
    for (const { secretName, hosts = [] } of spec.tls ?? []) {
      if (secretName === undefined) continue;
      const key = `${metadata.namespace}/${secretName}`;
      const secret = find(metadata.namespace ?? '', secretName);
      const read = secret ? pemOf(secret) : { problem: 'it does not exist' };
      if ('problem' in read) {
        const names = hosts.length > 0 ? hosts.join(', ') : 'its hosts';
        const message = `the Secret ${key} cannot be used for ${names}: ${read.problem}; the gateway's own certificate is served instead`;
        tell(ingress, message);
        continue;
      }
      const all = new Set([...(found.get(key)?.hosts ?? []), ...hosts]);
      found.set(key, { key, hosts: [...all], pem: read.pem });
    }
  }
  return [...found.values()];
}

/** An entry without hosts is for all of the Ingress'. */
export function isServedWithTls({ spec }: Ingress, host: string | undefined): boolean {
  return (spec.tls ?? []).some(({ hosts = [] }) =>
    host === undefined || hosts.length === 0
      ? hosts.length === 0
      : hosts.some((each) => covers(each.toLowerCase(), host)),
  );
}

function covers(name: string, host: string): boolean {
  return name === host || (name.startsWith('*.') && host.replace(/^[^.]*/, '*') === name);
}
