import packageJson from '../../package.json' with { type: 'json' };

export const gantryVersion = packageJson.version;
/** What `/version` says. Some kubectl builds choose their own version by it. */
export const kubernetesVersion = `v1.36.0+gantry.${gantryVersion}`;
