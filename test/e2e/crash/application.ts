/** A small application with everything that a crash could break: probe, Service, Ingress. */
import assert from 'node:assert/strict';
import { type Cluster, eventually } from '../harness.ts';

export const host = 'app.example.com';

export const application = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  replicas: 2
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: busybox:1
          command: [sh, -c, "mkdir -p /www && echo hello >/www/index.html && exec busybox httpd -f -p 8080 -h /www"]
          readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: app }
spec:
  selector: { app: app }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: app }
spec:
  rules:
    - host: ${host}
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: app, port: { number: 80 } } } }]
`;

export interface PodView {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: {
    readonly podIP: string;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses: readonly {
      readonly containerID: string;
      readonly restartCount: number;
      readonly ready: boolean;
      readonly state: { readonly waiting?: { readonly reason: string; readonly message?: string } };
      readonly lastState: {
        readonly terminated?: { readonly exitCode: number; readonly reason: string };
      };
    }[];
  };
}

export async function podsOf(cluster: Cluster, selector = 'app=app'): Promise<PodView[]> {
  const text = await cluster.kubectl(['get', 'pods', '-l', selector, '-o', 'json']);
  return (JSON.parse(text) as { items: PodView[] }).items;
}

export function containerOf({ status }: PodView) {
  const [container] = status.containerStatuses;
  if (!container) throw new Error('the pod has no container');
  return { ...container, id: container.containerID.replace('containerd://', '') };
}

export async function allReady(cluster: Cluster, count: number): Promise<PodView[]> {
  return eventually(`${count} pods are ready`, async () => {
    const pods = await podsOf(cluster);
    const ready = pods.filter(({ status }) =>
      status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    );
    assert.equal(ready.length, count);
    return ready;
  });
}

/** Addresses that Services send to now. */
export async function readyAddresses(cluster: Cluster): Promise<string[]> {
  const selector = 'kubernetes.io/service-name=app';
  const text = await cluster.kubectl(['get', 'endpointslices', '-l', selector, '-o', 'json']);
  const { items } = JSON.parse(text) as {
    items: { endpoints?: { addresses: string[]; conditions: { ready: boolean } }[] }[];
  };
  return items
    .flatMap(({ endpoints = [] }) => endpoints)
    .filter(({ conditions }) => conditions.ready)
    .flatMap(({ addresses }) => addresses)
    .sort();
}
