import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { stalePackages } from './launch-check.ts';

const root = dirname(import.meta.dirname);
const arch = process.arch;
const base = mkdtempSync(join(tmpdir(), 'launch-'));
after(() => rmSync(base, { recursive: true }));

/** Stands in for npm: "installs" this very Node.js, and says what npm was asked. */
const fakeNpm = `#!/bin/sh
echo "$@" >>"$CALLS"
[ -z "\${NPM_SAYS:-}" ] || { echo "$NPM_SAYS"; exit 1; }
mkdir -p node_modules/node-linux-${arch}/bin
ln -s '${process.execPath}' node_modules/node-linux-${arch}/bin/node
echo '{"packages":{"node_modules/a":{"version":"1.0.0"}}}' >node_modules/.package-lock.json
`;

const buildsByTheTurn = `#!/bin/sh
for word; do case $word in --outdir=*) folder=\${word#--outdir=} ;; esac; done
echo built >>"$CALLS"
echo 'console.log("built")' >"$folder/gantry.cjs"
`;

class Checkout {
  readonly path = mkdtempSync(join(base, 'checkout-'));
  readonly #programs = join(this.path, 'programs');
  readonly #calls = join(this.path, 'calls');

  constructor() {
    for (const folder of ['tools', 'src/main', 'programs']) {
      mkdirSync(join(this.path, folder), { recursive: true });
    }
    for (const file of ['gantry', 'tools/launch.sh', 'tools/launch-check.ts']) {
      copyFileSync(join(root, file), join(this.path, file));
    }
    this.lock('1.0.0');
    writeFileSync(
      join(this.path, 'src/main/gantry.ts'),
      'console.log(JSON.stringify(process.argv.slice(2)));\n',
    );
    for (const name of ['dirname', 'readlink', 'cksum', 'mktemp', 'mkdir', 'grep', 'rm', 'tail']) {
      this.#link(name);
    }
    for (const name of ['uname', 'flock', 'ln', 'sh']) this.#link(name);
    for (const name of ['find', 'sort', 'head', 'cut', 'tr', 'mv']) this.#link(name);
    this.program('npm', fakeNpm);
    this.program('node', '#!/bin/sh\necho v20.0.0\n');
  }

  #link(name: string): void {
    const found = ['/usr/bin', '/bin'].map((folder) => join(folder, name)).find(existsSync);
    if (found !== undefined) symlinkSync(found, join(this.#programs, name));
  }

  program(name: string, text: string | undefined): void {
    const path = join(this.#programs, name);
    rmSync(path, { force: true });
    if (text === undefined) return;
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  }

  lock(version: string): void {
    const packages = { 'node_modules/a': { version }, 'node_modules/b': { version, dev: true } };
    writeFileSync(join(this.path, 'package-lock.json'), JSON.stringify({ packages }));
  }

  run(args: readonly string[] = [], env: Record<string, string> = {}, command = './gantry') {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: this.path,
      encoding: 'utf8',
      env: { PATH: this.#programs, CALLS: this.#calls, TMPDIR: this.path, ...env },
    });
    return { status, stdout, stderr };
  }

  /** Stands in for the bundler: what it builds says when it was built. */
  bundler(text = buildsByTheTurn): void {
    const folder = join(this.path, `node_modules/@esbuild/linux-${arch}/bin`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'esbuild'), text, { mode: 0o755 });
  }

