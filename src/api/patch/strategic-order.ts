/**
 * The order of a merged list. Elements that the patch names stand in the patch's order, the others
 * in the order that they had; where the two meet, an element that stood before another stays before
 * it. `kubectl apply` relies on it (its `$setElementOrder` lists name all elements of the manifest).
 */

/** What tells elements apart: the value of the merge key, or the scalar itself. */
export type Identify = (element: unknown) => unknown;

/** `merged` without repeats of an identity; `first` is the order to follow, `before` the old list. */
export function ordered(
  merged: readonly unknown[],
  first: readonly unknown[],
  before: readonly unknown[],
  identify: Identify,
): unknown[] {
  const places = placesOf(first, identify);
  const oldPlaces = placesOf(before, identify);
  const named: unknown[] = [];
  const others: unknown[] = [];
  for (const element of merged) (places.has(identify(element)) ? named : others).push(element);
  const place = (element: unknown, map: ReadonlyMap<unknown, number>): number =>
    map.get(identify(element)) ?? 0;
  named.sort((a, b) => place(a, places) - place(b, places));
  return interleaved(others, named, (element) => oldPlaces.get(identify(element)));
}

function interleaved(
  others: readonly unknown[],
  named: readonly unknown[],
  oldPlace: (element: unknown) => number | undefined,
): unknown[] {
  const result: unknown[] = [];
  let at = 0;
  for (const element of named) {
    const limit = oldPlace(element);
    for (; limit !== undefined && at < others.length; at++) {
      const place = oldPlace(others[at]);
      if (place === undefined || place > limit) break;
      result.push(others[at]);
    }
    result.push(element);
  }
  return [...result, ...others.slice(at)];
}

function placesOf(list: readonly unknown[], identify: Identify): Map<unknown, number> {
  const places = new Map<unknown, number>();
  for (const [place, element] of list.entries()) {
    const identity = identify(element);
    if (!places.has(identity)) places.set(identity, place);
  }
  return places;
}
