import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isConfigMapKey,
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isEnvVarName,
  isFullyQualifiedDomainName,
  isHTTPHeaderName,
  isPathSegmentName,
  isQualifiedName,
  isRelaxedEnvVarName,
  isValidLabelValue,
  isValidPercent,
  isValidPortName,
  isValidPortNum,
  isWildcardDNS1123Subdomain,
} from './names.ts';

type Check = (text: string) => readonly string[];

const long = (length: number): string => 'a'.repeat(length);

test('good names', () => {
  const cases: [Check, string[]][] = [
    [isDNS1123Label, ['a', '0', 'a-b', '1-2', long(63)]],
    [isDNS1123Subdomain, ['a', 'a.b', 'a-1.b-2', long(253)]],
    [isDNS1035Label, ['a', 'a-1']],
    [isWildcardDNS1123Subdomain, ['*.a', '*.example.com']],
    [isQualifiedName, ['a', 'A_b.c', 'example.com/a', `${long(253)}/${long(63)}`]],
    [isValidLabelValue, ['', 'a', 'A_b.c-1', long(63)]],
    [isConfigMapKey, ['a', '.a', 'A_B', 'a..b']],
    [isEnvVarName, ['a', '_A', '-.', '.a']],
    [isRelaxedEnvVarName, ['a', '1', 'a b', '~!"#']],
    [isHTTPHeaderName, ['X-A', '1']],
    [isValidPercent, ['0%', '150%']],
    [isValidPortName, ['a', 'http-2', long(15)]],
    [isPathSegmentName, ['a:b', 'system:x y', '...']],
    [isFullyQualifiedDomainName, ['a.b', 'a.b.']],
  ];
  for (const [check, texts] of cases) {
    for (const text of texts) assert.deepEqual(check(text), [], `${check.name} ${text}`);
  }
});

test('bad names, in Kubernetes’ words', () => {
  const label =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
  const subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  const key =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
  const value =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
  const cases: [Check, string, string[]][] = [
    [isDNS1123Label, '', [label]],
    [isDNS1123Label, 'A', [label]],
    [isDNS1123Label, 'a-', [label]],
    [isDNS1123Label, 'a\n', [label]],
    [isDNS1123Label, 'a.b', ['must not contain dots']],
    [isDNS1123Label, long(64), ['must be no more than 63 characters']],
    [isDNS1123Subdomain, 'a..b', [subdomain]],
    [isDNS1123Subdomain, long(254), ['must be no more than 253 characters']],
    [isQualifiedName, '', ['name part must be non-empty', `name part ${key}`]],
    [isQualifiedName, '/a', ['prefix part must be non-empty']],
    [isQualifiedName, 'A/a', [`prefix part ${subdomain}`]],
    [isQualifiedName, long(64), ['name part must be no more than 63 bytes']],
    [
      isQualifiedName,
      'a/b/c',
      [
        `a valid label key ${key} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ],
    ],
    [isValidLabelValue, '-', [value]],
    [isValidLabelValue, 'é'.repeat(32), ['must be no more than 63 bytes', value]],
    [isConfigMapKey, '..', ["must not be '..'"]],
    [isConfigMapKey, '..a', ["must not start with '..'"]],
    [isEnvVarName, '.', ["must not be '.'"]],
    [isRelaxedEnvVarName, '', ['environment variable name must be non-empty']],
    [
      isValidPortName,
      '-1--2-',
      [
        'must contain at least one letter (a-z)',
        'must not contain consecutive hyphens',
        'must not begin or end with a hyphen',
      ],
    ],
    [isValidPortName, long(16), ['must be no more than 15 characters']],
    [isPathSegmentName, '..', ["may not be '..'"]],
    [isPathSegmentName, 'a/b%', ["may not contain '/'", "may not contain '%'"]],
    [
      isFullyQualifiedDomainName,
      'a',
      ['should be a domain with at least two segments separated by dots'],
    ],
  ];
  for (const [check, text, errors] of cases) {
    assert.deepEqual(check(text), errors, `${check.name} ${text}`);
  }
  for (const text of ['a=b', 'é', 'a\u0000', '\u007f']) {
    assert.equal(isRelaxedEnvVarName(text).length, 1, text);
  }
  assert.deepEqual(isValidPortNum(0), ['must be between 1 and 65535, inclusive']);
  assert.deepEqual(isValidPortNum(65_535), []);
});
