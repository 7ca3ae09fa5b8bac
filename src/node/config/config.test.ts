import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, Pod, Service } from '#api/types.ts';
import { podDns, parseResolvConf } from './dns.ts';
import { containerEnv } from './env.ts';
import { parseEnvFile } from './env-file.ts';
import { expand } from './expand.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { hostsFile } from './hosts.ts';
import { volumeMounts } from './mounts.ts';
import { containerResources, podCgroup, podLimits } from './resources.ts';
import { containerSecurity } from './security.ts';
import { serviceEnv } from './service-env.ts';

const pod = (spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', labels: { app: 'web' } },
  spec: { containers: [], ...spec },
});
const container = (more: Partial<Container> = {}): Container => ({ name: 'main', ...more });

describe('$(NAME)', () => {
  const known: Record<string, string> = { A: '1', EMPTY: '' };
  const cases: [string, string][] = [
    ['$(A)', '1'],
    ['x$(A)y$(A)', 'x1y1'],
    ['$(EMPTY)', ''],
    ['$(UNKNOWN)', '$(UNKNOWN)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$A', '$A'],
    ['$(A', '$(A'],
    ['cost: 5$', 'cost: 5$'],
  ];
  for (const [text, expected] of cases) {
    it(`${text} is ${expected}`, () =>
      assert.equal(
        expand(text, (name) => known[name]),
        expected,
      ));
  }
});

describe('a file of variables', () => {
  const cases: [string, Record<string, string>][] = [
    ["A='1'", { A: '1' }],
    ["# comment\n\n  A='x y'  # more\nB=''\n", { A: 'x y', B: '' }],
    ["A='one\ntwo'\nB='$A \\n \"'\r\n", { A: 'one\ntwo', B: '$A \\n "' }],
    ["A='1'\nA='2'", { A: '2' }],
  ];
  for (const [text, expected] of cases) {
    it(JSON.stringify(text), () =>
      assert.deepEqual(Object.fromEntries(parseEnvFile(text, 'f')), expected),
    );
  }
  for (const text of ['A=1', 'A="1"', "A = '1'", "A='1' B='2'", "A='1", '=1', "export A='1'"]) {
    it(`${text} is none`, () =>
      assert.throws(() => parseEnvFile(`\n${text}`, 'f'), /env file "f": line 2 is not/));
  }
});

describe('environment', () => {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'redis-main', namespace: 'shop' },
    spec: { clusterIP: '10.96.0.9', ports: [{ name: 'tcp', port: 6379, protocol: 'TCP' }] },
  };
  const context = {
    pod: pod({ serviceAccountName: 'robot' }),
    addresses: { podIPs: ['10.0.0.2'], hostIPs: ['192.0.2.1'] },
    allocatable: { cpu: '4', memory: '8Gi' },
    references: {
      configMap: (_: string, name: string) =>
        Promise.resolve(
          name === 'settings'
            ? {
                apiVersion: 'v1' as const,
                kind: 'ConfigMap' as const,
                metadata: { name },
                data: { a: '1' },
              }
            : undefined,
        ),
      secret: () => Promise.resolve(undefined),
    },
    services: serviceEnv([service], 'shop', true),
    fileIn: (volume: string, path: string) =>
      Promise.resolve(volume === 'data' && path === 'app.env' ? "A='one'\nB='t w o'\n" : undefined),
  };
  it('takes from files', async () => {
    const from = (key: string, path = 'app.env', optional = false) =>
      containerEnv(
        container({
          env: [
            { name: 'V', valueFrom: { fileKeyRef: { volumeName: 'data', path, key, optional } } },
          ],
        }),
        context,
      );
    assert.equal((await from('B')).get('V'), 't w o');
    assert.equal((await from('C', 'app.env', true)).has('V'), false);
    assert.equal((await from('A', 'other', true)).has('V'), false);
    await assert.rejects(() => from('C'), /key "C" not found in file "app.env"/);
    await assert.rejects(() => from('A', 'other'), /file "other" not found in volume "data"/);
  });
  it('takes from objects, fields and resources, in order', async () => {
    const env = await containerEnv(
      container({
        resources: { limits: { cpu: '1500m' } },
        envFrom: [{ prefix: 'P_', configMapRef: { name: 'settings' } }],
        env: [
          { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          {
            name: 'MEM',
            valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } },
          },
          { name: 'URL', value: 'redis://$(REDIS_MAIN_SERVICE_HOST)/$(P_a)' },
        ],
      }),
      context,
    );
    const some = ['P_a', 'APP', 'IP', 'CPU', 'MEM', 'URL'].map((name) => env.get(name));
    assert.deepEqual(some, ['1', 'web', '10.0.0.2', '2', '8192', 'redis://10.96.0.9/1']);
    assert.equal(env.get('REDIS_MAIN_PORT_6379_TCP'), 'tcp://10.96.0.9:6379');
    assert.equal(env.get('REDIS_MAIN_SERVICE_PORT_TCP'), '6379');
  });
  it('names what is missing as the kubelet does', async () => {
    const of = (env: Container['env']) => containerEnv(container({ env }), context);
    const key = (name: string, one: string, optional = false) => [
      { name: 'X', valueFrom: { configMapKeyRef: { name, key: one, optional } } },
    ];
    await assert.rejects(of(key('none', 'a')), { message: 'configmap "none" not found' });
    await assert.rejects(of(key('settings', 'b')), {
      message: "couldn't find key b in ConfigMap shop/settings",
    });
    assert.equal((await of(key('none', 'a', true))).has('X'), false);
  });
});

