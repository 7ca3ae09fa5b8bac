/**
 * CronJobs by a real clock. They are made before everything else and looked at when the other tests
 * are through: by then most of the minute that they need has gone by.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJob, Job } from '#api/types.ts';
import { eventually } from '../harness.ts';
import type { Client } from './client.ts';

const namespace = 'clock';
const minuteMs = 60_000;
/** Half an hour off: neither the minute nor the hour is that of UTC. */
const zone = { name: 'Asia/Kolkata', aheadMs: 330 * minuteMs };
/** Two runs of one minute would have one name: the second is due in the next one. */
const often = '@every 10s';
const withinMs = 90_000;

function cronJob(name: string, spec: Readonly<Record<string, string>>, script: string): string {
  return `
apiVersion: batch/v1
kind: CronJob
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  ${Object.entries(spec)
    .map(([field, value]) => `${field}: "${value}"`)
    .join('\n  ')}
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 0
          containers: [{name: main, image: "busybox:1", command: [sh, -c, "${script}"]}]
`;
}

export class CronJobs {
  readonly #client: Client;
  /** When the one with a time zone is due. */
  #at = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  async start(): Promise<void> {
    // Some seconds away, so that it is there in time.
    this.#at = Math.ceil((Date.now() + 8000) / minuteMs) * minuteMs;
    const there = new Date(this.#at + zone.aheadMs);
    const schedule = `${there.getUTCMinutes()} ${there.getUTCHours()} * * *`;
    await this.#client.kubectl(`create namespace ${namespace}`);
    await this.#client.cluster.apply(
      [
        cronJob('zoned', { schedule, timeZone: zone.name }, 'true'),
        cronJob('plain', { schedule }, 'true'),
        cronJob('replacing', { schedule: often, concurrencyPolicy: 'Replace' }, 'sleep 3600'),
        cronJob(
          'forbidding',
          { schedule: often, concurrencyPolicy: 'Forbid' },
          'until test -f /tmp/enough; do sleep 0.1; done',
        ),
      ].join('---'),
    );
  }

  tests(): void {
    test('a CronJob in a time zone that nobody knows is refused', () => this.#unknownZone());
    test('a CronJob goes by its time zone', () => this.#zoned());
    test('concurrencyPolicy Replace: a run ends the one before', () => this.#replacing());
    test('concurrencyPolicy Forbid: a run waits for the end of the one before', () =>
      this.#forbidding());
  }

  async #unknownZone(): Promise<void> {
    const spec = { schedule: often, timeZone: 'Mars/Olympus' };
    await assert.rejects(
      this.#client.cluster.apply(cronJob('lost', spec, 'true')),
      /The CronJob "lost" is invalid: spec\.timeZone: Invalid value: "Mars\/Olympus": unknown time zone Mars\/Olympus/,
    );
  }

  async #zoned(): Promise<void> {
    const name = `zoned-${this.#at / minuteMs}`;
    await eventually('its Job is done', () => this.#saysOf('zoned', /SawCompletedJob/), withinMs);
    const [job] = await this.#jobsOf('zoned');
    assert.equal(job?.metadata.name, name);
    const { status } = await this.#client.read<CronJob>(`cronjob zoned -n ${namespace}`);
    assert.equal(status?.lastScheduleTime, new Date(this.#at).toISOString().replace('.000', ''));
    assert.match(
      await this.#client.kubectl(`get cronjob zoned -n ${namespace}`),
      /TIMEZONE .*\nzoned .* Asia\/Kolkata +False +0 /,
    );
    // By UTC the same schedule is hours away.
    assert.deepEqual(await this.#jobsOf('plain'), []);
  }

  async #replacing(): Promise<void> {
    await eventually('one went', () => this.#saysOf('replacing', /SuccessfulDelete/), withinMs);
    // Each minute brings another one: all that is told is read anew.
    await eventually('only the newest is left', async () => {
      const events = await this.#client.kubectl(`describe cronjob replacing -n ${namespace}`);
      const [gone, made] = [/Deleted job (replacing-\d+)/g, /Created job (replacing-\d+)/g].map(
        (word) => [...events.matchAll(word)].map(([, name = '']) => name).toSorted(),
      );
      const newest = made?.at(-1);
      assert.deepEqual(gone, made?.slice(0, -1));
      const jobs = await this.#jobsOf('replacing');
      assert.deepEqual(
        jobs.map(({ metadata }) => metadata.name),
        [newest],
      );
      const { status } = await this.#client.read<CronJob>(`cronjob replacing -n ${namespace}`);
      assert.deepEqual(
        status?.active?.map(({ name }) => name),
        [newest],
      );
      const pods = await this.#client.kubectl(`get pods -n ${namespace} -o name`);
      assert.deepEqual(pods.match(/replacing-\d+/g), [newest]);
    });
  }

  async #forbidding(): Promise<void> {
    await eventually(
      'a run was let pass',
      () =>
        this.#saysOf(
          'forbidding',
          /Normal +JobAlreadyActive .*Not starting job because prior execution is running and concurrency policy is Forbid/,
        ),
      withinMs,
    );
    const [first, ...others] = await this.#jobsOf('forbidding');
    assert.deepEqual(others, []);
    await this.#client.kubectl(
      `exec -n ${namespace} job/${first?.metadata.name} -- touch /tmp/enough`,
    );
    // The run that was due meanwhile is made up for at once.
    await eventually('the next one began', async () => {
      const [, next] = await this.#jobsOf('forbidding');
      assert.ok(next && next.metadata.name > (first?.metadata.name ?? ''));
    });
  }

  async #saysOf(name: string, what: RegExp): Promise<void> {
    assert.match(await this.#client.kubectl(`describe cronjob ${name} -n ${namespace}`), what);
  }

  /** The older ones first. */
  async #jobsOf(cronJobName: string): Promise<readonly Job[]> {
    const { items } = await this.#client.read<{ items: Job[] }>(`jobs -n ${namespace}`);
    return items
      .filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === cronJobName)
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }
}
