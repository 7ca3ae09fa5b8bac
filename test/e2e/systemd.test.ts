/** Where systemd is PID 1, a cluster is a unit: it comes up again after a crash and after a reboot, and goes down with the machine. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Pod } from '#api/types.ts';
import { eventually, must, root } from './harness.ts';
import { missing, SystemdMachine } from './systemd/machine.ts';

const skip = missing() ?? false;
const machine = new SystemdMachine('gantry-systemd-test');
/** systemd kills what has not ended after 90 s. */
const wayBeforeKillingMs = 45_000;

const containerIds = () =>
  machine.ok("kubectl get pods -o jsonpath='{.items[*].status.containerStatuses[*].containerID}'");

/** Ends with a word in `/root/ends/order`, after so many seconds. */
const tells = (name: string, seconds: number, more = ''): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  ${more}
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "trap 'sleep ${seconds}; echo ${name} >>/ends/order; exit 0' TERM; sleep 3600 & wait"]
    volumeMounts: [{name: ends, mountPath: /ends}]
  volumes: [{name: ends, hostPath: {path: /root/ends, type: DirectoryOrCreate}}]
`;

suite('systemd', { skip, timeout: 240_000 }, () => {
  before(async () => {
    const image = join(root, 'var', 'images', 'busybox-1.tar');
    if (!existsSync(image)) await must('npm', ['run', '--silent', 'examples:images']);
    await machine.prepare();
    await machine.boot();
  });
  after(() => machine.remove());

  test('up installs a unit that is enabled, and returns when the cluster is ready', async () => {
    await machine.ok('./gantry up --no-install');
    const shown = await machine.ok(
      'systemctl show gantry -p ActiveState -p UnitFileState -p Type -p Delegate -p SubState',
    );
    assert.deepEqual(shown.split('\n').sort(), [
      'ActiveState=active',
      'Delegate=yes',
      'SubState=running',
      'Type=notify',
      'UnitFileState=enabled',
    ]);
    assert.equal(await machine.ok('systemd-analyze verify gantry.service 2>&1'), '');
    assert.match(await machine.ok('kubectl get nodes'), / Ready /);
    await machine.ok('./gantry image load var/images/busybox-1.tar');
    const ends = 'trap exit TERM; sleep 3600 & wait';
    await machine.ok(`kubectl create deployment d --image=busybox:1 -- sh -c '${ends}'`);
    await machine.ok('kubectl wait --for=condition=Available deployment/d --timeout=60s');
  });

  test('after a kill -9 systemd starts it again, and the containers have not noticed', async () => {
    const before = await containerIds();
    const pid = await machine.ok('systemctl show -p MainPID --value gantry');
    await machine.ok(`kill -9 ${pid}`);
    await eventually('another process answers', async () => {
      assert.notEqual(await machine.ok('systemctl show -p MainPID --value gantry'), pid);
      await machine.ok('kubectl get --raw /readyz');
    });
    assert.equal(await containerIds(), before);
    assert.equal(await machine.ok('systemctl show -p NRestarts --value gantry'), '1');
  });

  test('the machine goes down without waiting for containers, and comes back with them', async () => {
    const before = await containerIds();
    assert.ok((await machine.goDown()) < wayBeforeKillingMs);
    await machine.boot();
    await eventually('another container runs', async () => {
      await machine.ok('kubectl wait --for=condition=Available deployment/d --timeout=20s');
      assert.notEqual(await containerIds(), before);
    });
  });

  test('with a shutdownGracePeriod pods end for good, those that others depend on last', async () => {
    const settings = '{"shutdownGracePeriod": "20s", "shutdownGracePeriodCriticalPods": "10s"}';
    await machine.ok(
      `mkdir -p /etc/gantry/gantry.d && echo '${settings}' >/etc/gantry/gantry.d/node.json`,
    );
    await machine.ok('systemctl restart gantry');
    const pods = [
      tells('usual', 2),
      tells('critical', 0, 'priorityClassName: system-cluster-critical'),
    ];
    await machine.ok(`kubectl apply -f - <<'EOF'\n${pods.join('---')}\nEOF`);
    await machine.ok('kubectl wait --for=condition=Ready pod/usual pod/critical --timeout=60s');
    const before = await machine.ok('kubectl get pods -l app=d -o name');
    assert.ok((await machine.goDown()) < wayBeforeKillingMs);
    await machine.boot();
    assert.equal(await machine.ok('cat /root/ends/order'), 'usual\ncritical');
    await eventually('the API answers', () => machine.ok('kubectl get --raw /readyz'));
    for (const pod of ['pod/usual', 'pod/critical', before]) {
      const { status } = JSON.parse(await machine.ok(`kubectl get ${pod} -o json`)) as Pod;
      assert.deepEqual(
        [status?.phase, status?.reason, status?.message],
        ['Failed', 'Terminated', 'Pod was terminated in response to imminent node shutdown.'],
        pod,
      );
      const target = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
      assert.deepEqual([target?.status, target?.reason], ['True', 'TerminationByKubelet']);
      assert.ok(status?.containerStatuses?.[0]?.state?.terminated, JSON.stringify(status));
    }
    await machine.ok('rm -r /etc/gantry/gantry.d');
    await machine.ok('kubectl wait --for=condition=Available deployment/d --timeout=60s');
    assert.notEqual(
      await machine.ok('kubectl get pods -l app=d --field-selector=status.phase=Running -o name'),
      before,
    );
  });

  test('down stops it and the pods, up brings them back, reset takes the unit away', async () => {
    await machine.ok('./gantry down');
    assert.equal((await machine.run('systemctl is-active gantry')).stdout, 'inactive\n');
    assert.equal((await machine.run('pgrep -c containerd-shim')).stdout, '0\n');
    await machine.ok('./gantry up --no-install');
    await machine.ok('kubectl wait --for=condition=Available deployment/d --timeout=60s');
    await machine.ok('./gantry reset --yes');
    assert.equal(
      await machine.ok('ls /etc/gantry /var/lib/gantry; ls /run | grep gantry || :'),
      '/etc/gantry:\n\n/var/lib/gantry:',
    );
    const { stderr } = await machine.run('systemctl cat gantry');
    assert.match(stderr, /No files found for gantry.service/);
  });
});
