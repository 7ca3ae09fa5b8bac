/** What people do with apps beside making and scaling them: they hold roll-outs, and apply settings side by side. */
import { configMaps, deployments } from '#api/kinds/index.ts';
import type { Kind } from '#api/kind.ts';
import type { Deployment } from '#api/types.ts';
import type { Random } from '#base/random.ts';
import type { Action } from './actions.ts';
import type { SimulatedCluster } from './cluster.ts';
import { pick } from './pick.ts';
import { previousSet, undo } from './undo.ts';

/** What changes meanwhile is rolled out when it goes on. */
async function pause(cluster: SimulatedCluster, random: Random): Promise<void> {
  const app = pick(
    random,
    cluster.ledger.list(deployments).filter(({ metadata }) => !metadata.deletionTimestamp),
  );
  if (!app) return;
  const isPaused = app.spec.paused === true;
  cluster.trace.add(`${isPaused ? 'resume' : 'pause'} ${app.metadata.name}`);
  if (isPaused) await resume(cluster, app);
  else await cluster.patch(deployments as Kind, app, { spec: { paused: true } });
}

export const resume = (cluster: SimulatedCluster, app: Deployment): Promise<unknown> =>
  cluster.patch(deployments as Kind, app, { spec: { paused: null } });

async function undoRollOut(cluster: SimulatedCluster, random: Random): Promise<void> {
  const app = pick(random, cluster.ledger.list(deployments));
  const previous = app && previousSet(app, cluster.ledger);
  if (previous) await undo(cluster, app, previous);
}

/** Each says all that it wants to be set; what another one says differently is a conflict, or taken by force. */
async function applySettings(cluster: SimulatedCluster, random: Random): Promise<void> {
  const fieldManager = pick(random, ['ada', 'bob', 'ci']);
  const force = random.fraction() < 0.4;
  const names = ['color', 'size', 'speed'].filter(() => random.fraction() < 0.6);
  const data = Object.fromEntries(names.map((name) => [name, `${random.below(3)}`]));
  cluster.trace.add(`${fieldManager} applies ${JSON.stringify(data)}${force ? ' by force' : ''}`);
  const settings = { metadata: { name: 'settings', namespace: 'default' }, data };
  await cluster.apply(configMaps as Kind, settings, { fieldManager, force });
}

export const appActions: readonly Action[] = [
  { name: 'pause or resume an app', weight: 3, run: pause },
  { name: 'undo a roll-out', weight: 5, run: undoRollOut },
  { name: 'apply settings', weight: 4, run: applySettings },
];
