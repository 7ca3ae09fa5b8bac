import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#base/limits.ts';
import { MemoryKills } from './memory-kills.ts';

const id = 'a1'.repeat(32);
const other = 'b2'.repeat(32);

function logOf(...first: string[]) {
  let waiting = first;
  const say = (...records: string[]) => waiting.push(...records);
  const news = () => {
    const records = waiting;
    waiting = [];
    return records;
  };
  return { say, kills: new MemoryKills({ news }) };
}

const group = (container: string) =>
  `6,2341,36304675454,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=${container},mems_allowed=0,oom_memcg=/kubepods/pod1,task_memcg=/kubepods/pod1/${container},task=busybox,pid=292,uid=0\n`;
const killed = (pid: number) =>
  `3,2342,36304675471,-;Memory cgroup out of memory: Killed process ${pid} (dd) total-vm:67804kB, anon-rss:15616kB\n`;

test('a container is known by its group', () => {
  const { say, kills } = logOf('6,1,1,-;Linux version 6.1\n');
  assert.equal(kills.hasContainer(id), false);
  say(group(id));
  assert.equal(kills.hasContainer(id), true);
  assert.equal(kills.hasContainer(other), false);
});

test('and by its process, where the kernel did not name the group', () => {
  const { kills } = logOf(killed(4711));
  kills.containerEnded(other, 4712);
  kills.containerEnded(id, 4711);
  assert.equal(kills.hasContainer(other), false);
  assert.equal(kills.hasContainer(id), true);
});

test('a process that has the number later is another one', () => {
  const { kills } = logOf(killed(4711));
  kills.containerEnded(id, 4711);
  kills.containerEnded(other, 4711);
  assert.equal(kills.hasContainer(other), false);
});

test('the end of another group, or of the whole machine, is none of a container', () => {
  const { kills } = logOf(
    group('../system.slice'),
    '3,1,1,-;Out of memory: Killed process 4711 (dd) total-vm:1kB\n',
  );
  kills.containerEnded(id, 4711);
  assert.equal(kills.hasContainer(id), false);
});

test('the oldest are forgotten', () => {
  const { say, kills } = logOf(group(id));
  say(...Array.from({ length: limits.memoryKills }, (_, at) => killed(at + 1)));
  assert.equal(kills.hasContainer(id), false);
  kills.containerEnded(other, limits.memoryKills);
  assert.equal(kills.hasContainer(other), true);
});
