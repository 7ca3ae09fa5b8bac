/** What nobody should send, and everybody does: each is refused in words, and the server goes on. */
import { after, before, suite, test } from 'node:test';
import { Asker } from './bad-input/asker.ts';
import { bodyRefusals, patchRefusals } from './bad-input/bodies.ts';
import { connectionTests } from './bad-input/connections.ts';
import { questionRefusals } from './bad-input/questions.ts';
import { strangerTests } from './bad-input/strangers.ts';
import { validationTests } from './bad-input/validation.ts';

suite('bad input', { timeout: 120_000 }, () => {
  let asker: Asker;
  before(async () => {
    asker = await Asker.open();
    const cm = { metadata: { name: 'there', labels: { a: 'b' } }, data: { a: '1' } };
    await asker.mustMake('/api/v1/namespaces/default/configmaps', cm);
    await asker.mustMake('/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'there' },
      spec: {
        selector: { matchLabels: { app: 'there' } },
        template: {
          metadata: { labels: { app: 'there' } },
          spec: { containers: [{ name: 'c', image: 'i' }] },
        },
      },
    });
  });
  after(() => asker.close());

  for (const refusal of [...bodyRefusals, ...patchRefusals, ...questionRefusals])
    test(refusal.name, () => asker.mustRefuse(refusal));
  const open = () => asker;
  validationTests(open);
  strangerTests(open);
  connectionTests(open);
});
