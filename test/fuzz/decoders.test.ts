/** Everything that reads what came from outside: it says no in its own way, and never falls over. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseDuration } from '#api/duration.ts';
import { formatIP, parseCIDR, parseIP } from '#api/ip.ts';
import { canonicalQuantity, compareQuantities } from '#api/quantity.ts';
import { parseFieldSelector, parseLabelSelector } from '#api/selector.ts';
import type { Secret } from '#api/types.ts';
import { isStatusError } from '#base/status-error.ts';
import { withEntry, withoutEntry } from '#cli/cluster/kubeconfig.ts';
import { CommandError } from '#cli/exit-code.ts';
import { credentialsFor, keyringOf } from '#api/keyring.ts';
import { parseLogLine } from '#node/logs/cri-line.ts';
import { answerFor, fitting, inspectAnswer } from '#wire/dns/forward.ts';
import {
  decodeQuery,
  encodeAnswer,
  encodeQuery,
  formatError,
  type Query,
  type Resource,
} from '#wire/dns/message.ts';
import { bent } from './bent.ts';
import { fuzz } from './settings.ts';

const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii' }));

describe('words', () => {
  const selectors = fc.oneof(
    texts,
    pieces('a', '!', '=', '==', ' in ', '(', ')', ',', 'notin', '"', '>', '1'),
  );
  it('selectors are understood, or refused as a bad request', () => {
    fc.assert(
      fc.property(selectors, (text) => {
        for (const parse of [parseLabelSelector, parseFieldSelector]) {
          try {
            parse(text);
          } catch (error) {
            assert.ok(isStatusError(error, 'BadRequest'), String(error));
          }
        }
      }),
      fuzz(3000),
    );
  });

  it('quantities that are taken can be written, read again and compared', () => {
    const quantities = fc.oneof(
      texts,
      pieces('1', '0', '.', '-', '+', 'e', 'E', '9', 'Ki', 'm', 'n', 'Gi'),
    );
    fc.assert(
      fc.property(quantities, (text) => {
        const canonical = canonicalQuantity(text);
        if (canonical === undefined) return;
        assert.equal(canonicalQuantity(canonical), canonical);
        assert.equal(compareQuantities(text, canonical), 0);
      }),
      fuzz(3000),
    );
  });

  it('addresses that are taken can be written and read again', () => {
    const addresses = fc.oneof(texts, pieces('1', '255', '.', ':', '::', 'ffff', '/', '0', '%'));
    fc.assert(
      fc.property(addresses, (text) => {
        parseCIDR(text);
        parseDuration(text);
        const ip = parseIP(text);
        if (ip) assert.deepEqual(parseIP(formatIP(ip)), ip);
      }),
      fuzz(3000),
    );
  });
});

describe('names on the wire', () => {
  const names = fc.constantFrom('web.default.svc.cluster.local', 'a', '1.0.0.10.in-addr.arpa');
  const queries = names.chain((name) => bent(encodeQuery(7, name, 'A')));

  it('a query is understood, or nothing is', () => {
    fc.assert(
      fc.property(queries, (bytes) => {
        const query = decodeQuery(bytes);
        formatError(bytes);
        if (query)
          assert.ok(
            encodeAnswer(query, { code: 'NOERROR', authoritative: true, answers: [] }, 512)
              .length <= 512,
          );
      }),
      fuzz(3000),
    );
  });

  it('an answer of another server is passed on at its own length, or not at all', () => {
    const query = decodeQuery(encodeQuery(7, 'web.example', 'A')) as Query;
    const record = (address: string): Resource => ({
      name: 'web.example',
      type: 'A',
      ttl: 30,
      data: address,
    });
    const answers = ['192.0.2.1', '192.0.2.2'].map(record);
    const whole = encodeAnswer(query, { code: 'NOERROR', authoritative: true, answers }, 1232);
    fc.assert(
      fc.property(bent(whole), fc.nat({ max: 100 }), (bytes, age) => {
        if (!inspectAnswer(bytes)) return;
        assert.equal(answerFor(query, bytes, age).length, bytes.length);
        assert.ok(fitting(query, bytes, 64).length <= 64);
      }),
      fuzz(3000),
    );
  });
});

describe('files of others', () => {
  it('lines of a container log', () => {
    const line = Buffer.from('2026-11-27T10:00:00.000000000Z stdout F hello world');
    fc.assert(
      fc.property(bent(line), (bytes) => {
        const parsed = parseLogLine(bytes);
        assert.ok(!parsed || parsed.text.length <= bytes.length);
      }),
      fuzz(3000),
    );
  });

  it('a kubeconfig is changed, or refused in words with the file as it is', () => {
    const entry = {
      name: 'gantry',
      server: 'https://127.0.0.1:6443',
      caCertificate: 'ca',
      clientCertificate: 'certificate',
      clientKey: 'key',
    };
    const sound = Buffer.from(withEntry('', entry, '/k', 'current'));
    fc.assert(
      fc.property(bent(sound), (bytes) => {
        const text = Buffer.from(bytes).toString();
        try {
          assert.match(withEntry(text, entry, '/k', 'current'), /current-context: gantry/);
          withoutEntry(text, 'gantry', '/k');
        } catch (error) {
          assert.ok(error instanceof CommandError, String(error));
        }
      }),
      fuzz(600),
    );
  });

  it('pull secrets give credentials, or nothing', () => {
    const config = {
      auths: { 'https://a.example/v1/': { auth: 'dTpw' }, '*.b': { username: 'u' } },
    };
    const bodies = fc.oneof(
      bent(Buffer.from(JSON.stringify(config))),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        bodies,
        fc.constantFrom('.dockerconfigjson', '.dockercfg'),
        texts,
        (bytes, key, image) => {
          const data = { [key]: Buffer.from(bytes).toString('base64') };
          const keyring = keyringOf([{ metadata: { name: 's' }, data } as unknown as Secret]);
          for (const name of ['a.example/x:1', image]) credentialsFor(name, keyring);
        },
      ),
      fuzz(1500),
    );
  });
});

/** Texts of the words that a grammar is made of. */
function pieces(...words: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...words), { maxLength: 10 }).map((list) => list.join(''));
}
