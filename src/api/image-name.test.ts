import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalImageName } from './image-name.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const names: [string, string | undefined][] = [
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.25', 'docker.io/library/nginx:1.25'],
  ['team/app', 'docker.io/team/app:latest'],
  ['index.docker.io/team/app:1', 'docker.io/team/app:1'],
  ['localhost/app:1', 'localhost/app:1'],
  ['localhost:5000/app', 'localhost:5000/app:latest'],
  ['quay.io/a/b/c:x', 'quay.io/a/b/c:x'],
  [`quay.io/a@${digest}`, `quay.io/a@${digest}`],
  [`nginx:1@${digest}`, `docker.io/library/nginx:1@${digest}`],
  ['Nginx', undefined],
  ['a//b', undefined],
  ['a:b c', undefined],
  ['a@sha256:12', undefined],
  ['', undefined],
];

for (const [name, normal] of names) {
  test(`${name} is ${normal ?? 'no image name'}`, () =>
    assert.equal(normalImageName(name), normal));
}
