/** How a pod resolves names. The bounds are those of the C library's resolver. */
import { invalid, required } from '../../field-error.ts';
import { isDNS1123Subdomain } from '../../names.ts';
import type { HostAlias, PodDNSConfig, PodSpec } from '../../types.ts';
import { checkIp } from '../common/addresses.ts';
import { checkFormat, type Errors } from '../common/checks.ts';

const nameserversMax = 3;
const searchesMax = 32;
const searchCharactersMax = 2048;

export function checkDns(errors: Errors, path: string, spec: PodSpec): void {
  const config = spec.dnsConfig;
  if (spec.dnsPolicy === 'None') {
    if (!config) {
      const detail = 'must provide `dnsConfig` when `dnsPolicy` is None';
      return void errors.push(required(path, detail));
    }
    if (!config.nameservers?.length) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return void errors.push(required(`${path}.nameservers`, detail));
    }
  }
  if (config) checkConfig(errors, path, config);
}

function checkConfig(
  errors: Errors,
  path: string,
  { nameservers = [], searches = [], options = [] }: PodDNSConfig,
): void {
  if (nameservers.length > nameserversMax) {
    const detail = `must not have more than ${nameserversMax} nameservers`;
    errors.push(invalid(`${path}.nameservers`, nameservers, detail));
  }
  for (const [index, server] of nameservers.entries()) {
    checkIp(errors, `${path}.nameservers[${index}]`, server);
  }
  if (searches.length > searchesMax) {
    const detail = `must not have more than ${searchesMax} search paths`;
    errors.push(invalid(`${path}.searches`, searches, detail));
  }
  if (searches.join(' ').length > searchCharactersMax) {
    const detail = `must not have more than ${searchCharactersMax} characters (including spaces) in the search list`;
    errors.push(invalid(`${path}.searches`, searches, detail));
  }
  for (const [index, search] of searches.entries()) {
    if (search !== '.') checkSearch(errors, `${path}.searches[${index}]`, search);
  }
  for (const [index, { name }] of options.entries()) {
    if (!name) errors.push(required(`${path}.options[${index}]`, 'must not be empty'));
  }
}

/** Search domains may carry underscores (`_tcp`), which object names may not. */
function checkSearch(errors: Errors, path: string, search: string): void {
  const domain = search.replace(/\.$/, '');
  if (isDNS1123Subdomain(domain.replaceAll('_', 'x')).length === 0) return;
  if (domain.length > 253) {
    return void errors.push(invalid(path, domain, 'must be no more than 253 characters'));
  }
  const detail =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, an underscore ('_'), '-' or '.', and must start and end with an alphanumeric character or an underscore (e.g. 'example.com', regex used for validation is '[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*')";
  errors.push(invalid(path, domain, detail));
}

export function checkHostAliases(
  errors: Errors,
  path: string,
  aliases: readonly HostAlias[],
): void {
  for (const [index, { ip, hostnames = [] }] of aliases.entries()) {
    checkIp(errors, `${path}[${index}].ip`, ip ?? '');
    for (const [hostIndex, name] of hostnames.entries()) {
      checkFormat(
        errors,
        `${path}[${index}].hostnames[${hostIndex}]`,
        name,
        isDNS1123Subdomain(name),
      );
    }
  }
}
