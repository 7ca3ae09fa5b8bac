import type { Reason } from './reason.ts';

/** What an object names, and is not there or not usable. */
export const referenceReasons = {
  'config-map-missing': {
    sentence: 'ConfigMap "{name}", which {field} needs, does not exist{closest}.',
    cure: 'Create it ("kubectl create configmap {name} …"), correct the name, or mark it optional: true.',
  },
  'config-map-key-missing': {
    sentence: 'ConfigMap "{name}" has no key "{key}", which {field} needs{closest}.',
    cure: 'Add the key ("kubectl edit configmap {name}"), correct it in the pod, or mark it optional: true.',
  },
  'secret-missing': {
    sentence: 'Secret "{name}", which {field} needs, does not exist{closest}.',
    cure: 'Create it ("kubectl create secret generic {name} …"), correct the name, or mark it optional: true.',
  },
  'secret-key-missing': {
    sentence: 'Secret "{name}" has no key "{key}", which {field} needs{closest}.',
    cure: 'Add the key to the Secret, correct it in the pod, or mark it optional: true.',
  },
  'claim-missing': {
    general: 'pod-claim-missing',
    sentence: 'PersistentVolumeClaim "{name}", which {field} needs, does not exist{closest}.',
    cure: 'Create the claim, or correct claimName.',
  },
  'claim-class-missing': {
    sentence: 'The claim wants StorageClass "{class}", which does not exist{closest}.',
    cure: 'Correct spec.storageClassName (a claim is made anew for that), or create the class.',
  },
  'claim-without-class': {
    general: 'claim-no-volume',
    sentence: 'The claim names no StorageClass, and the cluster has no default one.',
    cure: 'Name one in spec.storageClassName, or mark one as default (annotation storageclass.kubernetes.io/is-default-class: "true").',
  },
  'claim-no-volume': {
    sentence: 'No PersistentVolume fits the claim ({wants}), and nothing provides one.',
    cure: 'Create a PersistentVolume with that size, access mode and class, or use a class that provides volumes.',
  },
  'claim-provisioner-silent': {
    general: 'pod-claim-unbound',
    sentence:
      'Volumes of class "{class}" are made by "{provisioner}", which has said nothing: it may not run in this cluster.',
    cure: 'Install the program that serves "{provisioner}", or use a class that the cluster serves ("kubectl get storageclass"; local-path is the default one). A claim is made anew for that.',
  },
  'claim-unbound': {
    general: 'pod-claim-unbound',
    sentence: 'The claim is not bound: {message}.',
    cure: 'Cure what the message names; binding is tried again by itself.',
  },
  'claim-waits-for-pod': {
    sentence:
      'The claim waits for the first pod that uses it; its class ({class}) binds no earlier.',
    cure: 'Nothing is wrong: create a pod that uses the claim.',
  },
  'claim-lost': {
    sentence: 'The volume "{volume}" that the claim was bound to is gone.',
    cure: 'Its data is lost to the cluster: delete the claim and make it anew, or restore the PersistentVolume.',
  },
  'volume-released': {
    sentence:
      'The volume keeps the data of claim "{claim}", which is gone, and so takes no other claim (persistentVolumeReclaimPolicy: {policy}).',
    cure: 'Save what is needed of its data. Then "kubectl delete pv {name}", or let another claim have it as it is: "kubectl patch pv {name} --type=json -p \'[{"op":"remove","path":"/spec/claimRef"}]\'".',
  },
  'volume-failed': {
    sentence: 'The volume could not be made free again after its claim was gone: {message}.',
    cure: 'Save what is needed of its data, delete the volume ("kubectl delete pv {name}") and make it anew, with persistentVolumeReclaimPolicy: Retain or, where its class can, Delete.',
  },
  'claim-resize-pending': {
    sentence:
      'The volume of the claim has grown, and the file system on it cannot grow while a pod uses it.',
    cure: 'End the pod that uses it (and start it again): the file system grows in between.',
  },
  'volume-mount-fails': {
    sentence: 'A volume of the pod cannot be mounted: {message}.',
    cure: 'Change the volume as the message says; the mount is tried again by itself.',
  },
  'service-account-missing': {
    sentence: 'ServiceAccount "{name}" does not exist.',
    cure: 'Create it ("kubectl create serviceaccount {name}"), or correct spec.serviceAccountName.',
  },
} as const satisfies Readonly<Record<string, Reason>>;
