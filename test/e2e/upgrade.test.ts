/** A newer gantry takes over a running cluster and touches no container; an older one refuses. */
import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { systemProcesses } from '#sys/process.ts';
import { Cluster, eventually, root, run } from './harness.ts';

const cluster = new Cluster('upgrade', { api: 16_582, http: 18_182, https: 18_582 });
const newer = mkdtempSync(join(tmpdir(), 'gantry-newer-'));
const newerVersion = '999.0.0';

/** A checkout of a later version, with the same packages. */
function makeNewerCheckout(): void {
  for (const name of ['src', 'tools', 'gantry', 'tsconfig.json'])
    cpSync(join(root, name), join(newer, name), { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    const text = readFileSync(join(root, name), 'utf8');
    writeFileSync(join(newer, name), text.replace(/("version": ")[^"]+/, `$1${newerVersion}`));
  }
  mkdirSync(join(newer, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '.gantry')
      symlinkSync(join(root, 'node_modules', name), join(newer, 'node_modules', name));
}

/** `PID@START` of every process in the pods' control groups: shims' children, told from later ones. */
async function podProcesses(): Promise<string[]> {
  const uids = await cluster.kubectl(['get', 'pods', '-o', 'jsonpath={.items[*].metadata.uid}']);
  const marks = uids.split(' ').map((uid) => `pod${uid}`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
        return marks.some((mark) => groups.includes(mark));
      } catch {
        return false;
      }
    })
    .map((pid) => systemProcesses.identity(Number(pid)) ?? '')
    .sort();
}

before(async () => {
  makeNewerCheckout();
  await cluster.up();
  await cluster.loadImages(['busybox-1']);
  const create = ['create', 'deployment', 'web', '--image=busybox:1', '--replicas=2'];
  await cluster.kubectl([...create, '--', 'sleep', '3600']);
  await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
});

after(async () => {
  await cluster.remove();
  rmSync(newer, { recursive: true, force: true });
});

test('up from a newer checkout replaces the program and leaves every container alone', async () => {
  const processes = await podProcesses();
  assert.ok(processes.length >= 4, processes.join(' '));
  const program = (await cluster.status()).pid;
  const up = await run(join(newer, 'gantry'), ['up', '--name', cluster.name], { env: cluster.env });
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stdout, new RegExp(`has gone from gantry \\S+ to ${newerVersion}`));
  assert.match(up.stderr, /its containers go on/);
  const status = await cluster.status();
  assert.notEqual(status.pid, program);
  assert.ok(status.ready);
  assert.deepEqual(await podProcesses(), processes);
  // The newer one works on: a pod that goes is replaced.
  await cluster.kubectl(['delete', 'pod', '-l', 'app=web', '--grace-period=0', '--force']);
  await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
  await eventually('new containers', async () => {
    assert.notDeepEqual(await podProcesses(), processes);
  });
});

test('up from an older checkout refuses, in words', async () => {
  const up = await cluster.gantry(['up']);
  assert.equal(up.code, 1);
  assert.match(
    up.stderr,
    new RegExp(`run by gantry ${newerVersion}, which is newer than this one`),
  );
  assert.ok((await cluster.status()).ready);
});

test('data of a newer format is refused in words, and stays', async () => {
  await cluster.mustGantry(['down']);
  const path = join((await cluster.status()).paths.data, 'store/store.db');
  const database = new DatabaseSync(path);
  const format = database.prepare('PRAGMA user_version').get()?.['user_version'] as number;
  database.exec('PRAGMA user_version = 4711');
  database.close();
  const up = await cluster.gantry(['up']);
  assert.equal(up.code, 1);
  assert.match(
    up.stderr,
    /has format 4711, and this program reads up to \d+: run the version that wrote it/,
  );
  const doctor = await cluster.gantry(['doctor', '-o', 'json']);
  assert.equal(doctor.code, 1);
  const { findings } = JSON.parse(doctor.stdout) as { findings: readonly { code: string }[] };
  assert.ok(
    findings.some(({ code }) => code === 'store-newer'),
    doctor.stdout,
  );
  const again = new DatabaseSync(path);
  again.exec(`PRAGMA user_version = ${format}`);
  again.close();
  await cluster.up();
  await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s']);
});
