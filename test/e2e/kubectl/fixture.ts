/** What every check may look at, and none may change. */
import type { User } from './user.ts';

export const fixture = `
apiVersion: v1
kind: ConfigMap
metadata: {name: pages, labels: {part: fixture}}
data: {index.html: "a page\\n"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {part: fixture}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: httpd
        image: busybox:1
        command: [busybox, httpd, -f, -v, -p, "8080", -h, /www]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {tcpSocket: {port: http}, periodSeconds: 1}
        volumeMounts: [{name: pages, mountPath: /www}]
      volumes: [{name: pages, configMap: {name: pages}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {part: fixture}}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, labels: {part: fixture}}
spec:
  rules:
  - host: web.example
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: shell, labels: {part: fixture, role: shell}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "echo one; echo two; echo three; exec sleep 3600"]
  - name: side
    image: busybox:1
    command: [sh, -c, "echo beside; exec sleep 3600"]
---
apiVersion: v1
kind: Pod
metadata: {name: again, labels: {part: fixture}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: busybox:1
    command: [sh, -c, "test -e /memory/ran && echo second && exec sleep 3600; touch /memory/ran; echo first; exit 3"]
    volumeMounts: [{name: memory, mountPath: /memory}]
  volumes: [{name: memory, emptyDir: {}}]
---
apiVersion: v1
kind: Pod
metadata: {name: echo, labels: {part: fixture}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - {name: main, image: "busybox:1", stdin: true, command: [sh, -c, "echo listening; while read line; do echo got $line; done"]}
`;

export async function makeFixture(user: User): Promise<void> {
  await user.apply(fixture);
  await user.ok('kubectl rollout status deployment/web --timeout=60s');
  await user.ok('kubectl wait --for=condition=Ready pod/shell pod/again pod/echo --timeout=60s');
}