describe('resources', () => {
  it('become shares, quota and limit', () => {
    const one = container({
      resources: {
        requests: { cpu: '250m', memory: '1Gi' },
        limits: { cpu: '500m', memory: '2Gi' },
      },
    });
    const resources = containerResources(pod({ containers: [one] }), one, 4 * 2 ** 30);
    assert.deepEqual(resources, {
      cpuShares: 256,
      cpuPeriod: 100_000,
      cpuQuota: 50_000,
      memoryLimitInBytes: 2 ** 31,
      oomScoreAdj: 750,
    });
  });
  it('bound a pod only when they bound every container', () => {
    const limited = container({ resources: { limits: { cpu: '1', memory: '1Gi' } } });
    const whole = podLimits(pod({ containers: [limited, { ...limited, name: 'b' }] }));
    assert.deepEqual(whole, { cpuShares: 2048, cpuQuota: 200_000, memoryBytes: 2 ** 31 });
    const part = podLimits(pod({ containers: [limited, container({ name: 'b' })] }));
    assert.deepEqual([part.cpuQuota, part.memoryBytes], [undefined, undefined]);
  });
  it('of the pod as a whole bound it, and stand in for limits that a container has not', () => {
    const own = container({ resources: { requests: { cpu: '250m' }, limits: { memory: '1Gi' } } });
    const whole = pod({
      containers: [own, container({ name: 'b' })],
      resources: { limits: { cpu: '1', memory: '4Gi' }, requests: { memory: '2Gi' } },
    });
    assert.deepEqual(podLimits(whole), {
      cpuShares: 256,
      cpuQuota: 100_000,
      memoryBytes: 2 ** 32,
    });
    const { memoryLimitInBytes, cpuQuota, cpuShares } = containerResources(whole, own, 2 ** 33);
    assert.deepEqual([memoryLimitInBytes, cpuQuota, cpuShares], [2 ** 30, 100_000, 256]);
    const other = containerResources(whole, container({ name: 'b' }), 2 ** 33);
    assert.deepEqual([other.memoryLimitInBytes, other.cpuQuota], [2 ** 32, 100_000]);
    const memoryOnly = pod({ containers: [own], resources: { limits: { memory: '4Gi' } } });
    assert.equal(podLimits(memoryOnly).cpuShares, 256);
  });
  it('choose the group by class', () => {
    const besteffort = pod({ containers: [container()] });
    assert.equal(podCgroup('/x', besteffort), '/x/kubepods/besteffort/podu1');
    const limits = { cpu: '1', memory: '1Gi' };
    const guaranteed = pod({ containers: [container({ resources: { limits } })] });
    assert.equal(podCgroup('/x', guaranteed), '/x/kubepods/podu1');
  });
});

