import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../object.ts';
import type { Ingress, IngressClass, Secret } from '../types.ts';
import { diagnose } from './diagnose.ts';
import type { ExplainedFinding } from './finding.ts';
import { scriptedFacts, type Stated } from './testing/scripted-facts.ts';

const base64 = (text: string): string => new TextEncoder().encode(text).toBase64();
const prefix = 'nginx.ingress.kubernetes.io/';

function ingress(path: string, asked: Readonly<Record<string, string>> = {}, name = 'web') {
  const annotations = Object.fromEntries(
    Object.entries(asked).map(([key, value]) => [`${prefix}${key}`, value]),
  );
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rules = [
    { host: 'a.test', http: { paths: [{ path, pathType: 'Prefix' as const, backend }] } },
  ];
  const metadata = { name, namespace: 'default', uid: name, annotations };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata,
    spec: { rules },
  } satisfies Ingress;
}

function secret(name: string, data: Readonly<Record<string, string>>): Secret {
  const encoded = Object.entries(data).map(([key, value]) => [key, base64(value)]);
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(encoded) };
}

/** The backend has no Service that may be read: only what is asked about here is found. */
function found(asked: Ingress, stated: Stated = {}): ExplainedFinding[] {
  const { objects = [], forbidden = [], ...rest } = stated;
  const facts = { ...rest, objects: [asked, ...objects] };
  return diagnose(
    'ingress',
    asked,
    scriptedFacts({ ...facts, forbidden: ['service', ...forbidden] }),
  );
}
const codes = (all: readonly ExplainedFinding[]): string => all.map(({ code }) => code).join(',');

test('a path that no request can have, and one that is no regular expression', () => {
  assert.equal(codes(found(ingress('/a b'))), 'ingress-path-unusable');
  assert.match(found(ingress('/a b'))[0]?.sentence ?? '', /"\/a b" is nothing/);
  assert.equal(codes(found(ingress('/(', { 'use-regex': 'true' }))), 'ingress-path-unusable');
  assert.equal(codes(found(ingress('/('))), '');
  assert.equal(codes(found(ingress('/(a|b)', { 'use-regex': 'true' }))), '');
});

test('a canary needs another Ingress of the gateway with the same way', () => {
  const canary = ingress('/shop', { canary: 'true' });
  const lone = found(canary);
  assert.equal(codes(lone), 'ingress-canary-alone');
  assert.match(lone[0]?.sentence ?? '', /no other leads to a\.test\/shop\./);
  const other = (path: string, asked = {}): KubeObject[] => [ingress(path, asked, 'main')];
  assert.equal(codes(found(canary, { objects: other('/shop/') })), '');
  assert.equal(codes(found(canary, { objects: other('/') })), 'ingress-canary-alone');
  const second = other('/shop', { canary: 'true' });
  assert.equal(codes(found(canary, { objects: second })), 'ingress-canary-alone');
  assert.equal(codes(found(canary, { forbidden: ['ingress'] })), '');
  const foreign: IngressClass = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  };
  const main = ingress('/shop', {}, 'main');
  const elsewhere: Ingress = { ...main, spec: { ...main.spec, ingressClassName: 'nginx' } };
  assert.equal(codes(found(canary, { objects: [foreign, elsewhere] })), 'ingress-canary-alone');
});

test('passwords that let nobody in, or not everybody', () => {
  const login = ingress('/', { 'auth-type': 'basic', 'auth-secret': 'users' });
  const sha = '{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=';
  const withAuth = (auth: string) => found(login, { objects: [secret('users', { auth })] });
  const [missing] = found(login, { objects: [secret('user', {})] });
  assert.equal(missing?.code, 'ingress-users-missing');
  assert.match(missing.sentence, /does not exist \(there is "user"\): nobody may/);
  const [keyless] = found(login, { objects: [secret('users', { htpasswd: `ada:${sha}` })] });
  assert.match(keyless?.sentence ?? '', /has no key "auth" with lines of htpasswd: nobody may/);
  assert.match(withAuth('\n')[0]?.sentence ?? '', /has no user in its key "auth": nobody may/);
  const [refused, ...rest] = withAuth(`ada:${sha}\nbob:secret\neve:{MD5}abc\n`);
  assert.deepEqual(rest, []);
  assert.equal(refused?.code, 'ingress-users-refused');
  assert.match(refused.sentence, /: "bob" and "eve"\.$/);
  assert.deepEqual(withAuth(`ada:${sha}\n`), []);
  assert.deepEqual(found(login, { forbidden: ['secret'] }), []);
});

test('certificates that cannot be served, and those that clients refuse', () => {
  const plain = ingress('/');
  const tls = [{ hosts: ['a.test'], secretName: 'tls' }];
  const withTls: Ingress = { ...plain, spec: { ...plain.spec, tls } };
  const pair = { 'tls.crt': 'certificate', 'tls.key': 'key' };
  const seen = (data: Readonly<Record<string, string>>, certificate = {}): string[] =>
    found(withTls, { objects: [secret('tls', data)], certificate }).map(
      ({ code, sentence }) => `${code}: ${sentence}`,
    );
  const unusable = 'ingress-certificate-unusable: The Secret "tls" cannot be used for a.test:';
  assert.deepEqual(seen({ 'cert.pem': 'x' }), [`${unusable} it has no certificate in "tls.crt".`]);
  assert.deepEqual(seen({ 'tls.crt': 'x' }), [`${unusable} it has no key in "tls.key".`]);
  assert.deepEqual(seen(pair, { problem: 'the key belongs to another certificate' }), [
    `${unusable} the key belongs to another certificate.`,
  ]);
  assert.deepEqual(seen(pair, { outOfTime: 'ended on Monday' }), [
    'ingress-certificate-out-of-time: The certificate for a.test in the Secret "tls" ended on Monday: clients refuse it.',
  ]);
  assert.deepEqual(seen(pair), []);
  assert.equal(codes(found(withTls)), 'ingress-secret-missing');
  assert.deepEqual(found(withTls, { forbidden: ['secret'] }), []);
});
