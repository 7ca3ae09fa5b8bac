/** Whether the Secrets that an Ingress names are there, and of use to the gateway. */
import type { IngressOptions } from '../kinds/ingresses/annotations.ts';
import { certificateIn } from '../kinds/ingresses/certificate.ts';
import { readUsers, usersSecretOf } from '../kinds/ingresses/users.ts';
import type { Ingress, Secret } from '../types.ts';
import type { CertificateAnswer, Facts } from './facts.ts';
import { finding, type Finding, nameOf } from './finding.ts';
import { closestWords, listOf } from './words.ts';

/** Who may come in, where an Ingress asks for passwords. */
export function usersFindings(ingress: Ingress, options: IngressOptions, facts: Facts): Finding[] {
  if (options.authType === undefined) return [];
  const self = nameOf(ingress);
  const { namespace, name } = usersSecretOf(ingress, options.authSecret);
  const secret = facts.object('secret', namespace, name);
  const isMissing = facts.missing('secret', namespace, name);
  if (!secret && !isMissing) return [];
  const { refused, problem } = readUsers(secret);
  const because = secret ? [nameOf(secret)] : [];
  if (problem !== undefined) {
    const closest = isMissing
      ? closestWords(name, namesOf(facts.objects('secret', namespace)))
      : '';
    const words = { secret: name, namespace, problem, closest };
    return [finding('ingress-users-missing', self, words, { because })];
  }
  if (refused.length === 0) return [];
  const words = { secret: name, namespace, users: listOf(refused.map((each) => `"${each}"`)) };
  return [finding('ingress-users-refused', self, words, { because })];
}

export function certificateFindings(ingress: Ingress, facts: Facts): Finding[] {
  const { namespace } = ingress.metadata;
  return (ingress.spec.tls ?? []).flatMap(({ secretName: name, hosts = [] }) => {
    if (name === undefined) return [];
    const words = { name, hosts: hosts.length > 0 ? listOf(hosts) : 'its hosts' };
    if (facts.missing('secret', namespace, name)) {
      const there = facts
        .objects('secret', namespace)
        .filter(({ type }) => type === 'kubernetes.io/tls');
      const closest = closestWords(name, namesOf(there));
      const more = { ...words, problem: 'does not exist', closest };
      return [finding('ingress-secret-missing', nameOf(ingress), more)];
    }
    const secret = facts.object('secret', namespace, name);
    return secret ? uselessFindings(ingress, secret, words, facts) : [];
  });
}

/** The gateway serves its own instead of one that cannot be served; one that has ended it serves. */
function uselessFindings(
  ingress: Ingress,
  secret: Secret,
  words: { readonly name: string; readonly hosts: string },
  facts: Facts,
): Finding[] {
  const self = nameOf(ingress);
  const because = [nameOf(secret)];
  const text = certificateIn(secret);
  const answer: CertificateAnswer = 'problem' in text ? text : (facts.certificate(text) ?? {});
  const { problem, outOfTime } = answer;
  if (problem !== undefined)
    return [finding('ingress-certificate-unusable', self, { ...words, problem }, { because })];
  return outOfTime === undefined
    ? []
    : [finding('ingress-certificate-out-of-time', self, { ...words, outOfTime }, { because })];
}

function namesOf(secrets: readonly Secret[]): string[] {
  return secrets.map(({ metadata }) => metadata.name ?? '');
}
