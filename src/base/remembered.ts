import { limits } from './limits.ts';
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

/** As `remembered`, of the short words that everybody uses: what somebody writes long is not kept. */
export function rememberedWord<V extends NonNullable<unknown>>(
  work: (word: string) => V,
): (word: string) => V {
  const known = remembered(limits.wordsKept, work);
  return (word) => (word.length > limits.wordKeptLength ? work(word) : known(word));
}

/** As `remembered`, of objects that never change: an answer is kept as long as what it is about. */
export function rememberedOf<K extends object, V extends NonNullable<unknown>>(
  work: (of: K) => V,
): (of: K) => V {
  const answers = new WeakMap<K, V>();
  return (of) => {
    let answer = answers.get(of);
    if (answer === undefined) answers.set(of, (answer = work(of)));
    return answer;
  };
}
