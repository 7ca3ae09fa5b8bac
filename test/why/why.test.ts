/**
 * The corpus on a real cluster with real containers: everything broken is applied at once, `why`
 * must name each cause by its code, the named cure is carried out, and `why` must then find nothing.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ExplainedFinding } from '#api/diagnosis/finding.ts';
import { codesOfConditions } from '#api/condition-codes.ts';
import type { KubeObject } from '#api/object.ts';
import { type ReasonCode, reasonOf } from '#api/reasons.ts';
import type { Event } from '#api/types.ts';
import { askWhy } from '#cli/why/ask-why.ts';
import { CommandError } from '#cli/exit-code.ts';
import type { Machine } from '#cli/machine.ts';
import { systemClock } from '#sys/clock.ts';
import { systemFiles } from '#sys/files.ts';
import { systemHost } from '#sys/host.ts';
import { systemProcesses } from '#sys/process.ts';
import { ociArchiveBytes } from '#wire/oci/archive.ts';
import { describe as descriptorOf, layerInMemory } from '#wire/oci/layer.ts';
import { createAuthority, issueServer } from '#wire/pki/authority.ts';
import { Cluster, must, root, run } from '../e2e/harness.ts';
import { freePort, Registry } from '../e2e/registry/registry.ts';
import { type Case, namespaceOf, objectsOf, readCorpus } from './corpus.ts';

const cluster = new Cluster('why', { api: 16_581, http: 18_181, https: 18_581 });
const folder = mkdtempSync(join(tmpdir(), 'gantry-why-'));
const withinMs = 150_000;
const machine: Machine = {
  clock: systemClock,
  files: systemFiles,
  processes: systemProcesses,
  host: systemHost,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  control: () => Promise.reject(new Error('not asked')),
};
const corpus = readCorpus();
const together = corpus.filter(({ alone }) => !alone);
const alone = corpus.filter((each) => each.alone);

const soundClaim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  storageClassName: local-path
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
`;

const secondPod = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
  containers: [{name: main, image: 'busybox:1', command: [sh, -c, 'exec sleep 3600']}]
`;

let open: Registry;
let closed: Registry;
let words: Readonly<Record<string, string>>;

const fill = (text: string): string =>
  text.replace(/@(\w+)@/g, (whole, name: string) => words[name] ?? whole);

before(async () => {
  [open, closed] = await Promise.all([Registry.create('open'), Registry.create()]);
  const down = `127.0.0.1:${await freePort()}`;
  words = {
    open: open.name,
    closed: closed.name,
    down,
    user: closed.user,
    password: closed.password,
    node: hostname().toLowerCase(),
    cert: join(folder, 'tls.crt'),
    key: join(folder, 'tls.key'),
    endedCert: join(folder, 'ended.crt'),
    endedKey: join(folder, 'ended.key'),
    claim: join(folder, 'claim.yaml'),
    second: join(folder, 'second.yaml'),
  };
  await cluster.up(['--http-registry', [open.name, closed.name, down].join(',')]);
  await cluster.loadImages(['busybox-1']);
  const busybox = join(root, 'var/images/busybox-1.tar');
  await Promise.all([open.push(busybox, 'busybox:1'), closed.push(busybox, 'busybox:1')]);
  await Promise.all([pushForeign(), pushTorn(), loadAs(busybox, `${down}/loaded:1`)]);
  writeFileSync(words['claim'] ?? '', soundClaim);
  writeFileSync(words['second'] ?? '', secondPod);
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'].concat(
      ['-keyout', words['key'] ?? '', '-out', words['cert'] ?? '', '-days', '1'],
      ['-subj', '/CN=tls.why.test'],
    ),
    { stdio: 'ignore' },
  );
  await writeEnded();
});

/** A certificate whose time was over long ago. */
async function writeEnded(): Promise<void> {
  const clock = { ...systemClock, now: () => Date.UTC(2020, 0, 1) };
  const names = ['ended.why.test'];
  const authority = await createAuthority(clock);
  const ended = await issueServer(authority, clock, { commonName: 'ended', names });
  writeFileSync(words['endedCert'] ?? '', ended.certificate);
  writeFileSync(words['endedKey'] ?? '', ended.key);
}

after(async () => {
  await cluster.remove();
  await Promise.all([open.remove(), closed.remove()]);
  rmSync(folder, { recursive: true, force: true });
});

/** An index whose only image is another architecture's; containerd looks at platforms nowhere else. */
async function pushForeign(): Promise<void> {
  const architecture = process.arch === 'arm64' ? 'amd64' : 'arm64';
  const archive = join(folder, 'foreign.tar');
  const layer = await layerInMemory([{ path: 'nothing', type: 'file', content: '' }]);
  const image = { name: 'foreign:only', architecture, layers: [layer] } as const;
  writeFileSync(archive, await ociArchiveBytes(image));
  await open.push(archive, 'foreign:only');
  const base = `http://${open.name}/v2/foreign/manifests`;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = await fetch(`${base}/only`, { headers: { accept: mediaType } });
  const digest = manifest.headers.get('docker-content-digest');
  const size = (await manifest.arrayBuffer()).byteLength;
  const index = 'application/vnd.oci.image.index.v1+json';
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: index,
    manifests: [{ mediaType, digest, size, platform: { architecture, os: 'linux' } }],
  });
  const answer = await fetch(`${base}/1`, {
    method: 'PUT',
    headers: { 'content-type': index },
    body,
  });
  assert.equal(answer.status, 201, await answer.text());
}

