import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { clientCertificateOf, kubeconfigPath, withEntry, withoutEntry } from './kubeconfig.ts';

const entry = {
  name: 'gantry',
  server: 'https://127.0.0.1:6443',
  caCertificate: 'ca',
  clientCertificate: 'cert',
  clientKey: 'key',
};

const theirs = `# kept by hand
apiVersion: v1
kind: Config
clusters:
  - name: work # the one that matters
    cluster: { server: https://work.example }
users:
  - name: me
    user: { token: secret }
contexts:
  - name: work
    context: { cluster: work, user: me }
current-context: work
preferences: {}
`;

interface Config {
  readonly clusters: readonly { readonly name: string }[];
  readonly 'current-context': string;
}

test('an entry comes in beside the others, who keep their words and comments', () => {
  const merged = withEntry(theirs, entry, 'config', 'current');
  for (const line of ['# kept by hand', '# the one that matters', 'token: secret'])
    assert.ok(merged.includes(line), merged);
  const config = parse(merged) as Config;
  assert.deepEqual(
    config.clusters.map(({ name }) => name),
    ['work', 'gantry'],
  );
  assert.equal(config['current-context'], 'gantry');
  assert.equal(withEntry(merged, entry, 'config', 'current'), merged);
});

test('an entry that is there already is replaced in its place', () => {
  const merged = withEntry(
    withEntry(theirs, entry, 'config', 'current'),
    { ...entry, server: 's' },
    'config',
    'current',
  );
  assert.equal((parse(merged) as Config).clusters.length, 2);
  assert.doesNotMatch(merged, /6443/);
});

test('the namespace that a person gave the context stays', () => {
  const made = withEntry(theirs, entry, 'config', 'current');
  const chosen = made.replace('user: gantry', 'user: gantry\n      namespace: shop');
  assert.match(chosen, /namespace: shop/);
  const merged = withEntry(chosen, { ...entry, clientCertificate: 'new' }, 'config', 'current');
  assert.match(merged, /namespace: shop/);
});

test('an entry goes without a trace, and an empty file with it', () => {
  const rest =
    withoutEntry(withEntry(theirs, entry, 'config', 'current'), 'gantry', 'config') ?? '';
  assert.doesNotMatch(rest, /gantry/);
  for (const line of ['# kept by hand', '# the one that matters', 'token: secret'])
    assert.ok(rest.includes(line), rest);
  assert.equal(
    withoutEntry(withEntry('', entry, 'config', 'current'), 'gantry', 'config'),
    undefined,
  );
});

test('a file that is no kubeconfig is left alone, in words', () => {
  for (const text of ['a: [', '- list', 'word'])
    assert.throws(
      () => withEntry(text, entry, '/people/x/config', 'current'),
      /\/people\/x\/config is not readable/,
    );
});

test('kubectl and gantry mean the same file', () => {
  assert.equal(kubeconfigPath({ KUBECONFIG: ':/a:/b', HOME: '/people/x' }), '/a');
  assert.equal(kubeconfigPath({ HOME: '/people/x' }), '/people/x/.kube/config');
});

test('an entry that is brought up to date leaves the current context alone', () => {
  const chosen = withEntry(theirs, entry, 'config', 'current').replace(
    'current-context: gantry',
    'current-context: work',
  );
  const merged = withEntry(chosen, { ...entry, clientCertificate: 'new' }, 'config', 'others');
  assert.equal((parse(merged) as Config)['current-context'], 'work');
  assert.equal(clientCertificateOf(merged, 'gantry'), 'new');
  assert.equal(clientCertificateOf(merged, 'work'), undefined);
});
