/** apply, diff, replace: from a file to the state that it asks for. */
import assert from 'node:assert/strict';
import type { Check, User } from './user.ts';

const configMap = (name: string, data: Readonly<Record<string, string>>): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

const dataOf = async (user: User, name: string): Promise<unknown> =>
  JSON.parse(await user.ok(`kubectl get configmap ${name} -o jsonpath='{.data}'`));

export const applyChecks: readonly Check[] = [
  {
    name: 'apply: creates, changes, removes what the file no longer names',
    run: async (user) => {
      const apply = (data: Readonly<Record<string, string>>) =>
        user.apply(configMap('applied', data));
      assert.match(await apply({ a: '1', b: '2' }), /configmap\/applied created/);
      await user.ok('kubectl patch configmap applied -p \'{"data":{"theirs":"stays"}}\'');
      assert.match(await apply({ a: '3' }), /configmap\/applied configured/);
      assert.deepEqual(await dataOf(user, 'applied'), { a: '3', theirs: 'stays' });
      assert.match(await apply({ a: '3' }), /configmap\/applied unchanged/);
    },
  },
  {
    name: 'apply --prune: removes objects that the folder no longer has',
    run: async (user) => {
      const labelled = (name: string) =>
        `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}","labels":{"prune":"me"}}}`;
      for (const name of ['kept', 'dropped']) await user.apply(labelled(name));
      const file = user.file('prune.json', labelled('kept'));
      const only = '--prune-whitelist=core/v1/ConfigMap';
      const flag = user.minor < 27 ? only : only.replace('whitelist', 'allowlist');
      await user.says(
        `kubectl apply -f ${file} --prune -l prune=me ${flag}`,
        /configmap\/dropped pruned/,
      );
      await user.says('kubectl get configmap -l prune=me -o name', /^configmap\/kept\n$/);
    },
  },
  {
    name: 'apply --server-side: fields have owners',
    run: async (user) => {
      const file = user.file('owned.json', configMap('owned', { a: '1', b: '2' }));
      const apply = `kubectl apply --server-side -f ${file}`;
      await user.says(apply, /configmap\/owned serverside-applied/);
      user.file('owned.json', configMap('owned', { a: '1' }));
      await user.ok(apply);
      assert.deepEqual(await dataOf(user, 'owned'), { a: '1' });
      user.file('owned.json', configMap('owned', { a: '2' }));
      await user.fails(`${apply} --field-manager=another`, /conflict with "kubectl"/);
      await user.ok(`${apply} --field-manager=another --force-conflicts`);
      assert.deepEqual(await dataOf(user, 'owned'), { a: '2' });
    },
  },
  {
    name: 'apply --dry-run=server: checks, and changes nothing',
    run: async (user) => {
      const file = user.file('dry.json', configMap('dry', { a: '1' }));
      await user.says(`kubectl apply --dry-run=server -f ${file}`, /created \(server dry run\)/);
      await user.fails('kubectl get configmap dry', /not found/);
      user.file('dry.json', configMap('Dry_', {}));
      await user.fails(`kubectl apply --dry-run=server -f ${file}`, /Invalid value: "Dry_"/);
    },
  },
  {
    name: 'apply: refuses a field that does not exist',
    run: async (user) => {
      const file = user.file('typo.json', configMap('typo', {}).replace('"data"', '"dta"'));
      await user.fails(`kubectl apply -f ${file}`, /unknown field "dta"/);
      await user.fails('kubectl get configmap typo', /not found/);
    },
  },
  {
    name: 'diff: what apply would change',
    run: async (user) => {
      await user.apply(configMap('compared', { a: 'old' }));
      const file = user.file('compared.json', configMap('compared', { a: 'new' }));
      const { code, stdout } = await user.run(`kubectl diff -f ${file}`);
      assert.equal(code, 1);
      assert.match(stdout, /^- {2}a: old$/m);
      assert.match(stdout, /^\+ {2}a: new$/m);
      await user.ok(`kubectl apply -f ${file}`);
      assert.equal(await user.ok(`kubectl diff -f ${file}`), '');
    },
  },
  {
    name: 'replace, replace --force',
    run: async (user) => {
      const file = user.file('replaced.json', configMap('replaced', { a: '1' }));
      await user.ok(`kubectl create -f ${file}`);
      await user.fails(`kubectl create -f ${file}`, /AlreadyExists/);
      user.file('replaced.json', configMap('replaced', { b: '2' }));
      await user.says(`kubectl replace -f ${file}`, /configmap\/replaced replaced/);
      assert.deepEqual(await dataOf(user, 'replaced'), { b: '2' });
      const uid = "kubectl get configmap replaced -o jsonpath='{.metadata.uid}'";
      const before = await user.ok(uid);
      await user.ok(`kubectl replace --force -f ${file}`);
      assert.notEqual(await user.ok(uid), before);
    },
  },
];
