/** Each verb of kubectl, as it is installed, against a real cluster: the newest kubectl here and Debian's. */
import { after, before, suite, test } from 'node:test';
import { Cluster, kubectls } from './harness.ts';
import { accessChecks } from './kubectl/access.ts';
import { applyChecks } from './kubectl/apply.ts';
import { clientChecks } from './kubectl/client.ts';
import { changeChecks } from './kubectl/change.ts';
import { createChecks } from './kubectl/create.ts';
import { doorChecks } from './kubectl/doors.ts';
import { describeChecks } from './kubectl/describe.ts';
import { makeFixture } from './kubectl/fixture.ts';
import { logChecks } from './kubectl/logs.ts';
import { nodeChecks } from './kubectl/nodes.ts';
import { readChecks } from './kubectl/read.ts';
import { rolloutChecks } from './kubectl/rollout.ts';
import { setChecks } from './kubectl/sets.ts';
import { streamChecks } from './kubectl/streams.ts';
import { User } from './kubectl/user.ts';

const checks = [
  ...readChecks,
  ...describeChecks,
  ...applyChecks,
  ...createChecks,
  ...changeChecks,
  ...rolloutChecks,
  ...setChecks,
  ...logChecks,
  ...streamChecks,
  ...accessChecks,
  ...nodeChecks,
  ...doorChecks,
  ...clientChecks,
];

const cluster = new Cluster('verbs', { api: 18_443, http: 18_081, https: 18_444 });

suite('kubectl', { timeout: 300_000 }, () => {
  before(async () => {
    await cluster.up();
    await cluster.loadImages(['busybox-1']);
  });
  after(() => cluster.remove());

  for (const kubectl of kubectls()) {
    suite(kubectl.label, { concurrency: 4 }, () => {
      let user: User;
      before(async () => {
        user = await User.open(cluster, kubectl);
        await makeFixture(user);
      });
      for (const { name, since = 0, run } of checks) {
        test(name, async (context) => {
          if (user.minor < since) return context.skip(`kubectl has it since 1.${since}`);
          await run(user);
        });
      }
    });
  }
});