  /** What npm was asked so far. */
  get calls(): number {
    if (!existsSync(this.#calls)) return 0;
    const { stdout } = spawnSync('wc', ['-l', this.#calls], { encoding: 'utf8' });
    return Number.parseInt(stdout, 10);
  }
}

describe('the launcher', () => {
  test('installs once, then starts at once, and hands every argument on', () => {
    const checkout = new Checkout();
    const first = checkout.run(['get', 'pods', '-l', 'a in (b, c)', '']);
    assert.equal(first.stderr.includes('installing packages'), true, first.stderr);
    assert.deepEqual(JSON.parse(first.stdout), ['get', 'pods', '-l', 'a in (b, c)', '']);
    const second = checkout.run(['up', '--no-install']);
    assert.deepEqual(second, { status: 0, stdout: '["up","--no-install"]\n', stderr: '' });
    assert.equal(checkout.calls, 1);
  });

  test('works through symbolic links, relative and absolute, from anywhere', () => {
    const checkout = new Checkout();
    symlinkSync('gantry', join(checkout.path, 'g1'));
    symlinkSync(join(checkout.path, 'g1'), join(base, 'g2'));
    const { status, stdout } = checkout.run(['x'], {}, join(base, 'g2'));
    assert.deepEqual({ status, stdout }, { status: 0, stdout: '["x"]\n' });
  });

  test('installs again when the lock file asks for something else', () => {
    const checkout = new Checkout();
    checkout.run();
    checkout.lock('2.0.0');
    const { stderr } = checkout.run(['--no-install']);
    assert.match(stderr, /are not installed\. Run "npm ci" in .+, or leave out --no-install\.\n$/);
    assert.equal(checkout.run().stderr.includes('installing packages'), true);
    assert.equal(checkout.calls, 2);
  });

  test('takes what npm installed by hand', () => {
    const checkout = new Checkout();
    checkout.run();
    rmSync(join(checkout.path, 'node_modules/.gantry'), { recursive: true });
    assert.deepEqual(checkout.run(), { status: 0, stdout: '[]\n', stderr: '' });
    assert.equal(checkout.calls, 1);
  });

  test('puts the source together once for each state of it', () => {
    const checkout = new Checkout();
    checkout.run();
    checkout.bundler();
    assert.deepEqual(checkout.run(), { status: 0, stdout: 'built\n', stderr: '' });
    checkout.run();
    assert.equal(checkout.calls, 2);
    writeFileSync(join(checkout.path, 'src/main/more.ts'), '');
    assert.equal(checkout.run().stdout, 'built\n');
    assert.equal(checkout.calls, 3);
  });

  test('keeps what was built last, for programs that still run from it', () => {
    const checkout = new Checkout();
    checkout.run();
    checkout.bundler();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      writeFileSync(join(checkout.path, 'src/main', name), '');
      assert.equal(checkout.run().stdout, 'built\n');
    }
    assert.equal(readdirSync(join(checkout.path, 'node_modules/.gantry/program')).length, 2);
  });

  test('runs the source where it cannot be put together', () => {
    const checkout = new Checkout();
    checkout.run();
    checkout.bundler('#!/bin/sh\nexit 1\n');
    assert.deepEqual(checkout.run(['x']), { status: 0, stdout: '["x"]\n', stderr: '' });
    assert.deepEqual(readdirSync(join(checkout.path, 'node_modules/.gantry/program')), []);
  });

  const refusals: readonly (readonly [
    title: string,
    arrange: (checkout: Checkout) => void,
    env: Record<string, string>,
    says: RegExp,
  ])[] = [
    [
      'without npm',
      (checkout) => checkout.program('npm', undefined),
      {},
      /^gantry: npm is missing; .+apt-get install npm.+\n$/,
    ],
    [
      'with a Node.js that is too old for npm',
      (checkout) => checkout.program('node', '#!/bin/sh\necho v16.1.0\n'),
      {},
      /^gantry: npm here runs on Node\.js v16\.1\.0; .+18 or newer.+\n$/,
    ],
    [
      'on another system',
      (checkout) => checkout.program('uname', '#!/bin/sh\necho Darwin\n'),
      {},
      /^gantry: gantry runs on Linux, this is Darwin\. .+\n$/,
    ],
    [
      'on another processor',
      (checkout) =>
        checkout.program('uname', '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo riscv64\n'),
      {},
      /^gantry: gantry runs on x86-64 and arm64, this machine is riscv64\.\n$/,
    ],
    [
      'without network',
      () => undefined,
      { NPM_SAYS: 'npm error code ENOTFOUND' },
      /gantry: the packages could not be fetched, .+ Check the network.+\n$/,
    ],
    [
      'when npm fails otherwise',
      () => undefined,
      { NPM_SAYS: 'npm error something else' },
      /npm error something else\ngantry: the installation of the packages failed, .+\n$/,
    ],
  ];
  for (const [title, arrange, env, says] of refusals) {
    test(`says what to do ${title}`, () => {
      const checkout = new Checkout();
      arrange(checkout);
      const { status, stdout, stderr } = checkout.run([], env);
      assert.deepEqual({ status, stdout }, { status: 3, stdout: '' });
      assert.match(stderr, says);
    });
  }
});

test('an installation is stale when a package is missing or another version', () => {
  const wanted = {
    '': {},
    a: { version: '1' },
    b: { version: '1', dev: true },
    c: { version: '1', optional: true },
  };
  assert.deepEqual(stalePackages(wanted, { a: { version: '1' } }, false), []);
  assert.deepEqual(stalePackages(wanted, { a: { version: '1' } }, true), ['b']);
  assert.deepEqual(stalePackages(wanted, { a: { version: '2' } }, false), ['a']);
  assert.deepEqual(stalePackages(wanted, { a: { version: '1' }, c: { version: '2' } }, false), [
    'c',
  ]);
});
