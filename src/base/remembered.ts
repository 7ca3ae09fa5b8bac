import { LruMap } from './lru-map.ts';

/**
 * A pure function that remembers its last answers, at most `max` of them: for what many ask for in the
 * same words. Answers are shared, so they must not be changed.
 */
export function remembered<K, V extends NonNullable<unknown>>(
  max: number,
  work: (key: K) => V,
): (key: K) => V {
  const answers = new LruMap<K, V>(max);
  return (key) => {
    let answer = answers.get(key);
    if (answer === undefined) answers.set(key, (answer = work(key)));
    return answer;
  };
}
