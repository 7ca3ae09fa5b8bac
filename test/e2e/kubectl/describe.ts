/** `kubectl describe` of each kind; it reads more than the object itself. */
import type { Check, User } from './user.ts';

const described = (
  what: string,
  expected: readonly RegExp[],
  before?: (user: User) => Promise<unknown>,
  since?: number,
): Check => ({
  name: `describe ${what}`,
  ...(since === undefined ? {} : { since }),
  run: async (user) => {
    await before?.(user);
    await user.comesToSay(
      `kubectl describe ${what.replaceAll('$NS', user.namespace)}`,
      ...expected,
    );
  },
});

export const describeChecks: readonly Check[] = [
  described('pod shell', [/^Status: +Running$/m, /^ {2}main:$/m, /Started/, /Scheduled/]),
  described('pod again', [/Last State: +Terminated/, /Exit Code: +3/]),
  described('deployment web', [/2 desired \| 2 updated \| 2 total/, /ScalingReplicaSet/]),
  described('replicaset -l app=web', [/Controlled By: +Deployment\/web/, /2 current \/ 2 desired/]),
  described('service web', [/TargetPort: +http\/TCP/, /Endpoints: +\d+\.\d+\.\d+\.\d+:8080/]),
  described('endpoints web', [/Addresses: +\d+\./, /NotReadyAddresses: +<none>/]),
  // Before 1.21 it asked for discovery.k8s.io/v1beta1, which Kubernetes dropped in 1.25.
  described(
    'endpointslice -l kubernetes.io/service-name=web',
    [/AddressType: +IPv4/],
    undefined,
    21,
  ),
  described('ingress web', [/web\.example/, /web:80 \(\d+\./]),
  described('ingressclass gantry', [/Controller:/]),
  described('node', [
    /^Conditions:$/m,
    /Ready +True/,
    /^Allocated resources:$/m,
    /^Non-terminated Pods:/m,
  ]),
  described('namespace $NS', [/^Status: +Active$/m]),
  described('configmap pages', [/a page/]),
  described('secret described', [/^word: +6 bytes$/m], (user) =>
    user.ok('kubectl create secret generic described --from-literal=word=secret'),
  ),
  described('serviceaccount default', [/^Name: +default$/m]),
  described('clusterrole view', [/pods\/log/, /\[get list watch\]/]),
  described('clusterrolebinding cluster-admin', [/Group +system:masters/]),
  described('role described', [/pods +\[\] +\[\] +\[get\]/], (user) =>
    user.ok('kubectl create role described --verb=get --resource=pods'),
  ),
  described('rolebinding described', [/User +ada/], (user) =>
    user.ok('kubectl create rolebinding described --clusterrole=view --user=ada'),
  ),
  described('lease -n kube-node-lease', [/Holder Identity:/]),
];