/** An image whose only layer is no archive. */
async function pushTorn(): Promise<void> {
  const archive = join(folder, 'torn.tar');
  const content = Buffer.from(
    'neither a tar nor anything else, but longer than one block of it. '.repeat(32),
  );
  const described = descriptorOf('application/vnd.oci.image.layer.v1.tar', content);
  const layer = { ...described, diffId: described.digest, content };
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const image = { name: 'torn:1', architecture, layers: [layer] } as const;
  writeFileSync(archive, await ociArchiveBytes(image));
  await open.push(archive, 'torn:1');
}

/** The node has it under this name, and no registry does. */
async function loadAs(archive: string, name: string): Promise<void> {
  const to = join(folder, 'loaded.tar');
  await must('skopeo', [
    '--insecure-policy',
    'copy',
    '--quiet',
    `oci-archive:${archive}`,
    `docker-archive:${to}:${name}`,
  ]);
  await cluster.mustGantry(['image', 'load', to]);
}

/** In the namespace of the case, as a person would type it there. */
async function carryOut(each: Case, commands: readonly string[]): Promise<void> {
  for (const command of commands) {
    const script = `kubectl() { command kubectl -n ${namespaceOf(each.name)} "$@"; }\n${fill(command)}`;
    const { code, stderr } = await run('sh', ['-c', script], { env: cluster.env });
    if (code !== 0) troubles.set(each.name, `${command}\n${stderr}`);
  }
}

/** Commands that failed, by case: told by its tests, so that one case does not stop the others. */
const troubles = new Map<string, string>();

/** Undefined: it is gone. */
async function findingsOf(each: Case, target: string): Promise<ExplainedFinding[] | undefined> {
  const options = { kubeconfig: cluster.kubeconfig, namespace: namespaceOf(each.name) };
  try {
    return [...(await askWhy(machine, options, [fill(target)])).diagnosis.result];
  } catch (error) {
    if (error instanceof CommandError && error.message.startsWith('There is no ')) return undefined;
    throw error;
  }
}

/** Cluster-wide ones are read too: a node, a namespace. */
const withConditions = [
  ...['pods', 'deployments', 'replicasets', 'jobs', 'services', 'namespaces', 'nodes'],
  ...['persistentvolumeclaims', 'poddisruptionbudgets', 'horizontalpodautoscalers'],
].join(',');

/** What stands in events and beside conditions, for who does not ask `why`. */
async function standingCodes(each: Case): Promise<ReadonlySet<string>> {
  const read = async (what: string, from = inCase(each.name)): Promise<readonly KubeObject[]> => {
    const text = await cluster.kubectl(['get', what, ...from, '-o', 'json']);
    return (JSON.parse(text) as { items: readonly KubeObject[] }).items;
  };
  // Where those of cluster-wide objects lie.
  const ofCluster = async (): Promise<readonly KubeObject[]> =>
    ((await read('events', ['-n', 'default'])) as Event[]).filter(({ involvedObject }) =>
      each.ask.some((target) => target.endsWith(`/${involvedObject.name}`)),
    );
  const found = await Promise.all([read('events'), ofCluster(), read(withConditions)]);
  const [own, others, objects] = found;
  const events = [...own, ...others];
  const told = events.map(({ metadata }) => metadata.annotations?.['gantry.dev/code'] ?? '');
  return new Set([
    ...told.flatMap((codes) => codes.split(',')),
    ...objects.flatMap((object) => [...codesOfConditions(object).values()].flat()),
  ]);
}

async function stands(each: Case): Promise<Look> {
  const standing = await standingCodes(each);
  const code = each.code as ReasonCode;
  const done = [code, each.general ?? reasonOf(code).general].some(
    (one) => one && standing.has(one),
  );
  return { found: [[...standing].map((one) => ({ code: one, sentence: '' }) as never)], done };
}

const inCase = (name: string): string[] => ['-n', namespaceOf(name)];

/** What the commands themselves say while everything is broken. */
async function commands() {
  const container = ['deployment/web', ...inCase('container-fails')];
  return {
    text: await cluster.gantry(['why', 'deploy/web', ...inCase('probe-wrong-port')]),
    json: await cluster.gantry([
      'why',
      'deploy',
      'web',
      ...inCase('config-map-missing'),
      '-o',
      'json',
    ]),
    logs: await cluster.gantry(['logs', ...container, '--all']),
    noLogs: await cluster.gantry(['logs', 'deploy/web', ...inCase('image-tag-unknown')]),
    own: await cluster.gantry(['logs', '--tail', '1000']),
    doctor: await cluster.gantry(['doctor']),
  };
}

