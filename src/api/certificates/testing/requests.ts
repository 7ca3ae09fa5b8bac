/** Certificate requests that openssl made; the keys are gone. In the form of `spec.request`. */
const inPem = (...lines: readonly string[]): string =>
  new TextEncoder()
    .encode(
      `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`,
    )
    .toBase64();

/** O=builders, CN=ada */
export const adasRequest = inPem(
  'MIHdMIGDAgEAMCExETAPBgNVBAoMCGJ1aWxkZXJzMQwwCgYDVQQDDANhZGEwWTAT',
  'BgcqhkjOPQIBBggqhkjOPQMBBwNCAATQzyb1yCHbMGEhKT1A1gxJOIABQcY9U8fV',
  'c1+rKCKMzzUkA0704XF72MNLNoOKkCUh9j0vNhsbnumXwBG/IV+yoAAwCgYIKoZI',
  'zj0EAwIDSQAwRgIhAP6UATZdFBQb57zofvA7BsQLb/QNMx2gOqnxfgnXXFwGAiEA',
  'm6b6ZXQmRcjxWZsDYFzd47WCYf7gqyLuk9heu830GFU=',
);

/** O=builders, O=system:masters, CN=ada */
export const mastersRequest = inPem(
  'MIH1MIGcAgEAMDoxETAPBgNVBAoMCGJ1aWxkZXJzMRcwFQYDVQQKDA5zeXN0ZW06',
  'bWFzdGVyczEMMAoGA1UEAwwDYWRhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE',
  'ARn7LgmEwxxj8KeT0PHhg2SimGwJATgWkpsiq/pn41CVczYuyIMBWwgfwGlkgnUE',
  'eejrXC0tq0GhbzCGhKGEUqAAMAoGCCqGSM49BAMCA0gAMEUCIQCX8WPStMWdBWaq',
  'MosBb81ANTh/eLOf0YH4yAOb0dGKFgIgE9QrJxeBKO1CxUA0VzZq6czoKu8/GSSZ',
  'zjRfipCUTi8=',
);

/** O=system:nodes, CN=system:node:n1 */
export const kubeletClientRequest = inPem(
  'MIHrMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz',
  'dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATGm+6mfarOVV8Z',
  '/XZSNifol8SDt1JOkHnseVGzNqT60wF4Hj/mK9HuR1j7EKMgUc+9xj+bEzJFI928',
  '5rgkAv0IoAAwCgYIKoZIzj0EAwIDSAAwRQIgDPNOckeyToJvE2cGbNJVq2Mo9d21',
  'GfUmMemzs0cj9cgCIQChcRaqQCaSMzTPWCuKkSa0xwMNTfxm07BWUMq9XzCdLQ==',
);

/** The same, with the names n1 and 192.0.2.1 */
export const kubeletServingRequest = inPem(
  'MIIBETCBuAIBADAwMRUwEwYDVQQKDAxzeXN0ZW06bm9kZXMxFzAVBgNVBAMMDnN5',
  'c3RlbTpub2RlOm4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECLIbueJvA2Yt',
  '1uAaEqg002FSQE2afbNJYy9sfZavGnMArnvgwV+EUjzLkhNYi2eRxS14kapBttM/',
  'AYlo17n/OKAmMCQGCSqGSIb3DQEJDjEXMBUwEwYDVR0RBAwwCoICbjGHBMAAAgEw',
  'CgYIKoZIzj0EAwIDSAAwRQIgTl/ScrAg1atAa3Ei7dl/5sE3ApFfP+daplCuHnh9',
  'U4ECIQC3TEOBigOaWTNXm48D/S0DVkXqgbmjfD31XKGCphU5rA==',
);
