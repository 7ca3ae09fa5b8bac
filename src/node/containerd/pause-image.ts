/**
 * The image that holds a pod's namespaces open. Made here, so that a node needs no registry for it:
 * a few machine instructions that ignore SIGCHLD (the kernel then reaps orphans when the pod shares
 * its process namespace) and sleep for ever.
 */
import { type Architecture, ociArchiveBytes } from '#wire/oci/archive.ts';
import { layerInMemory } from '#wire/oci/layer.ts';
import { pauseImageName } from './config.ts';

const loadAddress = 0x400000;
/** ELF header and one program header. */
const codeOffset = 64 + 56;

/** `struct sigaction` of the kernel: SIG_IGN, SA_NOCLDWAIT, no restorer, empty mask. */
const actionWords = [1n, 2n, 0n, 0n];

function littleEndian(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 255n));
}

const words32 = (words: readonly number[]): Uint8Array =>
  Buffer.concat(words.map((word) => littleEndian(BigInt(word), 4)));

/** rt_sigaction(SIGCHLD, action, 0, 8), then pause() in a loop. */
function amd64Code(actionAddress: number): Uint8Array {
  return Uint8Array.from([
    ...[0xb8, 13, 0, 0, 0], // mov eax, rt_sigaction
    ...[0xbf, 17, 0, 0, 0], // mov edi, SIGCHLD
    ...[0xbe, ...littleEndian(BigInt(actionAddress), 4)], // mov esi, action
    ...[0x31, 0xd2], // xor edx, edx
    ...[0x41, 0xba, 8, 0, 0, 0], // mov r10d, 8
    ...[0x0f, 0x05], // syscall
    ...[0xb8, 34, 0, 0, 0], // mov eax, pause
    ...[0x0f, 0x05], // syscall
    ...[0xeb, 0xf7], // jmp back to the second mov
  ]);
}

/** The same; arm64 has no pause(), so it polls nothing without end. */
function arm64Code(): Uint8Array {
  const move = (register: number, value: number): number => 0xd2800000 + (value << 5) + register;
  const call = 0xd4000001;
  const instructions = 14;
  const toAction = (instructions - 1) * 4;
  const address = 0x10000000 + ((toAction & 3) << 29) + ((toAction >> 2) << 5) + 1;
  const start = [move(0, 17), address, move(2, 0), move(3, 8), move(8, 134), call];
  const loop = [move(0, 0), move(1, 0), move(2, 0), move(3, 0), move(4, 8), move(8, 73), call];
  return words32([...start, ...loop, 0x14000000 + (0x4000000 - loop.length)]);
}

export function pauseProgram(architecture: Architecture): Uint8Array {
  const amd64 = architecture === 'amd64';
  // The code's length does not depend on the address, so a first try tells where the action lies.
  const length = amd64 ? amd64Code(0).length : arm64Code().length;
  const code = amd64 ? amd64Code(loadAddress + codeOffset + length) : arm64Code();
  const action = Buffer.concat(actionWords.map((word) => littleEndian(word, 8)));
  const size = BigInt(codeOffset + code.length + action.length);
  const entry = BigInt(loadAddress + codeOffset);
  const half = (value: number): Uint8Array => littleEndian(BigInt(value), 2);
  const word = (value: number): Uint8Array => littleEndian(BigInt(value), 4);
  const long = (value: bigint | number): Uint8Array => littleEndian(BigInt(value), 8);
  return Buffer.concat([
    // ELF, 64 bit, little endian, executable; program header at 64, no sections.
    Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...[half(2), half(amd64 ? 62 : 183), word(1), long(entry), long(64), long(0), word(0)],
    ...[half(64), half(56), half(1), half(0), half(0), half(0)],
    // One segment, readable and executable, the whole file.
    ...[word(1), word(5), long(0), long(loadAddress), long(loadAddress), long(size), long(size)],
    long(0x1000),
    code,
    action,
  ]);
}

/** An OCI image archive, the same bytes every time. */
export async function pauseArchive(architecture: Architecture): Promise<Uint8Array> {
  const content = pauseProgram(architecture);
  const layer = await layerInMemory([{ path: 'pause', type: 'file', content, mode: 0o755 }]);
  return ociArchiveBytes({
    name: pauseImageName,
    architecture,
    layers: [layer],
    entrypoint: ['/pause'],
  });
}
