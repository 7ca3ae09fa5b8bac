/** Ten years and more of a running program, under the virtual clock: no certificate ever ends. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import type { Timer } from '#base/clock.ts';
import { silentLogger } from '#base/log.ts';
import { CertificateKeeper } from '#main/certificate-keeper.ts';
import { type ClusterPki, servingKeys } from '#main/pki-store.ts';
import { MemoryFiles } from '#sys/simulated/memory-files.ts';
import { systemTimers } from '#sys/timers.ts';
import { textResponse } from '#wire/http/message.ts';
import { listenHttps } from '#wire/http/server.ts';
import { readCertificate, stillServes } from '#wire/pki/authority.ts';
import { VirtualTime } from './virtual-time.ts';

const dayMs = 24 * 3600_000;
const years = 10;
const names = { apiServer: ['localhost', '127.0.0.1'], gateway: ['gateway.gantry.internal'] };

/** The keeper's only timer is set anew when its look is over: until then, time stands still. */
class PatientTime {
  readonly clock: VirtualTime;
  #armed = Promise.withResolvers<void>();

  constructor(startedAtMs?: number) {
    this.clock = new VirtualTime(startedAtMs);
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = this.clock.after(delayMs, () => {
      this.#armed = Promise.withResolvers<void>();
      callback();
    });
    this.#armed.resolve();
    return timer;
  }

  async pass(ms: number): Promise<void> {
    const until = this.clock.elapsedMs + ms;
    do await this.#armed.promise;
    while (this.clock.step(until));
  }
}

function keep(time: PatientTime, files = new MemoryFiles().files): Promise<CertificateKeeper> {
  const { clock } = time;
  return CertificateKeeper.open({
    files,
    clock,
    timers: time,
    log: silentLogger,
    folder: '/pki',
    names,
  });
}

function assertAlive(pki: ClusterPki, nowMs: number): void {
  for (const name of ['authority', 'apiServer', 'gateway', 'admin'] as const) {
    const { notBeforeMs, notAfterMs } = readCertificate(pki[name].certificate);
    assert.ok(
      notBeforeMs <= nowMs && nowMs < notAfterMs,
      `${name} at ${new Date(nowMs).toISOString()}`,
    );
    assert.ok(stillServes(pki[name].certificate, pki.authority.certificate, []), name);
  }
}

test('ten years without a restart: every certificate is renewed in time', async () => {
  const time = new PatientTime();
  const files = new MemoryFiles().files;
  const keeper = await keep(time, files);
  const first = keeper.pki;
  let renewals = 0;
  keeper.onRenewal(() => {
    renewals += 1;
  });
  for (let day = 0; day < years * 365; day += 30) {
    await time.pass(30 * dayMs);
    assertAlive(keeper.pki, time.clock.now());
  }
  keeper.stop();
  // Leaves live a year and are renewed with a third left: three times in two years.
  assert.ok(renewals >= years * 1.4 && renewals <= years * 2, String(renewals));
  const { authority } = keeper.pki;
  assert.notEqual(authority.certificate, first.authority.certificate);
  assert.equal(authority.key, first.authority.key);
  // Who still trusts the first authority's certificate trusts what is signed today.
  assert.ok(
    stillServes(keeper.pki.apiServer.certificate, first.authority.certificate, names.apiServer),
  );
  assert.equal(await files.readText('/pki/admin.crt'), keeper.pki.admin.certificate);
  const [subject, again] = [first, keeper.pki].map(
    ({ authority: each }) => new X509Certificate(each.certificate).subject,
  );
  assert.equal(again, subject);
});

test('the server changes its certificate, and no connection ends', async () => {
  const time = new PatientTime(Date.now());
  const keeper = await keep(time);
  const server = await listenHttps({
    host: '127.0.0.1',
    port: 0,
    keys: servingKeys(keeper.pki),
    handle: async () => textResponse(200, 'ok'),
    timers: systemTimers,
    log: silentLogger,
  });
  keeper.onRenewal((pki) => server.replaceKeys(servingKeys(pki)));
  const open = async (): Promise<TLSSocket> => {
    const ca = keeper.pki.authority.certificate;
    // Renewed far ahead of this machine's own time: whose it is counts here, not when.
    const socket = connect({ host: '127.0.0.1', port: server.port, ca, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    return socket;
  };
  const ask = async (socket: TLSSocket): Promise<string> => {
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
    return String((await once(socket, 'data'))[0]);
  };
  const before = await open();
  assert.match(await ask(before), /^HTTP\/1.1 200/);
  const served = before.getPeerX509Certificate()?.fingerprint256;
  const renewed = new Promise<void>((resolve) => keeper.onRenewal(() => resolve()));
  await time.pass(300 * dayMs);
  await renewed;
  const after = await open();
  const now = new X509Certificate(keeper.pki.apiServer.certificate).fingerprint256;
  assert.equal(after.getPeerX509Certificate()?.fingerprint256, now);
  assert.notEqual(now, served);
  assert.match(await ask(before), /^HTTP\/1.1 200/);
  assert.match(await ask(after), /^HTTP\/1.1 200/);
  for (const socket of [before, after]) socket.destroy();
  await server.close(0);
  keeper.stop();
});
