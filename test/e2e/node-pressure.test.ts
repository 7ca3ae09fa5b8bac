/**
 * A node whose disk fills up: a small file system of its own holds the cluster's data, so that what is short
 * there is short for nobody else, and nobody else makes it short.
 */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Event, Node } from '#api/types.ts';
import { eventually, must, root, run } from './harness.ts';
import { World } from './pods/world.ts';
import { Registry } from './registry/registry.ts';

const world = new World('full', { api: 21_743, http: 21_381, https: 21_744 });
const { cluster } = world;
const data = join(cluster.folder, 'data');
const settings = `/etc/gantry/${cluster.name}.d`;
const mebi = 2 ** 20;
const sizeMebi = 1024;
/** Of somebody else, on the same disk. */
const ballast = join(data, 'ballast');

const nodeSettings = {
  evictionHard: { 'nodefs.available': '100Mi', 'imagefs.available': '100Mi' },
  evictionPressureTransitionPeriod: '3s',
  imageGCHighThresholdPercent: 60,
  imageGCLowThresholdPercent: 50,
  imageMinimumGCAge: '0s',
};

const podOf = (name: string, image: string, command?: string, more = ''): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 0
  ${more}
  containers:
  - name: main
    image: ${image}
    ${command === undefined ? '' : `command: [sh, -c, ${JSON.stringify(command)}]`}
