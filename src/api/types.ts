// The nouns of the Kubernetes API, by the names that Kubernetes gives them.
export type * from './generated/types.ts';
