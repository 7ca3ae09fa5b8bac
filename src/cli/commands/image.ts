import { clusterName, controlCall, requireConfig } from '../cluster/clusters.ts';
import type { Command, Invocation } from '../command.ts';
import type { ImageAnswer, ImageInfo } from '../control.ts';
import { CommandError } from '../exit-code.ts';
import { requireRoot } from '../setup/preflight.ts';
import { table } from '../terminal.ts';

export const imageCommands: readonly Command[] = [
  {
    name: 'image load',
    summary: 'make the images of an OCI or docker archive usable by pods at once',
    positionals: [{ name: 'FILE' }],
    options: {},
    examples: ['docker save shop:1 -o shop.tar && gantry image load shop.tar'],
    run: load,
  },
  { name: 'image ls', summary: 'list the images of the node', options: {}, run: list },
  {
    name: 'image rm',
    summary: 'remove an image from the node; running containers go on',
    positionals: [{ name: 'IMAGE' }],
    options: {},
    run: remove,
  },
];

async function load({ machine, terminal, options, positionals }: Invocation): Promise<void> {
  requireRoot(machine, 'image load');
  const config = await requireConfig(machine, clusterName(options['name']));
  const [file = ''] = positionals;
  const path = await machine.files.realPath(file);
  if (path === undefined || (await machine.files.info(path))?.type !== 'file') {
    throw new CommandError(
      'usage',
      `There is no file "${file}".`,
      'Give an OCI archive or a docker archive (a tar, as "docker save" or "skopeo copy" writes it).',
    );
  }
  const { names } = await terminal.step(
    `Loading ${file}`,
    async () =>
      JSON.parse(
        await controlCall(machine, config, {
          method: 'POST',
          path: '/images',
          body: JSON.stringify({ path }),
        }),
      ) as ImageAnswer,
  );
  terminal.answer({ names }, () => names.map((name) => `${name}\n`).join(''));
}

async function list({ machine, terminal, options }: Invocation): Promise<void> {
  requireRoot(machine, 'image ls');
  const config = await requireConfig(machine, clusterName(options['name']));
  const images = JSON.parse(
    await controlCall(machine, config, { method: 'GET', path: '/images' }),
  ) as ImageInfo[];
  terminal.answer(images, () =>
    table(
      ['IMAGE', 'ID', 'SIZE'],
      images.flatMap(({ names, id, sizeBytes }) =>
        (names.length > 0 ? names : ['<none>']).map((name) => [
          name,
          id.replace(/^sha256:/, '').slice(0, 12),
          `${(sizeBytes / 1_000_000).toFixed(1)} MB`,
        ]),
      ),
    ),
  );
}

async function remove({ machine, terminal, options, positionals }: Invocation): Promise<void> {
  requireRoot(machine, 'image rm');
  const config = await requireConfig(machine, clusterName(options['name']));
  const [image = ''] = positionals;
  const path = `/images?name=${encodeURIComponent(image)}`;
  const { names } = JSON.parse(
    await controlCall(machine, config, { method: 'DELETE', path }),
  ) as ImageAnswer;
  terminal.answer({ names }, () => names.map((name) => `removed ${name}\n`).join(''));
}