interface Look {
  readonly found: (ExplainedFinding[] | undefined)[];
  readonly done: boolean;
}

/** Looks at what is open again and again; answers what is open at the end, with what was seen last. */
async function untilAll(
  cases: readonly Case[],
  look: (each: Case) => Promise<Look>,
): Promise<Map<string, Look>> {
  const open = new Map(cases.map((each) => [each, undefined as Look | undefined]));
  const deadline = Date.now() + withinMs;
  while (open.size > 0 && Date.now() < deadline) {
    for (const each of open.keys()) {
      const seen = await look(each);
      if (seen.done) open.delete(each);
      else open.set(each, seen);
    }
  }
  return new Map([...open].map(([each, seen]) => [each.name, seen ?? { found: [], done: false }]));
}

async function showsCode(each: Case): Promise<Look> {
  const found = await Promise.all(each.ask.map((target) => findingsOf(each, target)));
  return { found, done: found.some((all) => all?.some(({ code }) => code === each.code)) };
}

async function isWell(each: Case): Promise<Look> {
  const found = await Promise.all(each.ask.map((target) => findingsOf(each, target)));
  const well = (all: ExplainedFinding[] | undefined): boolean =>
    each.goes
      ? all === undefined
      : all === undefined
        ? each.ask.length > 1
        : all.every(({ code }) => code === 'claim-waits-for-pod');
  return { found, done: found.every(well) };
}

function assertNone(open: ReadonlyMap<string, Look>, name: string, wanted: string): void {
  const look = open.get(name);
  assert.equal(troubles.get(name), undefined);
  const seen = look?.found.map((all) => all?.map(({ code, sentence }) => `${code}: ${sentence}`));
  assert.equal(look, undefined, `${wanted}, and why says ${JSON.stringify(seen, undefined, 2)}`);
}

for (const cases of [together, ...alone.map((each) => [each])]) {
  const head = cases.length === 1 ? `${cases[0]?.name}, alone` : 'everything broken at once';
  describe(head, () => {
    let unseen: ReadonlyMap<string, Look>;
    let uncured: ReadonlyMap<string, Look>;
    let standing: ReadonlyMap<string, Look>;
    let said: Awaited<ReturnType<typeof commands>>;
    before(async () => {
      const items = cases.flatMap((each) => objectsOf(each, fill));
      await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      await Promise.all(cases.map((each) => carryOut(each, each.afterwards)));
      unseen = await untilAll(cases, showsCode);
      standing = await untilAll(
        cases.filter(({ silent }) => !silent),
        stands,
      );
      if (cases === together) said = await commands();
      for (const each of cases) await carryOut(each, each.cure);
      uncured = await untilAll(cases, isWell);
    });
    if (cases === together) {
      test('the command tells it in words, and ends with 1', () => {
        const { code, stdout } = said.text;
        assert.equal(code, 1);
        assert.match(stdout, /^deployment\/web: one thing is wrong\.$/m);
        assert.match(
          stdout,
          /^probe-wrong-port {2}deployment\/web → replicaset\/web-\w+ → pod\/web-/m,
        );
        assert.match(stdout, /asks port 80, where nothing listens; the pod listens on 8080\.$/m);
        assert.match(stdout, /^ {2}→ Set readinessProbe to a port that is listened on/m);
      });
      test('with -o json it tells code, subject, causes and cure', () => {
        const { healthy, findings } = JSON.parse(said.json.stdout) as {
          healthy: boolean;
          findings: readonly ExplainedFinding[];
        };
        assert.equal(healthy, false);
        const [one] = findings;
        assert.equal(one?.code, 'config-map-missing');
        assert.equal(one?.subject.kind, 'Pod');
        assert.deepEqual(
          one?.because.map(({ kind, name }) => `${kind}/${name}`),
          ['ConfigMap/app-conf'],
        );
        assert.match(one?.sentence ?? '', /there is "app-config"/);
        assert.match(one?.cure ?? '', /kubectl create configmap app-conf/);
      });
      test('logs of a workload, of the run before, and of gantry itself', () => {
        assert.match(said.logs.stdout, /no database at/, said.logs.stderr);
        assert.equal(said.noLogs.code, 1);
        assert.match(said.noLogs.stderr, /gantry why/);
        assert.match(said.own.stdout, / info {2}ready parts=/);
      });
      test('the doctor finds nothing wrong with the machine and the cluster', () => {
        assert.equal(said.doctor.code, 0, said.doctor.stdout);
      });
    }
    for (const { name, code, silent } of cases) {
      test(`${name} is told as ${code}`, () => assertNone(unseen, name, `${code} is expected`));
      if (!silent)
        test(`${name}: ${code} stands in an event or beside a condition`, () =>
          assertNone(standing, name, `${code} is expected`));
      test(`${name} is well after its cure`, () =>
        assertNone(uncured, name, 'nothing is expected'));
    }
  });
}
