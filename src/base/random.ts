/** Chance comes from outside: `sys` has the machine's generator, the simulator a seeded one. */
export interface Random {
  /** `length` random bytes, fit for keys and tokens when the implementation is the machine's. */
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** RFC 9562 version 4, lower case. */
  uuid(): string;
}
