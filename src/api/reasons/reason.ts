/** The form of a reason; the words stand in the files beside this one, by area. */
export interface Reason {
  /**
   * What is wrong, for a person; as Kubernetes says it, where it says it. `{word}` is filled in with
   * what the finding knows: the image, the port, the object.
   */
  readonly sentence: string;
  /** What a person can do about it; may have the same words in it. */
  readonly cure: string;
  /** The code of those who know less: an event, a condition. */
  readonly general?: string;
}

export type Words = Readonly<Record<string, string>>;

/** A word that is not known stays visible, so that a test finds it. */
export function fill(text: string, words: Words): string {
  return text.replace(/\{([a-zA-Z]+)\}/g, (whole, name: string) => words[name] ?? whole);
}
