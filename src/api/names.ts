/**
 * Which words are good names, keys and values. Each function returns what is wrong, in Kubernetes'
 * own sentences (apimachinery `util/validation` and `api/validate/content`); an empty list is good.
 */
import { rememberedWord } from '#base/remembered.ts';

/** Kubernetes counts bytes of UTF-8. */
export function byteLength(text: string): number {
  let length = 0;
  let at = 0;
  while (at < text.length) {
    const point = text.codePointAt(at) ?? 0;
    at += point < 0x10000 ? 1 : 2;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}

interface Format {
  readonly pattern: string;
  readonly regexp: RegExp;
  readonly message: string;
}

function format(what: string, pattern: string, ...examples: readonly string[]): Format {
  const quoted = examples.map((example) => `'${example}', `).join(' or ');
  const open = examples.length === 0 ? '' : `e.g. ${quoted}`;
  return {
    pattern,
    regexp: new RegExp(`^(?:${pattern})$`),
    message: `${what} (${open}regex used for validation is '${pattern}')`,
  };
}

const labelPattern = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainPattern = `${labelPattern}(\\.${labelPattern})*`;
const keyPattern = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const label = format(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  labelPattern,
  'my-name',
  '123-abc',
);
const subdomain = format(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  subdomainPattern,
  'example.com',
);
const wildcard = format(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  `\\*\\.${subdomainPattern}`,
  '*.example.com',
);
const label1035 = format(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  'my-name',
  'abc-123',
);
const key = format(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  keyPattern,
  'MyName',
  'my.name',
  '123-abc',
);
const labelValue = format(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  `(${keyPattern})?`,
  'MyValue',
  'my_value',
  '12345',
);
const configMapKey = format(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  '[-._a-zA-Z0-9]+',
  'key.name',
  'KEY_NAME',
  'key-name',
);
const envVarName = format(
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
  '[-._a-zA-Z][-._a-zA-Z0-9]*',
  'my.env-name',
  'MY_ENV.NAME',
  'MyEnvName1',
);
const headerName = format(
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  '[-A-Za-z0-9]+',
  'X-Header-Name',
);
const percent = format(
  "a valid percent string must be a numeric string followed by an ending '%'",
  '[0-9]+%',
  '1%',
  '93%',
);

const subdomainLengthMax = 253;
const labelLengthMax = 63;

/** Label keys and values are measured in bytes, the older checks say characters and mean the same. */
type Unit = 'characters' | 'bytes';

function tooLong(text: string, max: number, unit: Unit = 'characters'): string[] {
  return byteLength(text) > max ? [`must be no more than ${max} ${unit}`] : [];
}

function misfit(text: string, { regexp, message }: Format): string[] {
  return regexp.test(text) ? [] : [message];
}

/** `my-name` */
export function isDNS1123Label(text: string): string[] {
  const errors = tooLong(text, labelLengthMax);
  if (label.regexp.test(text)) return errors;
  return [...errors, subdomain.regexp.test(text) ? 'must not contain dots' : label.message];
}

/** `my-name.example.com` */
export function isDNS1123Subdomain(text: string): string[] {
  return [...tooLong(text, subdomainLengthMax), ...misfit(text, subdomain)];
}

/** As a label, and it starts with a letter. */
export function isDNS1035Label(text: string): string[] {
  return [...tooLong(text, labelLengthMax), ...misfit(text, label1035)];
}

/** `*.example.com` */
export function isWildcardDNS1123Subdomain(text: string): string[] {
  return [...tooLong(text, subdomainLengthMax), ...misfit(text, wildcard)];
}

/**
 * `name`, or `example.com/name`: keys of labels and annotations, resource names, taint keys. Each write
 * brings the same few.
 */
export const isQualifiedName = rememberedWord((text): readonly string[] => {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a valid label key ${key.message} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [name = '', prefix] = parts.reverse();
  const errors: string[] = [];
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined) {
    const found = [...tooLong(prefix, subdomainLengthMax, 'bytes'), ...misfit(prefix, subdomain)];
    errors.push(...found.map((error) => `prefix part ${error}`));
  }
  if (name === '') errors.push('name part must be non-empty');
  const found = [...tooLong(name, labelLengthMax, 'bytes'), ...misfit(name, key)];
  return [...errors, ...found.map((error) => `name part ${error}`)];
});

export function isValidLabelValue(text: string): string[] {
  return [...tooLong(text, labelLengthMax, 'bytes'), ...misfit(text, labelValue)];
}

/** A key of a ConfigMap or Secret, which becomes a file name. */
export function isConfigMapKey(text: string): string[] {
  return [...tooLong(text, subdomainLengthMax), ...misfit(text, configMapKey), ...climbsOut(text)];
}

export function isEnvVarName(text: string): string[] {
  return [...misfit(text, envVarName), ...climbsOut(text)];
}

/** What Kubernetes allows since 1.34. */
export function isRelaxedEnvVarName(text: string): string[] {
  if (text === '') return ['environment variable name must be non-empty'];
  if (/^[ -<>-~]*$/.test(text)) return [];
  return [
    "a valid environment variable name must consist only of printable ASCII characters other than '='",
  ];
}

export function isHTTPHeaderName(text: string): string[] {
  return misfit(text, headerName);
}

/** `25%` */
export function isValidPercent(text: string): string[] {
  return misfit(text, percent);
}

export function isInRange(value: number, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [`must be between ${min} and ${max}, inclusive`];
}

export function isValidPortNum(port: number): string[] {
  return isInRange(port, 1, 65_535);
}

/** An IANA service name, lower case only. */
export function isValidPortName(text: string): string[] {
  const errors = tooLong(text, 15);
  if (!/^[-a-z0-9]+$/.test(text)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(text)) errors.push('must contain at least one letter (a-z)');
  if (text.includes('--')) errors.push('must not contain consecutive hyphens');
  if (/^-|-$/.test(text)) errors.push('must not begin or end with a hyphen');
  return errors;
}

/** At least two labels; a dot at the end is allowed. */
export function isFullyQualifiedDomainName(text: string): string[] {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  const errors = isDNS1123Subdomain(name);
  if (errors.length > 0) return errors;
  const labels = name.split('.');
  if (labels.length < 2) return ['should be a domain with at least two segments separated by dots'];
  return labels.flatMap(isDNS1123Label);
}

/** The names of roles and the like: anything that can stand in a URL path. */
export function isPathSegmentName(text: string): string[] {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%']
    .filter((part) => text.includes(part))
    .map((part) => `may not contain '${part}'`);
}

function climbsOut(text: string): string[] {
  if (text === '.' || text === '..') return [`must not be '${text}'`];
  return text.startsWith('..') ? ["must not start with '..'"] : [];
}
