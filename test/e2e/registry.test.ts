/** Images from a registry with a password: who may pull, and what is said to who may not. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Cluster, eventually, must, root } from './harness.ts';
import { Registry } from './registry/registry.ts';

const cluster = new Cluster('crash', { api: 19_443, http: 19_081, https: 19_444 });
let registry: Registry;
/** Each test pulls a name of its own, so that none finds what another pulled. */
const archive = join(root, 'var/images/busybox-1.tar');

before(async () => {
  await must('npm', ['run', '--silent', 'examples:images']);
  registry = await Registry.create();
  await cluster.up(['--http-registry', registry.name]);
  await cluster.kubectl([
    'create',
    'secret',
    'docker-registry',
    'robot',
    `--docker-server=${registry.name}`,
    `--docker-username=${registry.user}`,
    `--docker-password=${registry.password}`,
  ]);
});
after(async () => {
  await cluster.remove();
  await registry.remove();
});

interface PodOptions {
  readonly policy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly secret?: string;
  readonly account?: string;
}

async function startPod(name: string, image: string, options: PodOptions = {}): Promise<void> {
  const { policy, secret, account } = options;
  await cluster.apply(`
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 0
  ${secret ? `imagePullSecrets: [{ name: ${secret} }]` : ''}
  ${account ? `serviceAccountName: ${account}` : ''}
  containers:
    - name: main
      image: ${image}
      command: [sleep, "1000000"]
      ${policy ? `imagePullPolicy: ${policy}` : ''}
`);
}

async function runs(name: string): Promise<void> {
  await cluster.kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s']);
}

/** Why the pod's container waits, once it does for one of the reasons. */
async function waits(name: string, ...reasons: string[]): Promise<string> {
  return eventually(`${name} waits: ${reasons.join(' or ')}`, async () => {
    const path = 'jsonpath={.status.containerStatuses[0].state.waiting}';
    const text = await cluster.kubectl(['get', 'pod', name, '-o', path]);
    const { reason, message = '' } = JSON.parse(text) as { reason: string; message?: string };
    assert.ok(reasons.includes(reason), text);
    return message;
  });
}

async function events(name: string, says: RegExp): Promise<void> {
  await eventually(`an event of ${name} says ${says.source}`, async () => {
    const selector = `involvedObject.name=${name}`;
    const path = 'jsonpath={range .items[*]}{.reason}: {.message}{"\\n"}{end}';
    const text = await cluster.kubectl(['get', 'events', '--field-selector', selector, '-o', path]);
    assert.match(text, says);
  });
}

describe('a registry with a password', () => {
  it('gives an image to a pod with the secret', async () => {
    const image = await registry.push(archive, 'with-secret:1');
    await startPod('with-secret', image, { secret: 'robot' });
    await runs('with-secret');
    await events(
      'with-secret',
      /^Pulled: Successfully pulled image "127\.0\.0\.1:\d+\/with-secret:1" in /m,
    );
    const path = 'jsonpath={.status.containerStatuses[0].imageID}';
    const id = await cluster.kubectl(['get', 'pod', 'with-secret', '-o', path]);
    assert.match(id, /^127\.0\.0\.1:\d+\/with-secret@sha256:[0-9a-f]{64}$/);
  });

  it('gives it through the ServiceAccount of a pod', async () => {
    await cluster.kubectl(['create', 'serviceaccount', 'puller']);
    const secrets = '{"imagePullSecrets":[{"name":"robot"}]}';
    await cluster.kubectl(['patch', 'serviceaccount', 'puller', '-p', secrets]);
    const image = await registry.push(archive, 'by-account:1');
    await startPod('by-account', image, { account: 'puller' });
    await runs('by-account');
  });

  it('refuses a pod without it: 401, first as an error, then as a back-off', async () => {
    const image = await registry.push(archive, 'without-secret:1');
    await startPod('without-secret', image);
    assert.match(await waits('without-secret', 'ErrImagePull'), /401/);
    await events('without-secret', /^Failed: Failed to pull image .*401/m);
    const message = await waits('without-secret', 'ImagePullBackOff');
    assert.match(message, /^Back-off pulling image "127\.0\.0\.1:\d+\/without-secret:1"/);
    assert.match(message, /401/);
  });

  it('is asked again when the missing secret comes', async () => {
    const image = await registry.push(archive, 'late-secret:1');
    await startPod('late-secret', image, { secret: 'late' });
    await events('late-secret', /^FailedToRetrieveImagePullSecret: .*\(late\)/m);
    await waits('late-secret', 'ErrImagePull', 'ImagePullBackOff');
    const secret = await cluster.kubectl(['get', 'secret', 'robot', '-o', 'json']);
    await cluster.apply(secret.replaceAll('"name": "robot"', '"name": "late"'));
    await runs('late-secret');
  });

  it('says clearly that there is no such tag', async () => {
    await registry.push(archive, 'tagged:1');
    await startPod('tagged', `${registry.name}/tagged:2`, { secret: 'robot' });
    assert.match(await waits('tagged', 'ErrImagePull', 'ImagePullBackOff'), /tagged:2.*not found/);
  });
});

describe('imagePullPolicy', () => {
  let image: string;
  before(async () => {
    image = await registry.push(archive, 'policy:1');
    await startPod('first', image, { secret: 'robot' });
    await runs('first');
  });

  it('Never: only what is there already', async () => {
    const absent = await registry.push(archive, 'never:1');
    await startPod('never', absent, { secret: 'robot', policy: 'Never' });
    const message = await waits('never', 'ErrImageNeverPull');
    assert.equal(message, `Container image "${absent}" is not present with pull policy of Never`);
  });

  it('Always: asks the registry though the image is there', async () => {
    await startPod('always', image, { secret: 'robot', policy: 'Always' });
    await runs('always');
    await events('always', /^Pulled: Successfully pulled image/m);
  });

  describe('without the registry', () => {
    before(() => registry.stop());
    after(() => registry.start());

    it('IfNotPresent: takes what is there', async () => {
      await startPod('if-not-present', image, { secret: 'robot', policy: 'IfNotPresent' });
      await runs('if-not-present');
      await events('if-not-present', /^Pulled: Container image ".*" already present on machine/m);
    });

    it('Always: waits for it', async () => {
      await startPod('always-down', image, { secret: 'robot', policy: 'Always' });
      const message = await waits('always-down', 'ErrImagePull', 'ImagePullBackOff');
      assert.match(message, /connection refused/);
    });
  });
});
