/** logs in all its forms. */
import assert from 'node:assert/strict';
import type { Check } from './user.ts';

export const logChecks: readonly Check[] = [
  {
    name: 'logs: of a container, the last lines, so many bytes',
    run: async (user) => {
      assert.equal(await user.ok('kubectl logs shell -c main'), 'one\ntwo\nthree\n');
      assert.equal(await user.ok('kubectl logs shell -c main --tail=1'), 'three\n');
      assert.equal(await user.ok('kubectl logs shell -c main --limit-bytes=5'), 'one\nt');
      await user.fails(
        'kubectl logs shell -c nothing',
        /container nothing is not valid for pod shell/,
      );
      await user.fails('kubectl logs nothing', /pods "nothing" not found/);
    },
  },
  {
    name: 'logs --timestamps, --since, --since-time',
    run: async (user) => {
      const line = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) one$/m;
      await user.says('kubectl logs shell -c main --timestamps', line);
      assert.equal(await user.ok('kubectl logs shell -c main --since=1h'), 'one\ntwo\nthree\n');
      const later = new Date(Date.now() + 60_000).toISOString();
      assert.equal(await user.ok(`kubectl logs shell -c main --since-time=${later}`), '');
    },
  },
  {
    name: 'logs --all-containers, by label, of a Deployment',
    run: async (user) => {
      await user.says('kubectl logs shell --all-containers', /three/, /beside/);
      const byLabel = 'kubectl logs -l role=shell --all-containers --prefix';
      await user.says(byLabel, /\[pod\/shell\/main\] one/, /\[pod\/shell\/side\] beside/);
      await user.ok('kubectl logs deployment/web');
    },
  },
  {
    name: 'logs --previous: of the container before',
    run: async (user) => {
      assert.equal(await user.ok('kubectl logs again --previous'), 'first\n');
      assert.equal(await user.ok('kubectl logs again'), 'second\n');
      await user.fails(
        'kubectl logs echo --previous',
        /previous terminated container "main" in pod "echo" not found/,
      );
    },
  },
  {
    name: 'logs -f: until the container ends',
    run: async (user) => {
      const script = 'echo begun; until test -e /tmp/go; do sleep 0.1; done; echo ended';
      await user.ok(
        `kubectl run followed --image=busybox:1 --restart=Never --command -- sh -c '${script}'`,
      );
      await user.ok('kubectl wait --for=condition=Ready pod/followed --timeout=60s');
      const follow = user.start('kubectl logs -f followed');
      await follow.shows(/^begun$/m);
      await user.ok('kubectl exec followed -- touch /tmp/go');
      assert.equal(await follow.ends(), 0);
      assert.equal(follow.output, 'begun\nended\n');
    },
  },
];
