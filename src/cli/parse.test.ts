import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from './command.ts';
import { CommandError } from './exit-code.ts';
import { parse } from './parse.ts';

const run = async () => undefined;
const commands: readonly Command[] = [
  {
    name: 'up',
    summary: 'start',
    options: {
      'api-port': { type: 'string', value: 'PORT', help: 'port' },
      secret: { type: 'string', help: 'internal', hidden: true },
    },
    run,
  },
  { name: 'image load', summary: 'load', positionals: [{ name: 'FILE' }], options: {}, run },
  { name: 'image ls', summary: 'list', options: {}, run },
  { name: 'version', summary: 'which', options: {}, run },
];
const words = (line: string) => line.split(' ').filter((word) => word !== '');

test('words become a command with options and positionals', () => {
  const parsed = parse(words('image load --name a -y -o json file.tar'), commands);
  assert.ok(parsed.type === 'run');
  assert.equal(parsed.command.name, 'image load');
  assert.deepEqual(parsed.positionals, ['file.tar']);
  assert.deepEqual({ ...parsed.options }, { name: 'a', yes: true, output: 'json' });
});

test('what is wrong with a command line is said with a cure, as a usage error', () => {
  const cases: [string, RegExp][] = [
    ['upp', /no command "upp"/],
    ['image', /wants one more word/],
    ['up --port 1', /Unknown option '--port'/],
    ['up --api-port', /api-port.*argument/s],
    ['up extra', /does not know what to do with "extra"/],
    ['image load', /needs FILE/],
    ['up -o xml', /--output xml is unknown; there is json and text/],
  ];
  for (const [line, message] of cases) {
    assert.throws(
      () => parse(words(line), commands),
      (error) =>
        error instanceof CommandError &&
        error.exit === 'usage' &&
        error.cure !== undefined &&
        message.test(error.message),
      line,
    );
  }
});

test('options that every command has may come before it, or within its words', () => {
  for (const line of [
    '--name a image load file.tar -y -o json',
    'image --name=a -y load -o json file.tar',
    '-o json -y image load --name a file.tar',
  ]) {
    const parsed = parse(words(line), commands);
    assert.ok(parsed.type === 'run', line);
    assert.equal(parsed.command.name, 'image load', line);
    assert.deepEqual(parsed.positionals, ['file.tar'], line);
    assert.deepEqual({ ...parsed.options }, { name: 'a', yes: true, output: 'json' }, line);
  }
  assert.throws(() => parse(words('--api-port 1 up'), commands), /no command "--api-port"/);
  assert.throws(() => parse(words('up --name'), commands), /name.*argument/s);
});

test('--version is a word for "version"', () => {
  const parsed = parse(words('--version -o json'), commands);
  assert.ok(parsed.type === 'run');
  assert.equal(parsed.command.name, 'version');
  assert.equal(parsed.options['output'], 'json');
});

test('the help shows what there is, without what is internal', () => {
  for (const line of ['', 'help', '--help']) {
    const parsed = parse(words(line), commands);
    assert.ok(parsed.type === 'help');
    assert.match(parsed.text, /image load +load/);
    assert.match(parsed.text, /Exit codes:/);
  }
  const about = parse(words('up --help'), commands);
  assert.ok(about.type === 'help');
  assert.match(about.text, /--api-port PORT/);
  assert.doesNotMatch(about.text, /secret/);
});
