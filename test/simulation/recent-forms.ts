/** What objects said lately: whoever sees them late acts on what they said before. */
import type { KubeObject } from '#api/object.ts';

interface Form {
  readonly fromMs: number;
  readonly object: KubeObject;
}

export class RecentForms {
  readonly #windowMs: number;
  /** By uid, newest last. */
  readonly #forms = new Map<string, readonly Form[]>();

  /** Nobody asks for more than the last `windowMs`. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  note(object: KubeObject, now: number): void {
    const { uid = '' } = object.metadata;
    const counting = within(this.#forms.get(uid) ?? [], now - this.#windowMs);
    this.#forms.set(uid, [...counting, { fromMs: now, object }]);
  }

  /** All that it was since then, newest last; what it was before counts as well, until it changed. */
  since<T extends KubeObject>(uid: string | undefined, ms: number): readonly T[] {
    const known = this.#forms.get(uid ?? '') ?? [];
    return within(known, ms).map(({ object }) => object as T);
  }

  /** It was not there before. */
  isYoungerThan(uid: string | undefined, ms: number): boolean {
    const [first] = this.#forms.get(uid ?? '') ?? [];
    return first === undefined || first.fromMs >= ms;
  }
}

function within(forms: readonly Form[], ms: number): readonly Form[] {
  return forms.filter((_, index) => {
    const next = forms[index + 1];
    return !next || next.fromMs >= ms;
  });
}
