import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#api/types.ts';
import { hasDiskLimits, overDiskLimit } from './disk-limits.ts';

const mebibyte = 1024 * 1024;

function pod(sizeLimit?: string, limits: readonly (string | undefined)[] = [undefined]): Pod {
  return {
    metadata: { name: 'p' },
    spec: {
      volumes: [
        { name: 'a', emptyDir: { sizeLimit } },
        { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ],
      containers: limits.map((limit, index) => ({
        name: `c${index}`,
        resources: limit === undefined ? {} : { limits: { 'ephemeral-storage': limit } },
      })),
    },
  } as unknown as Pod;
}

const use = (volumeMib: number, ...containersMib: readonly number[]) => ({
  volumes: new Map([['a', volumeMib * mebibyte]]),
  containers: new Map(containersMib.map((size, index) => [`c${index}`, size * mebibyte])),
});

const table: readonly [what: string, Pod, ReturnType<typeof use>, string | undefined][] = [
  ['no limits', pod(), use(99, 99), undefined],
  ['just full', pod('2Mi'), use(2), undefined],
  ['too much', pod('2Mi'), use(3), 'Usage of EmptyDir volume "a" exceeds the limit "2Mi". '],
  [
    'a container',
    pod(undefined, ['2Mi', '9Mi']),
    use(0, 3),
    'Container c0 exceeded its local ephemeral storage limit "2Mi". ',
  ],
  [
    'all together',
    pod(undefined, ['2Mi', '2Mi']),
    use(2, 1, 2),
    'Pod ephemeral local storage usage exceeds the total limit of containers 4Mi. ',
  ],
  ['within', pod('9Mi', ['5Mi']), use(3, 1), undefined],
];

test('a pod keeps to what it may have on disk, or goes', () => {
  for (const [what, of, used, expected] of table) {
    assert.equal(overDiskLimit(of, used), expected, what);
  }
  assert.equal(hasDiskLimits(pod()), false);
  assert.equal(hasDiskLimits(pod('1Mi')), true);
});