describe('security', () => {
  const of = (whole: object, own: object, image: { uid: number | undefined; username: string }) =>
    containerSecurity(
      pod({ securityContext: whole }),
      container({ securityContext: own }),
      image,
      '/p',
    );
  const root = { uid: 0, username: '' };
  it('refuses root where it must not be', () => {
    const where = '(pod: "web_shop(u1)", container: main)';
    assert.throws(() => of({ runAsNonRoot: true }, {}, root), {
      message: `container has runAsNonRoot and image will run as root ${where}`,
    });
    assert.throws(() => of({ runAsNonRoot: true }, { runAsUser: 0 }, root), {
      message: `container's runAsUser breaks non-root policy ${where}`,
    });
    assert.throws(
      () => of({ runAsNonRoot: true }, {}, { uid: undefined, username: 'web' }),
      /non-numeric user \(web\)/,
    );
    assert.deepEqual(of({ runAsNonRoot: true }, {}, { uid: 33, username: '' }).runAsUser, {
      value: 33,
    });
  });
  it('says which group root has, unless the pod does', () => {
    assert.deepEqual(of({}, {}, root).runAsGroup, { value: 0 });
    assert.deepEqual(of({ runAsGroup: 7 }, {}, root).runAsGroup, { value: 7 });
    assert.equal(of({}, {}, { uid: 33, username: '' }).runAsGroup, undefined);
    assert.equal(of({}, {}, { uid: undefined, username: '' }).runAsGroup, undefined);
  });
  it('lets the container decide over the pod', () => {
    const security = of(
      {
        runAsUser: 1,
        fsGroup: 5,
        supplementalGroups: [4],
        seccompProfile: { type: 'RuntimeDefault' },
      },
      {
        runAsUser: 2,
        allowPrivilegeEscalation: false,
        seccompProfile: { type: 'Localhost', localhostProfile: 'a.json' },
      },
      root,
    );
    assert.deepEqual(security.runAsUser, { value: 2 });
    assert.deepEqual(security.supplementalGroups, [4, 5]);
    assert.equal(security.noNewPrivs, true);
    assert.deepEqual(security.seccomp, { profileType: 'Localhost', localhostRef: '/p/a.json' });
  });
});

describe('names', () => {
  const cluster = { servers: ['10.96.0.10'], domain: 'cluster.local' };
  const host = parseResolvConf('nameserver 9.9.9.9\nsearch lan\noptions timeout:1\n');
  it('are asked of the cluster, the node or whom the pod says', () => {
    assert.deepEqual(podDns(pod(), cluster, host), {
      servers: ['10.96.0.10'],
      searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'lan'],
      options: ['ndots:5'],
    });
    assert.deepEqual(podDns(pod({ hostNetwork: true }), cluster, host), host);
    const none = pod({
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['1.1.1.1'], options: [{ name: 'ndots', value: '2' }] },
    });
    assert.deepEqual(podDns(none, cluster, host), {
      servers: ['1.1.1.1'],
      searches: [],
      options: ['ndots:2'],
    });
  });
  it('of the pod stand in its hosts file', () => {
    const text = hostsFile(
      pod({
        hostname: 'one',
        subdomain: 'sub',
        hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }],
      }),
      ['10.0.0.2'],
      'cluster.local',
      undefined,
    );
    assert.match(text, /^10\.0\.0\.2\tone\.sub\.shop\.svc\.cluster\.local\tone$/m);
    assert.match(text, /^1\.2\.3\.4\ta\tb$/m);
  });
});

describe('a subPath', () => {
  const whole = { path: '/v/disk', readonly: false };
  const mounted = async (subPath: string) => {
    const files = new MemoryFiles({ '/v/disk/plain': 'text', '/etc/out': 'side' }).files;
    await files.makeDirectory('/v/disk', 0o2777);
    await files.link('/etc', '/v/disk/leads-out');
    const one = container({ volumeMounts: [{ name: 'disk', mountPath: '/m', subPath }] });
    const mounts = await volumeMounts(one, new Map(), () => whole, files);
    const modeOf = async (path: string) => (await files.info(path))?.mode;
    return { path: mounts[0]?.hostPath, modeOf, files };
  };

  it('is made with all above it, open to whom the volume is open', async () => {
    const { path, modeOf } = await mounted('deep/er');
    assert.equal(path, '/v/disk/deep/er');
    assert.equal(await modeOf('/v/disk/deep'), 0o2777);
    assert.equal(await modeOf('/v/disk/deep/er'), 0o2777);
  });

  it('that is there stays as it is', async () => {
    const { path, modeOf } = await mounted('./plain');
    assert.equal(path, '/v/disk/plain');
    assert.equal(await modeOf('/v/disk/plain'), 0o644);
  });

  it('makes nothing behind a link that leads out', async () => {
    await assert.rejects(mounted('leads-out/new'), /leads outside the volume/);
    await assert.rejects(mounted('a/../..'), /must stay inside/);
  });
});
