/** The words of `#api/copy.ts` in which the server speaks of them. */
export { deepCopy as mutableCopy, deepEqual as equal } from '#api/copy.ts';

/** A piece of an object whose fields are not known here. */
export type Part = Record<string, unknown>;