`;

/** Fills the disk up to that part of it. */
async function fillTo(part: number): Promise<void> {
  rmSync(ballast, { force: true });
  const { blocks, bavail, bsize } = statfsSync(data);
  const bytes = Math.floor(blocks * bsize * part - (blocks - bavail) * bsize);
  assert.ok(bytes > 0, `${bytes} bytes are too much there already`);
  await must('fallocate', ['-l', `${bytes}`, ballast]);
}

const readNode = async (): Promise<Node> =>
  (await world.api.read<{ items: Node[] }>('/api/v1/nodes')).items[0] as Node;

const imageNames = async (): Promise<string> => (await cluster.gantry(['image', 'ls'])).stdout;

async function nodeEvent(reason: string, message: RegExp): Promise<void> {
  await eventually(`the node says ${reason}`, async () => {
    const path = `/api/v1/namespaces/default/events?fieldSelector=reason=${reason}`;
    const { items } = await world.api.read<{ items: Event[] }>(path);
    const told = items.filter(({ involvedObject }) => involvedObject.kind === 'Node');
    assert.ok(
      told.some((event) => message.test(event.message ?? '')),
      JSON.stringify(told.map((event) => event.message)),
    );
  });
}

async function underPressure(expected: boolean): Promise<void> {
  await eventually(`the node is ${expected ? '' : 'not '}short of disk`, async () => {
    const { status, spec } = await readNode();
    const found = status?.conditions?.find(({ type }) => type === 'DiskPressure');
    assert.deepEqual(
      [found?.status, found?.reason],
      expected ? ['True', 'KubeletHasDiskPressure'] : ['False', 'KubeletHasNoDiskPressure'],
    );
    const taint = 'node.kubernetes.io/disk-pressure:NoSchedule';
    const taints = (spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
    assert.equal(taints.includes(taint), expected);
  });
}

interface Finding {
  readonly code: string;
  readonly sentence: string;
  readonly cure: string;
}

async function doctorFinds(code: string): Promise<Finding | undefined> {
  const { stdout } = await cluster.gantry(['doctor', '-o', 'json']);
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return findings.find((finding) => finding.code === code);
}

suite('a disk that fills up', { timeout: 240_000 }, () => {
  let registry: Registry;
  let names: { readonly used: string; readonly dropped: string };

  before(async () => {
    if (!existsSync(join(root, 'var/images/guestbook-redis-1.tar')))
      await must('npm', ['run', '--silent', 'examples:images']);
    registry = await Registry.create('open');
    const push = (from: string, to: string) =>
      registry.push(join(root, `var/images/${from}.tar`), to);
    names = {
      used: await push('guestbook-redis-1', 'used:1'),
      dropped: await push('guestbook-web-2', 'dropped:1'),
    };
    mkdirSync(data);
    await must('mount', ['-t', 'tmpfs', '-o', `size=${sizeMebi}m`, 'tmpfs', data]);
    mkdirSync(settings, { recursive: true });
    writeFileSync(join(settings, 'node.json'), JSON.stringify(nodeSettings));
    await world.open(
      [
        podOf('uses', names.used),
        podOf('drops', names.dropped),
        podOf('done', 'busybox:1', 'echo done', 'restartPolicy: Never'),
        podOf('modest', 'busybox:1', 'exec sleep 100000'),
      ],
      { up: ['--data-dir', data, '--http-registry', registry.name], images: ['busybox-1'] },
    );
  });
  after(async () => {
    await cluster.gantry(['reset', '--yes']);
    await run('umount', [data]);
    await world.close();
    rmSync(settings, { recursive: true, force: true });
    await registry?.remove();
  });

  test('the image that nothing uses goes; those in use and those brought in by hand stay', async () => {
    for (const name of ['uses', 'drops', 'modest']) await world.phase(name, 'Running');
    assert.equal(await world.said('done'), 'done\n');
    await cluster.kubectl(['delete', 'pod', 'drops']);
    assert.match(await imageNames(), /dropped/);
    await fillTo(0.62);
    await eventually('the unused image goes', async () =>
      assert.doesNotMatch(await imageNames(), /dropped/),
    );
    const left = await imageNames();
    assert.ok(left.includes('used:1') && left.includes('busybox:1'), left);
    await eventually('the Node lists it no more', async () => {
      const { status } = await readNode();
      const listed = (status?.images ?? []).flatMap((image) => image.names ?? []);
      assert.ok(listed.includes(names.used) && !listed.includes(names.dropped), listed.join(' '));
    });
    await world.phase('uses', 'Running');
  });

  test('when images are not what fills it, the node says so', async () => {
    assert.equal(await doctorFinds('disk-low'), undefined);
    // Near the threshold of eviction the node looks each second.
    await fillTo(0.86);
    await nodeEvent(
      'FreeDiskSpaceFailed',
      /^Insufficient free disk space on the node's image filesystem \(\d+% of 1\.0 GiB used\)\. Failed to free sufficient space by deleting unused images \(freed \d+ bytes\)\./,
    );
    const low = await doctorFinds('disk-low');
    assert.ok(low?.sentence.includes(data), JSON.stringify(low));
  });

  test('the pod that fills it goes, and says why', async () => {
    const begun = Date.now();
    const script = 'dd if=/dev/zero of=/large bs=1M count=80; exec sleep 100000';
    await cluster.apply(podOf('greedy', 'busybox:1', script));
    const pod = await world.phase('greedy', 'Failed');
    assert.ok(Date.now() - begun < 40_000, `after ${Date.now() - begun} ms`);
    assert.equal(pod.status?.reason, 'Evicted');
    const words =
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: 100Mi, available: \d+Ki\. Container main was using 8[12]\d{3}Ki, request is 0, has larger consumption of ephemeral-storage\. $/;
    assert.match(pod.status?.message ?? '', words);
    const target = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    assert.deepEqual([target?.status, target?.reason], ['True', 'TerminationByKubelet']);
    assert.match(target?.message ?? '', words);
    await world.event('greedy', 'Evicted', words);
    await nodeEvent('EvictionThresholdMet', /^Attempting to reclaim ephemeral-storage$/);
    for (const name of ['modest', 'uses']) {
      const { status } = await world.now(name);
      assert.equal(status?.phase, 'Running', name);
    }
  });

  test('its space comes back, and so does the node', async () => {
    await underPressure(false);
    await nodeEvent('NodeHasDiskPressure', /status is now: NodeHasDiskPressure$/);
    await nodeEvent('NodeHasNoDiskPressure', /status is now: NodeHasNoDiskPressure$/);
    const { bavail, bsize } = statfsSync(data);
    assert.ok(bavail * bsize > 120 * mebi, `${bavail * bsize} bytes are free`);
  });

  test('while nobody can be blamed the node takes no pods, and takes them again afterwards', async () => {
    const { bavail, bsize } = statfsSync(data);
    await must('fallocate', ['-l', `${bavail * bsize - 60 * mebi}`, join(data, 'more')]);
    await underPressure(true);
    await cluster.apply(podOf('late', 'busybox:1', 'exec sleep 100000'));
    await world.shows('late', (pod) => {
      const placed = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
      assert.match(placed?.message ?? '', /untolerated taint.*disk-pressure/);
    });
    const { metadata } = await readNode();
    const sent = podOf('sent', 'busybox:1', 'exec sleep 100000', `nodeName: ${metadata.name}`);
    await cluster.apply(sent);
    const refused = await world.phase('sent', 'Failed');
    assert.deepEqual(
      [refused.status?.reason, refused.status?.message],
      ['Evicted', 'Pod was rejected: The node had condition: [DiskPressure]. '],
    );
    rmSync(join(data, 'more'));
    await underPressure(false);
    rmSync(ballast);
    await world.phase('late', 'Running');
  });

  test('what had ended went before any pod did, and its log says so', async () => {
    const { status } = await world.now('done');
    const id = status?.containerStatuses?.[0]?.state?.terminated?.containerID;
    const path = '/api/v1/namespaces/default/pods/done/log?container=main';
    const answer = await world.api.ask('GET', path);
    const { message, reason } = JSON.parse(answer.body) as { message: string; reason: string };
    assert.deepEqual(
      [answer.status, reason, message],
      [400, 'BadRequest', `unable to retrieve container logs for ${id}`],
    );
  });

  test('the doctor sees a clock that is behind what was written', async () => {
    assert.equal(await doctorFinds('clock-behind'), undefined);
    assert.equal(await doctorFinds('disk-low'), undefined);
    const path = join(data, 'store', 'store.db');
    const { atime, mtime } = statSync(path);
    const later = new Date(Date.now() + 2 * 3_600_000);
    utimesSync(path, later, later);
    const found = await doctorFinds('clock-behind');
    assert.match(found?.sentence ?? '', /(119m|2h)/);
    utimesSync(path, atime, mtime);
    assert.equal(await doctorFinds('clock-behind'), undefined);
  });

  test('reset leaves the file system of the data mounted and empty', async () => {
    await cluster.mustGantry(['reset', '--yes']);
    assert.deepEqual(readdirSync(data), []);
  });
});
