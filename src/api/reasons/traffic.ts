import type { Reason } from './reason.ts';

/** Why requests do not arrive. */
export const trafficReasons = {
  'service-selects-nothing': {
    sentence: 'No pod has the labels that the Service selects ({selector}){closest}.',
    cure: 'Make selector and labels the same: "kubectl set selector service {name} {suggested}".',
  },
  'service-pods-not-ready': {
    sentence: 'The Service selects {count} pods, and none of them is ready.',
    cure: 'Cure what keeps the pods from being ready; then the Service has endpoints by itself.',
  },
  'service-without-selector': {
    sentence: 'The Service has no selector, and nobody has given it endpoints.',
    cure: 'Give it a selector, or an EndpointSlice with the label kubernetes.io/service-name={name}.',
  },
  'service-target-port-closed': {
    sentence:
      'Port {port} of the Service leads to port {target} of its pods, where nothing listens; they listen on {listening}.',
    cure: 'Set targetPort to a port that is listened on, or let the program listen on {target} (on all addresses).',
  },
  'service-target-port-unknown': {
    sentence:
      'Port {port} of the Service leads to the port named "{target}", which no container of its pods has.',
    cure: 'Name a container port "{target}", or set targetPort to a number or to a name that is there ({there}).',
  },
  'load-balancer-port-taken': {
    sentence: 'The gateway cannot give a port: {message}.',
    cure: 'Use another port in spec.ports, or remove the owner that is named; the port is then given by itself.',
  },
  'load-balancer-class-unknown': {
    sentence:
      'The Service wants load balancer class "{class}", which nothing in this cluster serves.',
    cure: 'Leave out spec.loadBalancerClass (the Service is made anew for that).',
  },
  'ingress-class-unknown': {
    sentence: 'The Ingress wants class "{class}", which {problem}.',
    cure: 'Set spec.ingressClassName to {there}, or leave it out. To keep manifests as they are, make an IngressClass "{class}" with spec.controller "gantry.dev/gateway" (one that is there is made anew for that).',
  },
  'ingress-without-rules': {
    sentence: 'The Ingress has neither rules with paths nor a default backend.',
    cure: 'Add spec.rules or spec.defaultBackend.',
  },
  'ingress-backend-missing': {
    sentence: 'The Ingress leads {route} to Service "{name}", which does not exist{closest}.',
    cure: "Create the Service, or correct the backend's name.",
  },
  'ingress-backend-port-unknown': {
    sentence:
      'The Ingress leads {route} to port {port} of Service "{name}", which it does not have; it has {there}.',
    cure: "Correct the backend's port, or add the port to the Service.",
  },
  'ingress-backend-external': {
    sentence:
      'The Ingress leads {route} to Service "{name}", which is an ExternalName; the gateway leads to addresses alone.',
    cure: 'Make "{name}" a Service without a selector, with an EndpointSlice that lists the addresses (label kubernetes.io/service-name={name}).',
  },
  'ingress-annotation-ignored': {
    sentence: 'The Ingress is served, but not quite as it asks: {message}.',
    cure: 'Correct the value, or take the annotation away: "kubectl annotate ingress {name} {annotation}-". Those that the gateway knows stand in docs/developer.md.',
  },
  'ingress-users-missing': {
    sentence:
      'Only those may come in whom Secret "{secret}" lists (auth-type: basic), and it {problem}{closest}: nobody may.',
    cure: 'Make it from a file that htpasswd wrote: "kubectl create secret generic {secret} -n {namespace} --from-file=auth=FILE"; or correct the annotation auth-secret.',
  },
  'ingress-users-refused': {
    sentence:
      'Secret "{secret}" lists users who cannot come in, since the gateway cannot check a password of that form: {users}.',
    cure: 'Make their lines anew with "htpasswd -B", and the Secret from them: "kubectl create secret generic {secret} -n {namespace} --from-file=auth=FILE --dry-run=client -o yaml | kubectl apply -f -".',
  },
  'ingress-path-unusable': {
    sentence:
      'The Ingress has a path that is not served: {path} is nothing that a request can ask for, or no regular expression.',
    cure: 'Correct the path: printable signs without blanks; with the annotations use-regex or rewrite-target one that is a whole regular expression.',
  },
  'ingress-canary-alone': {
    sentence:
      'The Ingress takes a part of the requests of another (canary), and no other leads to {routes}.',
    cure: 'Make that other Ingress, with the same hosts and paths; or let this one stand for itself: "kubectl annotate ingress {name} nginx.ingress.kubernetes.io/canary-".',
  },
  'ingress-secret-missing': {
    sentence: 'The Secret "{name}" with the certificate for {hosts} {problem}{closest}.',
    cure: 'Create it: "kubectl create secret tls {name} --cert=… --key=…". Until then the gateway serves its own certificate.',
  },
  'ingress-certificate-unusable': {
    sentence: 'The Secret "{name}" cannot be used for {hosts}: {problem}.',
    cure: 'Make it anew from a certificate and its own key: "kubectl delete secret {name}" and "kubectl create secret tls {name} --cert=… --key=…". Until then the gateway serves its own certificate.',
  },
  'ingress-certificate-out-of-time': {
    sentence: 'The certificate for {hosts} in the Secret "{name}" {outOfTime}: clients refuse it.',
    cure: 'Renew it: "kubectl create secret tls {name} --cert=… --key=… --dry-run=client -o yaml | kubectl apply -f -". It is served as soon as it is there.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
