import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container, Pod, PodSpec, Volume } from '../../types.ts';
import { pods } from '../pods.ts';
import { verdictOnCreate } from '../testing/verdict.ts';

const sound: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] },
};

type Case = readonly [
  what: string,
  change: (spec: PodSpec, first: Container) => void,
  ...expected: string[],
];

function check(cases: readonly Case[]): void {
  for (const [what, change, ...expected] of cases) {
    const found = verdictOnCreate(pods, sound, ({ spec }) => {
      const first = spec?.containers[0];
      if (spec && first) change(spec, first);
    });
    assert.deepEqual(found, expected, what);
  }
}

const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

test('containers', () => {
  const at = 'spec.containers[0]';
  check([
    ['sound', () => undefined],
    ['none', (spec) => (spec.containers = []), 'spec.containers: Required value'],
    ['no image', (_, first) => delete first.image, `${at}.image: Required value`],
    [
      'spaces',
      (_, first) => (first.image = ' a'),
      `${at}.image: Invalid value: " a": must not have leading or trailing whitespace`,
    ],
    ['bad name', (_, first) => (first.name = 'App'), `${at}.name: Invalid value: "App": ${label}`],
    [
      'same name twice',
      (spec, first) => spec.containers.push(structuredClone(first)),
      'spec.containers[1].name: Duplicate value: "app"',
    ],
    [
      'an init container of the same name',
      (spec, first) => (spec.initContainers = [structuredClone(first)]),
      'spec.initContainers[0].name: Duplicate value: "app"',
    ],
    [
      'a probe of an init container',
      (spec) => {
        const readinessProbe = { tcpSocket: { port: 80 } };
        spec.initContainers = [{ name: 'init', image: 'a', readinessProbe }];
      },
      'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
    [
      'pull policy',
      (_, first) => (first.imagePullPolicy = 'Sometimes'),
      `${at}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
    ],
    [
      'ports',
      (_, first) => {
        first.ports = [
          { name: 'Http', containerPort: 80 },
          { name: 'web', containerPort: 0 },
          { name: 'web', containerPort: 70_000, hostPort: 80 },
          { containerPort: 81, hostPort: 80, protocol: 'ICMP' },
        ];
      },
      `${at}.ports[0].name: Invalid value: "Http": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
      `${at}.ports[1].containerPort: Required value`,
      `${at}.ports[2].name: Duplicate value: "web"`,
      `${at}.ports[2].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
      `${at}.ports[3].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"`,
    ],
    [
      'one host port twice',
      (_, first) => {
        first.ports = [
          { containerPort: 80, hostPort: 8080 },
          { containerPort: 81, hostPort: 8080 },
        ];
      },
      `${at}.ports[1].hostPort: Duplicate value: "TCP//8080"`,
    ],
    [
      'host network',
      (spec, first) => {
        spec.hostNetwork = true;
        first.ports = [{ containerPort: 80, hostPort: 8080 }];
      },
      `${at}.ports[0].hostPort: Invalid value: 8080: must match \`containerPort\` when \`hostNetwork\` is true`,
    ],
  ]);
});

test('environment', () => {
  const at = 'spec.containers[0].env[0]';
  check([
    ['no name', (_, first) => (first.env = [{ name: '' }]), `${at}.name: Required value`],
    [
      'value and source',
      (_, first) => {
        const valueFrom = { fieldRef: { fieldPath: 'metadata.name' } };
        first.env = [{ name: 'A', value: 'b', valueFrom }];
      },
      `${at}.valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
    ],
    [
      'a field that no pod has',
      (_, first) => {
        first.env = [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.color' } } }];
      },
      `${at}.valueFrom.fieldRef.fieldPath: Invalid value: "spec.color": error converting fieldPath: field label not supported: spec.color`,
    ],
    [
      'a field that only volumes show',
      (_, first) => {
        first.env = [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }];
      },
      `${at}.valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"`,
    ],
    [
      'one label is fine',
      (_, first) => {
        const fieldPath = "metadata.labels['app.kubernetes.io/name']";
        first.env = [{ name: 'A', valueFrom: { fieldRef: { fieldPath } } }];
      },
    ],
    [
      'a divisor',
      (_, first) => {
        const resourceFieldRef = { resource: 'limits.cpu', divisor: '2' };
        first.env = [{ name: 'A', valueFrom: { resourceFieldRef } }];
      },
      `${at}.valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
    ],
    [
      'nothing to read from',
      (_, first) => (first.envFrom = [{ prefix: 'A_' }]),
      'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
    ],
    [
      'a key',
      (_, first) => {
        first.env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: '' } } }];
      },
      `${at}.valueFrom.secretKeyRef.key: Required value`,
    ],
  ]);
});

test('resources', () => {
  const at = 'spec.containers[0].resources';
  check([
    [
      'more than the limit',
      (_, first) => (first.resources = { requests: { cpu: '2' }, limits: { cpu: '1' } }),
      `${at}.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
    ],
    [
      'negative',
      (_, first) => (first.resources = { requests: { memory: '-1' } }),
      `${at}.requests[memory]: Invalid value: "-1": must be greater than or equal to 0`,
    ],
    [
      'unknown',
      (_, first) => (first.resources = { requests: { color: '1' } }),
      `${at}.requests[color]: Invalid value: "color": must be a standard resource type or fully qualified`,
      `${at}.requests[color]: Invalid value: "color": must be a standard resource for containers`,
    ],
    [
      'devices come whole, and as a limit',
      (_, first) => (first.resources = { requests: { 'example.com/gpu': '500m' } }),
      `${at}.requests[example.com/gpu]: Invalid value: "500m": must be an integer`,
      `${at}.limits: Required value: Limit must be set for non overcommitable resources`,
    ],
    [
      'huge pages alone',
      (_, first) => (first.resources = { limits: { 'hugepages-2Mi': '4Mi' } }),
      `${at}: Forbidden: HugePages require cpu or memory`,
    ],
  ]);
});

test('volumes and mounts', () => {
  const volume = (each: Partial<Volume>): Volume => ({ name: 'data', ...each });
  const mount = { name: 'data', mountPath: '/data' };
  check([
    [
      'a mount of nothing',
      (_, first) => (first.volumeMounts = [mount]),
      'spec.containers[0].volumeMounts[0].name: Not found: "data"',
    ],
    [
      'one path twice',
      (spec, first) => {
        spec.volumes = [volume({ emptyDir: {} })];
        first.volumeMounts = [mount, mount];
      },
      'spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/data": must be unique',
    ],
    ['no source means an empty directory', (spec) => (spec.volumes = [volume({})])],
    [
      'two sources',
      (spec) => (spec.volumes = [volume({ emptyDir: {}, hostPath: { path: '/a' } })]),
      'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
    ],
    [
      'one name twice',
      (spec) => (spec.volumes = [volume({}), volume({})]),
      'spec.volumes[1].name: Duplicate value: "data"',
    ],
    [
      'up and away',
      (spec) => (spec.volumes = [volume({ hostPath: { path: '/a/../b', type: 'Folder' } })]),
      `spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain '..'`,
      'spec.volumes[0].hostPath.type: Unsupported value: "Folder": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
    [
      'file modes',
      (spec) => {
        const items = [{ key: 'a', path: '..a', mode: 0o1000 }];
        spec.volumes = [volume({ secret: { secretName: 's', defaultMode: -1, items } })];
      },
      'spec.volumes[0].secret.defaultMode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
      `spec.volumes[0].secret.items[0].path: Invalid value: "..a": must not start with '..'`,
      'spec.volumes[0].secret.items[0].mode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
    ],
    [
      'a token of nobody, for too short',
      (spec) => {
        const serviceAccountToken = { path: 'token', expirationSeconds: 60 };
        spec.volumes = [volume({ projected: { sources: [{ serviceAccountToken }] } })];
      },
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
      'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
    ],
    [
      'two files at one path',
      (spec) => {
        const items = [{ key: 'a', path: 'x' }];
        const sources = [{ secret: { name: 's', items } }, { configMap: { name: 'c', items } }];
        spec.volumes = [volume({ projected: { sources } })];
      },
      'spec.volumes[0].projected: Invalid value: "c": conflicting duplicate paths',
    ],
  ]);
});

test('probes and hooks', () => {
  const at = 'spec.containers[0]';
  check([
    [
      'nothing to do',
      (_, first) => (first.readinessProbe = {}),
      `${at}.readinessProbe: Required value: must specify a handler type`,
    ],
    [
      'two things to do',
      (_, first) => {
        first.readinessProbe = { tcpSocket: { port: 80 }, exec: { command: ['true'] } };
      },
      `${at}.readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`,
    ],
    [
      'a liveness probe succeeds at once',
      (_, first) => (first.livenessProbe = { tcpSocket: { port: 80 }, successThreshold: 2 }),
      `${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
    ],
    [
      'a port that cannot be',
      (_, first) => (first.readinessProbe = { httpGet: { port: 0 } }),
      `${at}.readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
    ],
    [
      'a sleep longer than the grace period',
      (_, first) => (first.lifecycle = { preStop: { sleep: { seconds: 31 } } }),
      `${at}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
    ],
  ]);
});

test('the pod as a whole', () => {
  check([
    [
      'restart policy',
      (spec) => (spec.restartPolicy = 'always'),
      'spec.restartPolicy: Unsupported value: "always": supported values: "Always", "OnFailure", "Never"',
    ],
    [
      'resolvers',
      (spec) => (spec.dnsPolicy = 'None'),
      'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
    ],
    [
      'a resolver without an address',
      (spec) => (spec.dnsConfig = { nameservers: ['dns.example.com'] }),
      'spec.dnsConfig.nameservers[0]: Invalid value: "dns.example.com": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      'deadline',
      (spec) => (spec.activeDeadlineSeconds = 0),
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
    [
      'tolerations',
      (spec) => {
        spec.tolerations = [
          { operator: 'Equal', value: 'a' },
          { key: 'a', operator: 'Exists', value: 'b' },
          { key: 'a', tolerationSeconds: 1, effect: 'NoSchedule' },
          { key: 'a', effect: 'Never' },
        ];
      },
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      'spec.tolerations[1].operator: Invalid value: "b": value must be empty when `operator` is \'Exists\'',
      'spec.tolerations[2].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      'spec.tolerations[3].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
    [
      'affinity',
      (spec) => {
        spec.affinity = {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] },
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, preference: {} }],
          },
        };
      },
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
      'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100',
    ],
    [
      'spread',
      (spec) => {
        const each = { maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' };
        spec.topologySpreadConstraints = [each, { ...each, maxSkew: 1 }];
      },
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
    ],
    [
      'spread by a key that is selected already, beside the requirement that the key itself made',
      (spec) => {
        const key = 'version';
        const made = { key, operator: 'In', values: ['2'] };
        spec.topologySpreadConstraints = [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchExpressions: [{ key, operator: 'Exists' }, made] },
            matchLabelKeys: ['app', key],
          },
          {
            maxSkew: 1,
            topologyKey: 'rack',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchExpressions: [made] },
            matchLabelKeys: [key],
          },
        ];
      },
      'spec.topologySpreadConstraints[0][1]: Invalid value: "version": exists in both matchLabelKeys and labelSelector',
    ],
    [
      'security',
      (spec, first) => {
        spec.securityContext = { runAsUser: -1, sysctls: [{ name: 'Bad', value: '1' }] };
        first.securityContext = { allowPrivilegeEscalation: false, privileged: true };
      },
      'spec.containers[0].securityContext: Invalid value: {"allowPrivilegeEscalation":false,"privileged":true}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
      'spec.securityContext.sysctls[0].name: Invalid value: "Bad": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
    ],
    [
      'host aliases',
      (spec) => (spec.hostAliases = [{ ip: 'x', hostnames: ['a.b'] }]),
      'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      'gates',
      (spec) => {
        spec.schedulingGates = [{ name: 'a' }, { name: 'a' }];
        spec.nodeName = 'n';
      },
      'spec.schedulingGates[1]: Duplicate value: "a"',
      'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
    ],
    [
      'a container that comes later',
      (spec) => (spec.ephemeralContainers = [{ name: 'debug', image: 'a' }]),
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    ],
  ]);
});
