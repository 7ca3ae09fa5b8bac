/** Objects whose fields are wrong: every fault at once, each with its path; and what is only warned of. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asker } from './asker.ts';

const namespaced = '/api/v1/namespaces/default';

export function validationTests(open: () => Asker): void {
  test('every wrong field of an object is named, with its path', () =>
    open().mustRefuse({
      name: '',
      path: '/apis/apps/v1/namespaces/default/deployments',
      body: {
        metadata: { name: 'Not_a_name', labels: { 'a b': 'c' } },
        spec: {
          replicas: -1,
          selector: { matchLabels: { app: 'a' } },
          template: {
            metadata: { labels: { app: 'b' } },
            spec: {
              containers: [
                { name: 'c', image: 'i', ports: [{ containerPort: 70_000 }] },
                { name: 'c', image: '', resources: { limits: { cpu: '-1' } } },
              ],
            },
          },
        },
      },
      code: 422,
      reason: 'Invalid',
      message:
        /^Deployment\.apps "Not_a_name" is invalid: \[metadata\.name: Invalid value: "Not_a_name"/,
      fields: [
        'metadata.name',
        'metadata.labels',
        'spec.replicas',
        'spec.template.metadata.labels',
        'spec.template.spec.containers[0].ports[0].containerPort',
        'spec.template.spec.containers[1].name',
        'spec.template.spec.containers[1].image',
        'spec.template.spec.containers[1].resources.limits[cpu]',
      ],
    }));

  test('a field that must not change is named', () =>
    open().mustRefuse({
      name: '',
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/default/deployments/there',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { selector: { matchLabels: { app: 'other' } } } },
      code: 422,
      reason: 'Invalid',
      message: /field is immutable/,
    }));

  test('names that are none', async () => {
    for (const name of ['UPPER', 'a_b', '-a', 'a-', 'a..b', 'a'.repeat(254), 'a b', 'ä', '..'])
      await open().mustRefuse({
        name,
        path: `${namespaced}/configmaps`,
        body: { metadata: { name } },
        code: 422,
        reason: 'Invalid',
        message: /metadata\.name: Invalid value/,
        fields: ['metadata.name'],
      });
    await open().mustRefuse({
      name: 'none at all',
      path: `${namespaced}/configmaps`,
      body: { metadata: {} },
      code: 422,
      reason: 'Invalid',
      message: /name or generateName is required/,
      fields: ['metadata.name'],
    });
  });

  test('an unknown field is warned of, or not, as asked', async () => {
    const warning = async (fieldValidation: string): Promise<string | undefined> => {
      const body = { metadata: { name: `v-${fieldValidation.toLowerCase()}` }, dta: {} };
      const path = `${namespaced}/configmaps?dryRun=All&fieldValidation=${fieldValidation}`;
      const answer = await open().ask('POST', path, body);
      assert.equal(answer.status, 201, answer.text());
      return answer.header('warning');
    };
    assert.equal(await warning('Warn'), '299 - "unknown field \\"dta\\""');
    assert.equal(await warning('Ignore'), undefined);
  });
}
