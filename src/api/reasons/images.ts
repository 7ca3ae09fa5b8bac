import type { Reason } from './reason.ts';

/** Why an image is not there. */
export const imageReasons = {
  'image-name-invalid': {
    sentence: '"{image}" is not the name of an image.',
    cure: 'Correct {field}: lower case letters, REGISTRY/NAME:TAG.',
  },
  'image-repository-unknown': {
    general: 'image-not-found',
    sentence: 'The registry {registry} has no image "{repository}".',
    cure: 'Correct the name in {field}, or push the image there.',
  },
  'image-tag-unknown': {
    general: 'image-not-found',
    sentence: 'The image "{repository}" on {registry} has no tag "{tag}"; it has {tags}.',
    cure: 'Use one of these tags in {field}, or push "{tag}".',
  },
  'image-not-found': {
    sentence: 'The registry {registry} does not have "{image}": its name or its tag is wrong.',
    cure: 'Correct {field}, or push the image there.',
  },
  'image-access-denied': {
    sentence: 'The registry {registry} does not give "{image}" without credentials that it knows.',
    cure: 'Make a Secret with "kubectl create secret docker-registry NAME --docker-server={registry} …" and name it in spec.imagePullSecrets, or correct the one that is there. A private registry says the same of a name that does not exist.',
  },
  'image-pull-secret-missing': {
    sentence: 'The pull secret "{name}" of the pod does not exist{closest}.',
    cure: 'Create it with "kubectl create secret docker-registry {name} …", or correct spec.imagePullSecrets.',
  },
  'registry-unreachable': {
    sentence: 'The registry {registry} does not answer: {message}.',
    cure: 'An image of this machine must be loaded under just this name: "gantry image load FILE"; "gantry image ls" shows the names there are. Otherwise correct the registry in {field}, start it, or see that this machine reaches it. One that speaks plain HTTP must be named with "gantry up --http-registry {registry}" at the cluster\'s start.',
  },
  'image-wrong-platform': {
    sentence: 'The image "{image}" exists, but not for the architecture of this node.',
    cure: 'Build it for this architecture too ("docker buildx build --platform …"), or use another image in {field}.',
  },
  'image-not-loaded': {
    sentence: 'The image "{image}" is not on the node, and its pull policy is Never.',
    cure: 'Load it with "gantry image load FILE", or set imagePullPolicy: IfNotPresent.',
  },
  'image-pulled-always': {
    sentence:
      'The image "{image}" is on the node, but is asked for anew each time (imagePullPolicy: Always), and {registry} does not give it: {message}.',
    cure: 'Set imagePullPolicy: IfNotPresent beside {field}. Always is what holds for an image without a tag, or with the tag "latest": a tag of its own cures that, too.',
  },
  'image-pull-failed': {
    sentence: 'The image "{image}" cannot be pulled: {message}.',
    cure: 'Cure what the message names; the pull is tried again by itself.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
