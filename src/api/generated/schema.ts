// Written by tools/generate-api.ts. Do not edit.
// One text per type, read when the type is first asked for; src/api/schema/parse.ts explains the form.

export const schemaTable: Readonly<Record<string, string>> = {
  AdmissionRequest: `admission.v1.AdmissionRequest
1! uid string
2! kind GroupVersionKind
3! resource GroupVersionResource
4 subResource string
5 name string
6 namespace string
7! operation string
8! userInfo UserInfo
9 object raw
10 oldObject raw
11* dryRun bool
12 options raw
13 requestKind GroupVersionKind
14 requestResource GroupVersionResource
15 requestSubResource string`,
  AdmissionResponse: `admission.v1.AdmissionResponse
1! uid string
2! allowed bool
3 status Status
4 patch bytes
5* patchType string
6 auditAnnotations map:string
7 warnings []string`,
  AdmissionReview: `admission.v1.AdmissionReview kind
1 request AdmissionRequest
2 response AdmissionResponse`,
  ApplyConfiguration: `admissionregistration.v1.ApplyConfiguration
1 expression string`,
  AuditAnnotation: `admissionregistration.v1.AuditAnnotation
1! key string
2! valueExpression string`,
  ExpressionWarning: `admissionregistration.v1.ExpressionWarning
2! fieldRef string
3! warning string`,
  JSONPatch: `admissionregistration.v1.JSONPatch
1 expression string`,
  MatchCondition: `admissionregistration.v1.MatchCondition
1! name string
2! expression string`,
  MatchResources: `admissionregistration.v1.MatchResources atomic
1 namespaceSelector LabelSelector
2 objectSelector LabelSelector
3 resourceRules []NamedRuleWithOperations atomic
4 excludeResourceRules []NamedRuleWithOperations atomic
7* matchPolicy string`,
  MutatingAdmissionPolicy: `admissionregistration.v1.MutatingAdmissionPolicy kind
1 metadata ObjectMeta
2 spec MutatingAdmissionPolicySpec`,
  MutatingAdmissionPolicyBinding: `admissionregistration.v1.MutatingAdmissionPolicyBinding kind
1 metadata ObjectMeta
2 spec MutatingAdmissionPolicyBindingSpec`,
  MutatingAdmissionPolicyBindingList: `admissionregistration.v1.MutatingAdmissionPolicyBindingList kind
1 metadata ListMeta
2! items []MutatingAdmissionPolicyBinding`,
  MutatingAdmissionPolicyBindingSpec: `admissionregistration.v1.MutatingAdmissionPolicyBindingSpec
1 policyName string
2 paramRef ParamRef
3 matchResources MatchResources`,
  MutatingAdmissionPolicyList: `admissionregistration.v1.MutatingAdmissionPolicyList kind
1 metadata ListMeta
2! items []MutatingAdmissionPolicy`,
  MutatingAdmissionPolicySpec: `admissionregistration.v1.MutatingAdmissionPolicySpec
1 paramKind ParamKind
2 matchConstraints MatchResources
3 variables []Variable atomic
4 mutations []Mutation atomic
5* failurePolicy string
6 matchConditions []MatchCondition map=name patch=merge:name
7 reinvocationPolicy string`,
  MutatingWebhook: `admissionregistration.v1.MutatingWebhook
1! name string
2! clientConfig WebhookClientConfig
3 rules []RuleWithOperations atomic
4* failurePolicy string
5 namespaceSelector LabelSelector
6! sideEffects string
7* timeoutSeconds int32
8! admissionReviewVersions []string atomic
9* matchPolicy string
10* reinvocationPolicy string
11 objectSelector LabelSelector
12 matchConditions []MatchCondition map=name patch=merge:name`,
  MutatingWebhookConfiguration: `admissionregistration.v1.MutatingWebhookConfiguration kind
1 metadata ObjectMeta
2 webhooks []MutatingWebhook map=name patch=merge:name`,
  MutatingWebhookConfigurationList: `admissionregistration.v1.MutatingWebhookConfigurationList kind
1 metadata ListMeta
2! items []MutatingWebhookConfiguration`,
  Mutation: `admissionregistration.v1.Mutation
2! patchType string
3 applyConfiguration ApplyConfiguration
4 jsonPatch JSONPatch`,
  NamedRuleWithOperations: `admissionregistration.v1.NamedRuleWithOperations atomic
1 resourceNames []string atomic
2.1 operations []string atomic
2.2.1 apiGroups []string atomic
2.2.2 apiVersions []string atomic
2.2.3 resources []string atomic
2.2.4* scope string`,
  ParamKind: `admissionregistration.v1.ParamKind atomic
1 apiVersion string
2 kind string`,
  ParamRef: `admissionregistration.v1.ParamRef atomic
1 name string
2 namespace string
3 selector LabelSelector
4* parameterNotFoundAction string`,
  RuleWithOperations: `admissionregistration.v1.RuleWithOperations
1 operations []string atomic
2.1 apiGroups []string atomic
2.2 apiVersions []string atomic
2.3 resources []string atomic
2.4* scope string`,
  ServiceReference: `admissionregistration.v1.ServiceReference
1! namespace string
2! name string
3* path string
4* port int32`,
  TypeChecking: `admissionregistration.v1.TypeChecking
1 expressionWarnings []ExpressionWarning atomic`,
  ValidatingAdmissionPolicy: `admissionregistration.v1.ValidatingAdmissionPolicy kind
1 metadata ObjectMeta
2 spec ValidatingAdmissionPolicySpec
3 status ValidatingAdmissionPolicyStatus`,
  ValidatingAdmissionPolicyBinding: `admissionregistration.v1.ValidatingAdmissionPolicyBinding kind
1 metadata ObjectMeta
2! spec ValidatingAdmissionPolicyBindingSpec`,
  ValidatingAdmissionPolicyBindingList: `admissionregistration.v1.ValidatingAdmissionPolicyBindingList kind
1 metadata ListMeta
2! items []ValidatingAdmissionPolicyBinding`,
  ValidatingAdmissionPolicyBindingSpec: `admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec
1! policyName string
2 paramRef ParamRef
3 matchResources MatchResources
4! validationActions []string set`,
  ValidatingAdmissionPolicyList: `admissionregistration.v1.ValidatingAdmissionPolicyList kind
1 metadata ListMeta
2! items []ValidatingAdmissionPolicy`,
  ValidatingAdmissionPolicySpec: `admissionregistration.v1.ValidatingAdmissionPolicySpec
1 paramKind ParamKind
2 matchConstraints MatchResources
3 validations []Validation atomic
4* failurePolicy string
5 auditAnnotations []AuditAnnotation atomic
6 matchConditions []MatchCondition map=name patch=merge:name
7 variables []Variable map=name patch=merge:name`,
  ValidatingAdmissionPolicyStatus: `admissionregistration.v1.ValidatingAdmissionPolicyStatus
1 observedGeneration int64
2 typeChecking TypeChecking
3 conditions []Condition map=type`,
  ValidatingWebhook: `admissionregistration.v1.ValidatingWebhook
1! name string
2! clientConfig WebhookClientConfig
3 rules []RuleWithOperations atomic
4* failurePolicy string
5 namespaceSelector LabelSelector
6! sideEffects string
7* timeoutSeconds int32
8! admissionReviewVersions []string atomic
9* matchPolicy string
10 objectSelector LabelSelector
11 matchConditions []MatchCondition map=name patch=merge:name`,
  ValidatingWebhookConfiguration: `admissionregistration.v1.ValidatingWebhookConfiguration kind
1 metadata ObjectMeta
2 webhooks []ValidatingWebhook map=name patch=merge:name`,
  ValidatingWebhookConfigurationList: `admissionregistration.v1.ValidatingWebhookConfigurationList kind
1 metadata ListMeta
2! items []ValidatingWebhookConfiguration`,
  Validation: `admissionregistration.v1.Validation
1! expression string
2 message string
3 reason string
4 messageExpression string`,
  Variable: `admissionregistration.v1.Variable atomic
1! name string
2! expression string`,
  WebhookClientConfig: `admissionregistration.v1.WebhookClientConfig
1 service ServiceReference
2 caBundle bytes
3* url string`,
  APIGroupDiscovery: `apidiscovery.v2.APIGroupDiscovery kind
1 metadata ObjectMeta
2 versions []APIVersionDiscovery`,
  APIGroupDiscoveryList: `apidiscovery.v2.APIGroupDiscoveryList kind
1 metadata ListMeta
2! items []APIGroupDiscovery`,
  APIResourceDiscovery: `apidiscovery.v2.APIResourceDiscovery
1! resource string
2 responseKind GroupVersionKind
3! scope string
4! singularResource string
5! verbs []string
6 shortNames []string
7 categories []string
8 subresources []APISubresourceDiscovery`,
  APISubresourceDiscovery: `apidiscovery.v2.APISubresourceDiscovery
1! subresource string
2 responseKind GroupVersionKind
3 acceptedTypes []GroupVersionKind
4! verbs []string`,
  APIVersionDiscovery: `apidiscovery.v2.APIVersionDiscovery
1! version string
2 resources []APIResourceDiscovery
3 freshness string`,
  CustomResourceColumnDefinition: `apiextensions.v1.CustomResourceColumnDefinition
1! name string
2! type string
3 format string
4 description string
5 priority int32
6! jsonPath string`,
  CustomResourceConversion: `apiextensions.v1.CustomResourceConversion
1! strategy string
2 webhook WebhookConversion`,
  CustomResourceDefinition: `apiextensions.v1.CustomResourceDefinition kind
1 metadata ObjectMeta
2! spec CustomResourceDefinitionSpec
3 status CustomResourceDefinitionStatus`,
  CustomResourceDefinitionCondition: `apiextensions.v1.CustomResourceDefinitionCondition
1! type string
2! status string
3 lastTransitionTime time
4 reason string
5 message string
6 observedGeneration int64`,
  CustomResourceDefinitionList: `apiextensions.v1.CustomResourceDefinitionList kind
1 metadata ListMeta
2! items []CustomResourceDefinition`,
  CustomResourceDefinitionNames: `apiextensions.v1.CustomResourceDefinitionNames
1! plural string
2 singular string
3 shortNames []string atomic
4! kind string
5 listKind string
6 categories []string atomic`,
  CustomResourceDefinitionSpec: `apiextensions.v1.CustomResourceDefinitionSpec
1! group string
3! names CustomResourceDefinitionNames
4! scope string
7! versions []CustomResourceDefinitionVersion atomic
9 conversion CustomResourceConversion
10 preserveUnknownFields bool`,
  CustomResourceDefinitionStatus: `apiextensions.v1.CustomResourceDefinitionStatus
1 conditions []CustomResourceDefinitionCondition map=type
2 acceptedNames CustomResourceDefinitionNames
3 storedVersions []string atomic
4 observedGeneration int64`,
  CustomResourceDefinitionVersion: `apiextensions.v1.CustomResourceDefinitionVersion
1! name string
2! served bool
3! storage bool
4 schema CustomResourceValidation
5 subresources CustomResourceSubresources
6 additionalPrinterColumns []CustomResourceColumnDefinition atomic
7 deprecated bool
8* deprecationWarning string
9 selectableFields []SelectableField atomic`,
  CustomResourceSubresourceScale: `apiextensions.v1.CustomResourceSubresourceScale
1! specReplicasPath string
2! statusReplicasPath string
3* labelSelectorPath string`,
  CustomResourceSubresourceStatus: `apiextensions.v1.CustomResourceSubresourceStatus`,
  CustomResourceSubresources: `apiextensions.v1.CustomResourceSubresources
1 status CustomResourceSubresourceStatus
2 scale CustomResourceSubresourceScale`,
  CustomResourceValidation: `apiextensions.v1.CustomResourceValidation
1 openAPIV3Schema JSONSchemaProps`,
  ExternalDocumentation: `apiextensions.v1.ExternalDocumentation
1 description string
2 url string`,
  JSONSchemaProps: `apiextensions.v1.JSONSchemaProps
1 id string
2 $schema string
3* $ref string
4 description string
5 type string
6 format string
7 title string
8 default json
9* maximum double
10 exclusiveMaximum bool
11* minimum double
12 exclusiveMinimum bool
13* maxLength int64
14* minLength int64
15 pattern string
16* maxItems int64
17* minItems int64
18 uniqueItems bool
19* multipleOf double
20 enum []json atomic
21* maxProperties int64
22* minProperties int64
23 required []string atomic
24 items schemaOrArray
25 allOf []JSONSchemaProps atomic
26 oneOf []JSONSchemaProps atomic
27 anyOf []JSONSchemaProps atomic
28 not JSONSchemaProps
29 properties map:JSONSchemaProps
30 additionalProperties schemaOrBool
31 patternProperties map:JSONSchemaProps
32 dependencies map:schemaOrStrings
33 additionalItems schemaOrBool
34 definitions map:JSONSchemaProps
35 externalDocs ExternalDocumentation
36 example json
37 nullable bool
38* x-kubernetes-preserve-unknown-fields bool
39 x-kubernetes-embedded-resource bool
40 x-kubernetes-int-or-string bool
41 x-kubernetes-list-map-keys []string atomic
42* x-kubernetes-list-type string
43* x-kubernetes-map-type string
44 x-kubernetes-validations []ValidationRule map=rule patch=merge:rule`,
  SelectableField: `apiextensions.v1.SelectableField
1! jsonPath string`,
  ApiextensionsV1ServiceReference: `apiextensions.v1.ServiceReference
1! namespace string
2! name string
3* path string
4* port int32`,
  ValidationRule: `apiextensions.v1.ValidationRule
1! rule string
2 message string
3 messageExpression string
4* reason string
5 fieldPath string
6* optionalOldSelf bool`,
  ApiextensionsV1WebhookClientConfig: `apiextensions.v1.WebhookClientConfig
1 service ApiextensionsV1ServiceReference
2 caBundle bytes
3* url string`,
  WebhookConversion: `apiextensions.v1.WebhookConversion
2 clientConfig ApiextensionsV1WebhookClientConfig
3! conversionReviewVersions []string atomic`,
  APIService: `apiregistration.v1.APIService kind
1 metadata ObjectMeta
2 spec APIServiceSpec
3 status APIServiceStatus`,
  APIServiceCondition: `apiregistration.v1.APIServiceCondition
1! type string
2! status string
3 lastTransitionTime time
4 reason string
5 message string`,
  APIServiceList: `apiregistration.v1.APIServiceList kind
1 metadata ListMeta
2! items []APIService`,
  APIServiceSpec: `apiregistration.v1.APIServiceSpec
1 service ApiregistrationV1ServiceReference
2 group string
3 version string
4 insecureSkipTLSVerify bool
5 caBundle bytes
7! groupPriorityMinimum int32
8! versionPriority int32`,
  APIServiceStatus: `apiregistration.v1.APIServiceStatus
1 conditions []APIServiceCondition map=type patch=merge:type`,
  ApiregistrationV1ServiceReference: `apiregistration.v1.ServiceReference
1 namespace string
2 name string
3* port int32`,
  ControllerRevision: `apps.v1.ControllerRevision kind
1 metadata ObjectMeta
2 data raw
3! revision int64`,
  ControllerRevisionList: `apps.v1.ControllerRevisionList kind
1 metadata ListMeta
2! items []ControllerRevision`,
  DaemonSet: `apps.v1.DaemonSet kind
1 metadata ObjectMeta
2 spec DaemonSetSpec
3 status DaemonSetStatus`,
  DaemonSetCondition: `apps.v1.DaemonSetCondition
1! type string
2! status string
3 lastTransitionTime time
4 reason string
5 message string`,
  DaemonSetList: `apps.v1.DaemonSetList kind
1 metadata ListMeta
2! items []DaemonSet`,
  DaemonSetSpec: `apps.v1.DaemonSetSpec
1! selector LabelSelector
2! template PodTemplateSpec
3 updateStrategy DaemonSetUpdateStrategy
4 minReadySeconds int32
6* revisionHistoryLimit int32`,
  DaemonSetStatus: `apps.v1.DaemonSetStatus
1! currentNumberScheduled int32
2! numberMisscheduled int32
3! desiredNumberScheduled int32
4! numberReady int32
5 observedGeneration int64
6 updatedNumberScheduled int32
7 numberAvailable int32
8 numberUnavailable int32
9* collisionCount int32
10 conditions []DaemonSetCondition map=type patch=merge:type`,
  DaemonSetUpdateStrategy: `apps.v1.DaemonSetUpdateStrategy
1 type string
2 rollingUpdate RollingUpdateDaemonSet`,
  Deployment: `apps.v1.Deployment kind
1 metadata ObjectMeta
2 spec DeploymentSpec
3 status DeploymentStatus`,
  DeploymentCondition: `apps.v1.DeploymentCondition
1! type string
2! status string
4 reason string
5 message string
6 lastUpdateTime time
7 lastTransitionTime time`,
  DeploymentList: `apps.v1.DeploymentList kind
1 metadata ListMeta
2! items []Deployment`,
  DeploymentSpec: `apps.v1.DeploymentSpec
1* replicas int32
2! selector LabelSelector
3! template PodTemplateSpec
4 strategy DeploymentStrategy patch=retainKeys
5 minReadySeconds int32
6* revisionHistoryLimit int32
7 paused bool
9* progressDeadlineSeconds int32`,
  DeploymentStatus: `apps.v1.DeploymentStatus
1 observedGeneration int64
2 replicas int32
3 updatedReplicas int32
4 availableReplicas int32
5 unavailableReplicas int32
6 conditions []DeploymentCondition map=type patch=merge:type
7 readyReplicas int32
8* collisionCount int32
9* terminatingReplicas int32`,
  DeploymentStrategy: `apps.v1.DeploymentStrategy
1 type string
2 rollingUpdate RollingUpdateDeployment`,
  ReplicaSet: `apps.v1.ReplicaSet kind
1 metadata ObjectMeta
2 spec ReplicaSetSpec
3 status ReplicaSetStatus`,
  ReplicaSetCondition: `apps.v1.ReplicaSetCondition
1! type string
2! status string
3 lastTransitionTime time
4 reason string
5 message string`,
  ReplicaSetList: `apps.v1.ReplicaSetList kind
1 metadata ListMeta
2! items []ReplicaSet`,
  ReplicaSetSpec: `apps.v1.ReplicaSetSpec
1* replicas int32
2! selector LabelSelector
3 template PodTemplateSpec
4 minReadySeconds int32`,
  ReplicaSetStatus: `apps.v1.ReplicaSetStatus
1! replicas int32
2 fullyLabeledReplicas int32
3 observedGeneration int64
4 readyReplicas int32
5 availableReplicas int32
6 conditions []ReplicaSetCondition map=type patch=merge:type
7* terminatingReplicas int32`,
  RollingUpdateDaemonSet: `apps.v1.RollingUpdateDaemonSet
1 maxUnavailable intOrString
2 maxSurge intOrString`,
  RollingUpdateDeployment: `apps.v1.RollingUpdateDeployment
1 maxUnavailable intOrString
2 maxSurge intOrString`,
  RollingUpdateStatefulSetStrategy: `apps.v1.RollingUpdateStatefulSetStrategy
1* partition int32
2 maxUnavailable intOrString`,
  StatefulSet: `apps.v1.StatefulSet kind
1 metadata ObjectMeta
2 spec StatefulSetSpec
3 status StatefulSetStatus`,
  StatefulSetCondition: `apps.v1.StatefulSetCondition
1! type string
2! status string
3 lastTransitionTime time
4 reason string
5 message string`,
  StatefulSetList: `apps.v1.StatefulSetList kind
1 metadata ListMeta
2! items []StatefulSet`,
  StatefulSetOrdinals: `apps.v1.StatefulSetOrdinals
1 start int32`,
  StatefulSetPersistentVolumeClaimRetentionPolicy: `apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy
1 whenDeleted string
2 whenScaled string`,
  StatefulSetSpec: `apps.v1.StatefulSetSpec
1* replicas int32
2! selector LabelSelector
3! template PodTemplateSpec
4 volumeClaimTemplates []PersistentVolumeClaim atomic
5 serviceName string
6 podManagementPolicy string
7 updateStrategy StatefulSetUpdateStrategy
8* revisionHistoryLimit int32
9 minReadySeconds int32
10 persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy
11 ordinals StatefulSetOrdinals`,
  StatefulSetStatus: `apps.v1.StatefulSetStatus
1 observedGeneration int64
2! replicas int32
3 readyReplicas int32
4 currentReplicas int32
5 updatedReplicas int32
6 currentRevision string
7 updateRevision string
9* collisionCount int32
10 conditions []StatefulSetCondition map=type patch=merge:type
11 availableReplicas int32`,
  StatefulSetUpdateStrategy: `apps.v1.StatefulSetUpdateStrategy
1 type string
2 rollingUpdate RollingUpdateStatefulSetStrategy`,
  BoundObjectReference: `authentication.v1.BoundObjectReference
1 kind string
2 apiVersion string
3 name string
4 uid string`,
  SelfSubjectReview: `authentication.v1.SelfSubjectReview kind
1 metadata ObjectMeta
2 status SelfSubjectReviewStatus`,
  SelfSubjectReviewStatus: `authentication.v1.SelfSubjectReviewStatus
1 userInfo UserInfo`,
  TokenRequest: `authentication.v1.TokenRequest kind
1 metadata ObjectMeta
2 spec TokenRequestSpec
3 status TokenRequestStatus`,
  TokenRequestSpec: `authentication.v1.TokenRequestSpec
1 audiences []string
3 boundObjectRef BoundObjectReference
4* expirationSeconds int64`,
  TokenRequestStatus: `authentication.v1.TokenRequestStatus
1 token string
2 expirationTimestamp time`,
  TokenReview: `authentication.v1.TokenReview kind
1 metadata ObjectMeta
2! spec TokenReviewSpec
3 status TokenReviewStatus`,
  TokenReviewSpec: `authentication.v1.TokenReviewSpec
1! token string
2 audiences []string`,
  TokenReviewStatus: `authentication.v1.TokenReviewStatus
1 authenticated bool
2 user UserInfo
3 error string
4 audiences []string`,
  UserInfo: `authentication.v1.UserInfo
1 username string
2 uid string
3 groups []string
4 extra map:strings`,
  FieldSelectorAttributes: `authorization.v1.FieldSelectorAttributes
1 rawSelector string
2 requirements []FieldSelectorRequirement`,
  LabelSelectorAttributes: `authorization.v1.LabelSelectorAttributes
1 rawSelector string
2 requirements []LabelSelectorRequirement`,
  LocalSubjectAccessReview: `authorization.v1.LocalSubjectAccessReview kind
1 metadata ObjectMeta
2! spec SubjectAccessReviewSpec
3 status SubjectAccessReviewStatus`,
  NonResourceAttributes: `authorization.v1.NonResourceAttributes
1 path string
2 verb string`,
  NonResourceRule: `authorization.v1.NonResourceRule
1! verbs []string
2 nonResourceURLs []string`,
  ResourceAttributes: `authorization.v1.ResourceAttributes
1 namespace string
2 verb string
3 group string
4 version string
5 resource string
6 subresource string
7 name string
8 fieldSelector FieldSelectorAttributes
9 labelSelector LabelSelectorAttributes`,
  ResourceRule: `authorization.v1.ResourceRule
1! verbs []string
2 apiGroups []string
3 resources []string
4 resourceNames []string`,
  SelfSubjectAccessReview: `authorization.v1.SelfSubjectAccessReview kind
1 metadata ObjectMeta
2! spec SelfSubjectAccessReviewSpec
3 status SubjectAccessReviewStatus`,
  SelfSubjectAccessReviewSpec: `authorization.v1.SelfSubjectAccessReviewSpec
1 resourceAttributes ResourceAttributes
2 nonResourceAttributes NonResourceAttributes`,
  SelfSubjectRulesReview: `authorization.v1.SelfSubjectRulesReview kind
1 metadata ObjectMeta
2! spec SelfSubjectRulesReviewSpec
3 status SubjectRulesReviewStatus`,
  SelfSubjectRulesReviewSpec: `authorization.v1.SelfSubjectRulesReviewSpec
1 namespace string`,
  SubjectAccessReview: `authorization.v1.SubjectAccessReview kind
1 metadata ObjectMeta
2! spec SubjectAccessReviewSpec
3 status SubjectAccessReviewStatus`,
  SubjectAccessReviewSpec: `authorization.v1.SubjectAccessReviewSpec
1 resourceAttributes ResourceAttributes
2 nonResourceAttributes NonResourceAttributes
3 user string
4 groups []string
5 extra map:strings
6 uid string`,
  SubjectAccessReviewStatus: `authorization.v1.SubjectAccessReviewStatus
1! allowed bool
2 reason string
3 evaluationError string
4 denied bool`,
  SubjectRulesReviewStatus: `authorization.v1.SubjectRulesReviewStatus
1! resourceRules []ResourceRule
2! nonResourceRules []NonResourceRule
3! incomplete bool
4 evaluationError string`,
  AutoscalingV1CrossVersionObjectReference: `autoscaling.v1.CrossVersionObjectReference atomic
1! kind string
2! name string
3 apiVersion string`,
  AutoscalingV1HorizontalPodAutoscaler: `autoscaling.v1.HorizontalPodAutoscaler kind
1 metadata ObjectMeta
2! spec AutoscalingV1HorizontalPodAutoscalerSpec
3 status AutoscalingV1HorizontalPodAutoscalerStatus`,
  AutoscalingV1HorizontalPodAutoscalerList: `autoscaling.v1.HorizontalPodAutoscalerList kind
1 metadata ListMeta
2! items []AutoscalingV1HorizontalPodAutoscaler`,
  AutoscalingV1HorizontalPodAutoscalerSpec: `autoscaling.v1.HorizontalPodAutoscalerSpec
1! scaleTargetRef AutoscalingV1CrossVersionObjectReference
2* minReplicas int32
3! maxReplicas int32
4* targetCPUUtilizationPercentage int32`,
  AutoscalingV1HorizontalPodAutoscalerStatus: `autoscaling.v1.HorizontalPodAutoscalerStatus
1* observedGeneration int64
2 lastScaleTime time
3! currentReplicas int32
4! desiredReplicas int32
5* currentCPUUtilizationPercentage int32`,
  Scale: `autoscaling.v1.Scale kind
1 metadata ObjectMeta
2 spec ScaleSpec
3 status ScaleStatus`,
  ScaleSpec: `autoscaling.v1.ScaleSpec
1 replicas int32`,
  ScaleStatus: `autoscaling.v1.ScaleStatus
1! replicas int32
2 selector string`,
  ContainerResourceMetricSource: `autoscaling.v2.ContainerResourceMetricSource
1! name string
2! target MetricTarget
3! container string`,
  ContainerResourceMetricStatus: `autoscaling.v2.ContainerResourceMetricStatus
1! name string
2! current MetricValueStatus
3! container string`,
  CrossVersionObjectReference: `autoscaling.v2.CrossVersionObjectReference
1! kind string
2! name string
3 apiVersion string`,
  ExternalMetricSource: `autoscaling.v2.ExternalMetricSource
1! metric MetricIdentifier
2! target MetricTarget`,
  ExternalMetricStatus: `autoscaling.v2.ExternalMetricStatus
1! metric MetricIdentifier
2! current MetricValueStatus`,
  HPAScalingPolicy: `autoscaling.v2.HPAScalingPolicy
1! type string
2! value int32
3! periodSeconds int32`,
  HPAScalingRules: `autoscaling.v2.HPAScalingRules
1* selectPolicy string
2 policies []HPAScalingPolicy atomic
3* stabilizationWindowSeconds int32
4 tolerance quantity`,
  HorizontalPodAutoscaler: `autoscaling.v2.HorizontalPodAutoscaler kind
1 metadata ObjectMeta
2! spec HorizontalPodAutoscalerSpec
3 status HorizontalPodAutoscalerStatus`,
  HorizontalPodAutoscalerBehavior: `autoscaling.v2.HorizontalPodAutoscalerBehavior
1 scaleUp HPAScalingRules
2 scaleDown HPAScalingRules`,
  HorizontalPodAutoscalerCondition: `autoscaling.v2.HorizontalPodAutoscalerCondition
1! type string
2! status string
3 lastTransitionTime time
4 reason string
5 message string`,
  HorizontalPodAutoscalerList: `autoscaling.v2.HorizontalPodAutoscalerList kind
1 metadata ListMeta
2! items []HorizontalPodAutoscaler`,
  HorizontalPodAutoscalerSpec: `autoscaling.v2.HorizontalPodAutoscalerSpec
1! scaleTargetRef CrossVersionObjectReference
2* minReplicas int32
3! maxReplicas int32
4 metrics []MetricSpec atomic
5 behavior HorizontalPodAutoscalerBehavior`,
  HorizontalPodAutoscalerStatus: `autoscaling.v2.HorizontalPodAutoscalerStatus
1* observedGeneration int64
2 lastScaleTime time
3 currentReplicas int32
4! desiredReplicas int32
5 currentMetrics []MetricStatus atomic
6 conditions []HorizontalPodAutoscalerCondition map=type patch=merge:type`,
  MetricIdentifier: `autoscaling.v2.MetricIdentifier
1! name string
2 selector LabelSelector`,
  MetricSpec: `autoscaling.v2.MetricSpec
1! type string
2 object ObjectMetricSource
3 pods PodsMetricSource
4 resource ResourceMetricSource
5 external ExternalMetricSource
7 containerResource ContainerResourceMetricSource`,
  MetricStatus: `autoscaling.v2.MetricStatus
1! type string
2 object ObjectMetricStatus
3 pods PodsMetricStatus
4 resource ResourceMetricStatus
5 external ExternalMetricStatus
7 containerResource ContainerResourceMetricStatus`,
  MetricTarget: `autoscaling.v2.MetricTarget
1! type string
2 value quantity
3 averageValue quantity
4* averageUtilization int32`,
  MetricValueStatus: `autoscaling.v2.MetricValueStatus
1 value quantity
2 averageValue quantity
3* averageUtilization int32`,
  ObjectMetricSource: `autoscaling.v2.ObjectMetricSource
1! describedObject CrossVersionObjectReference
2! target MetricTarget
3! metric MetricIdentifier`,
  ObjectMetricStatus: `autoscaling.v2.ObjectMetricStatus
1! metric MetricIdentifier
2! current MetricValueStatus
3! describedObject CrossVersionObjectReference`,
  PodsMetricSource: `autoscaling.v2.PodsMetricSource
1! metric MetricIdentifier
2! target MetricTarget`,
  PodsMetricStatus: `autoscaling.v2.PodsMetricStatus
1! metric MetricIdentifier
2! current MetricValueStatus`,
  ResourceMetricSource: `autoscaling.v2.ResourceMetricSource
1! name string
2! target MetricTarget`,
  ResourceMetricStatus: `autoscaling.v2.ResourceMetricStatus
1! name string
2! current MetricValueStatus`,
  CronJob: `batch.v1.CronJob kind
1 metadata ObjectMeta
2! spec CronJobSpec
3 status CronJobStatus`,
  CronJobList: `batch.v1.CronJobList kind
1 metadata ListMeta
2! items []CronJob`,
  CronJobSpec: `batch.v1.CronJobSpec
1! schedule string
2* startingDeadlineSeconds int64
3 concurrencyPolicy string
4* suspend bool
5! jobTemplate JobTemplateSpec
6* successfulJobsHistoryLimit int32
7* failedJobsHistoryLimit int32
8* timeZone string`,
  CronJobStatus: `batch.v1.CronJobStatus
1 active []ObjectReference atomic
4 lastScheduleTime time
5 lastSuccessfulTime time`,
  Job: `batch.v1.Job kind
1 metadata ObjectMeta
2 spec JobSpec
3 status JobStatus`,
  JobCondition: `batch.v1.JobCondition
1! type string
2! status string
3 lastProbeTime time
4 lastTransitionTime time
5 reason string
6 message string`,
  JobList: `batch.v1.JobList kind
1 metadata ListMeta
2! items []Job`,
  JobSpec: `batch.v1.JobSpec
1* parallelism int32
2* completions int32
3* activeDeadlineSeconds int64
4 selector LabelSelector
5* manualSelector bool
6! template PodTemplateSpec
7* backoffLimit int32
8* ttlSecondsAfterFinished int32
9* completionMode string
10* suspend bool
11 podFailurePolicy PodFailurePolicy
12* backoffLimitPerIndex int32
13* maxFailedIndexes int32
14* podReplacementPolicy string
15* managedBy string
16 successPolicy SuccessPolicy`,
  JobStatus: `batch.v1.JobStatus
1 conditions []JobCondition atomic patch=merge:type
2 startTime time
3 completionTime time
4 active int32
5 succeeded int32
6 failed int32
7 completedIndexes string
8 uncountedTerminatedPods UncountedTerminatedPods
9* ready int32
10* failedIndexes string
11* terminating int32`,
  JobTemplateSpec: `batch.v1.JobTemplateSpec
1 metadata ObjectMeta
2 spec JobSpec`,
  PodFailurePolicy: `batch.v1.PodFailurePolicy
1! rules []PodFailurePolicyRule atomic`,
  PodFailurePolicyOnExitCodesRequirement: `batch.v1.PodFailurePolicyOnExitCodesRequirement
1* containerName string
2! operator string
3! values []int32 set`,
  PodFailurePolicyOnPodConditionsPattern: `batch.v1.PodFailurePolicyOnPodConditionsPattern
1! type string
2* status string`,
  PodFailurePolicyRule: `batch.v1.PodFailurePolicyRule
1! action string
2 onExitCodes PodFailurePolicyOnExitCodesRequirement
3 onPodConditions []PodFailurePolicyOnPodConditionsPattern atomic`,
  SuccessPolicy: `batch.v1.SuccessPolicy
1! rules []SuccessPolicyRule atomic`,
  SuccessPolicyRule: `batch.v1.SuccessPolicyRule
1* succeededIndexes string
2* succeededCount int32`,
  UncountedTerminatedPods: `batch.v1.UncountedTerminatedPods
1 succeeded []string set
2 failed []string set`,
  CertificateSigningRequest: `certificates.v1.CertificateSigningRequest kind
1 metadata ObjectMeta
2! spec CertificateSigningRequestSpec
3 status CertificateSigningRequestStatus`,
  CertificateSigningRequestCondition: `certificates.v1.CertificateSigningRequestCondition
1! type string
2 reason string
3 message string
4 lastUpdateTime time
5 lastTransitionTime time
6! status string`,
  CertificateSigningRequestList: `certificates.v1.CertificateSigningRequestList kind
1 metadata ListMeta
2! items []CertificateSigningRequest`,
  CertificateSigningRequestSpec: `certificates.v1.CertificateSigningRequestSpec
1! request bytes
2 username string
3 uid string
4 groups []string atomic
5 usages []string atomic
6 extra map:strings
7! signerName string
8* expirationSeconds int32`,
  CertificateSigningRequestStatus: `certificates.v1.CertificateSigningRequestStatus
1 conditions []CertificateSigningRequestCondition map=type
2 certificate bytes`,
  Lease: `coordination.v1.Lease kind
1 metadata ObjectMeta
2 spec LeaseSpec`,
  LeaseList: `coordination.v1.LeaseList kind
1 metadata ListMeta
2! items []Lease`,
  LeaseSpec: `coordination.v1.LeaseSpec
1* holderIdentity string
2* leaseDurationSeconds int32
3 acquireTime microTime
4 renewTime microTime
5* leaseTransitions int32
6* strategy string
7* preferredHolder string`,
  AWSElasticBlockStoreVolumeSource: `core.v1.AWSElasticBlockStoreVolumeSource
1! volumeID string
2 fsType string
3 partition int32
4 readOnly bool`,
  Affinity: `core.v1.Affinity
1 nodeAffinity NodeAffinity
2 podAffinity PodAffinity
3 podAntiAffinity PodAntiAffinity`,
  AppArmorProfile: `core.v1.AppArmorProfile
1! type string
2* localhostProfile string`,
  AttachedVolume: `core.v1.AttachedVolume
1! name string
2! devicePath string`,
  AzureDiskVolumeSource: `core.v1.AzureDiskVolumeSource
1! diskName string
2! diskURI string
3* cachingMode string default="ReadWrite"
4* fsType string default="ext4"
5* readOnly bool
6* kind string default="Shared"`,
  AzureFilePersistentVolumeSource: `core.v1.AzureFilePersistentVolumeSource
1! secretName string
2! shareName string
3 readOnly bool
4* secretNamespace string`,
  AzureFileVolumeSource: `core.v1.AzureFileVolumeSource
1! secretName string
2! shareName string
3 readOnly bool`,
  Binding: `core.v1.Binding kind
1 metadata ObjectMeta
2! target ObjectReference`,
  CSIPersistentVolumeSource: `core.v1.CSIPersistentVolumeSource
1! driver string
2! volumeHandle string
3 readOnly bool
4 fsType string
5 volumeAttributes map:string
6 controllerPublishSecretRef SecretReference
7 nodeStageSecretRef SecretReference
8 nodePublishSecretRef SecretReference
9 controllerExpandSecretRef SecretReference
10 nodeExpandSecretRef SecretReference`,
  CSIVolumeSource: `core.v1.CSIVolumeSource
1! driver string
2* readOnly bool
3* fsType string
4 volumeAttributes map:string
5 nodePublishSecretRef LocalObjectReference`,
  Capabilities: `core.v1.Capabilities
1 add []string atomic
2 drop []string atomic`,
  CephFSPersistentVolumeSource: `core.v1.CephFSPersistentVolumeSource
1! monitors []string atomic
2 path string
3 user string
4 secretFile string
5 secretRef SecretReference
6 readOnly bool`,
  CephFSVolumeSource: `core.v1.CephFSVolumeSource
1! monitors []string atomic
2 path string
3 user string
4 secretFile string
5 secretRef LocalObjectReference
6 readOnly bool`,
  CinderPersistentVolumeSource: `core.v1.CinderPersistentVolumeSource
1! volumeID string
2 fsType string
3 readOnly bool
4 secretRef SecretReference`,
  CinderVolumeSource: `core.v1.CinderVolumeSource
1! volumeID string
2 fsType string
3 readOnly bool
4 secretRef LocalObjectReference`,
  ClientIPConfig: `core.v1.ClientIPConfig
1* timeoutSeconds int32`,
  ClusterTrustBundleProjection: `core.v1.ClusterTrustBundleProjection
1* name string
2* signerName string
3 labelSelector LabelSelector
4! path string
5* optional bool`,
  ComponentCondition: `core.v1.ComponentCondition
1! type string
2! status string
3 message string
4 error string`,
  ComponentStatus: `core.v1.ComponentStatus kind
1 metadata ObjectMeta
2 conditions []ComponentCondition map=type patch=merge:type`,
  ComponentStatusList: `core.v1.ComponentStatusList kind
1 metadata ListMeta
2! items []ComponentStatus`,
  ConfigMap: `core.v1.ConfigMap kind
1 metadata ObjectMeta
2 data map:string
3 binaryData map:bytes
4* immutable bool`,
  ConfigMapEnvSource: `core.v1.ConfigMapEnvSource
1.1 name string
2* optional bool`,
  ConfigMapKeySelector: `core.v1.ConfigMapKeySelector atomic
1.1 name string
2! key string
3* optional bool`,
  ConfigMapList: `core.v1.ConfigMapList kind
1 metadata ListMeta
2! items []ConfigMap`,
  ConfigMapNodeConfigSource: `core.v1.ConfigMapNodeConfigSource
1! namespace string
2! name string
3 uid string
4 resourceVersion string
5! kubeletConfigKey string`,
  ConfigMapProjection: `core.v1.ConfigMapProjection
1.1 name string
2 items []KeyToPath atomic
4* optional bool`,
  ConfigMapVolumeSource: `core.v1.ConfigMapVolumeSource
1.1 name string
2 items []KeyToPath atomic
3* defaultMode int32
4* optional bool`,
  Container: `core.v1.Container
1! name string
2 image string
3 command []string atomic
4 args []string atomic
5 workingDir string
6 ports []ContainerPort map=containerPort,protocol patch=merge:containerPort
7 env []EnvVar map=name patch=merge:name
8 resources ResourceRequirements
9 volumeMounts []VolumeMount map=mountPath patch=merge:mountPath
10 livenessProbe Probe
11 readinessProbe Probe
12 lifecycle Lifecycle
13 terminationMessagePath string
14 imagePullPolicy string
15 securityContext SecurityContext
16 stdin bool
17 stdinOnce bool
18 tty bool
19 envFrom []EnvFromSource atomic
20 terminationMessagePolicy string
21 volumeDevices []VolumeDevice map=devicePath patch=merge:devicePath
22 startupProbe Probe
23 resizePolicy []ContainerResizePolicy atomic
24* restartPolicy string
25 restartPolicyRules []ContainerRestartRule atomic`,
  ContainerExtendedResourceRequest: `core.v1.ContainerExtendedResourceRequest
1! containerName string
2! resourceName string
3! requestName string`,
  ContainerImage: `core.v1.ContainerImage
1 names []string atomic
2 sizeBytes int64`,
  ContainerPort: `core.v1.ContainerPort
1 name string
2 hostPort int32
3! containerPort int32
4 protocol string default="TCP"
5 hostIP string`,
  ContainerResizePolicy: `core.v1.ContainerResizePolicy
1! resourceName string
2! restartPolicy string`,
  ContainerRestartRule: `core.v1.ContainerRestartRule
1! action string
2 exitCodes ContainerRestartRuleOnExitCodes`,
  ContainerRestartRuleOnExitCodes: `core.v1.ContainerRestartRuleOnExitCodes
1! operator string
2 values []int32 set`,
  ContainerState: `core.v1.ContainerState
1 waiting ContainerStateWaiting
2 running ContainerStateRunning
3 terminated ContainerStateTerminated`,
  ContainerStateRunning: `core.v1.ContainerStateRunning
1 startedAt time`,
  ContainerStateTerminated: `core.v1.ContainerStateTerminated
1! exitCode int32
2 signal int32
3 reason string
4 message string
5 startedAt time
6 finishedAt time
7 containerID string`,
  ContainerStateWaiting: `core.v1.ContainerStateWaiting
1 reason string
2 message string`,
  ContainerStatus: `core.v1.ContainerStatus
1! name string
2 state ContainerState
3 lastState ContainerState
4! ready bool
5! restartCount int32
6! image string
7! imageID string
8 containerID string
9* started bool
10 allocatedResources map:quantity
11 resources ResourceRequirements
12 volumeMounts []VolumeMountStatus map=mountPath patch=merge:mountPath
13 user ContainerUser
14 allocatedResourcesStatus []ResourceStatus map=name patch=merge:name
15* stopSignal string`,
  ContainerUser: `core.v1.ContainerUser
1 linux LinuxContainerUser`,
  DaemonEndpoint: `core.v1.DaemonEndpoint
1! Port int32`,
  DownwardAPIProjection: `core.v1.DownwardAPIProjection
1 items []DownwardAPIVolumeFile atomic`,
  DownwardAPIVolumeFile: `core.v1.DownwardAPIVolumeFile
1! path string
2 fieldRef ObjectFieldSelector
3 resourceFieldRef ResourceFieldSelector
4* mode int32`,
  DownwardAPIVolumeSource: `core.v1.DownwardAPIVolumeSource
1 items []DownwardAPIVolumeFile atomic
2* defaultMode int32`,
  EmptyDirVolumeSource: `core.v1.EmptyDirVolumeSource
1 medium string
2 sizeLimit quantity`,
  EndpointAddress: `core.v1.EndpointAddress atomic
1! ip string
2 targetRef ObjectReference
3 hostname string
4* nodeName string`,
  CoreV1EndpointPort: `core.v1.EndpointPort atomic
1 name string
2! port int32
3 protocol string
4* appProtocol string`,
  EndpointSubset: `core.v1.EndpointSubset
1 addresses []EndpointAddress atomic
2 notReadyAddresses []EndpointAddress atomic
3 ports []CoreV1EndpointPort atomic`,
  Endpoints: `core.v1.Endpoints kind
1 metadata ObjectMeta
2 subsets []EndpointSubset atomic`,
  EndpointsList: `core.v1.EndpointsList kind
1 metadata ListMeta
2! items []Endpoints`,
  EnvFromSource: `core.v1.EnvFromSource
1 prefix string
2 configMapRef ConfigMapEnvSource
3 secretRef SecretEnvSource`,
  EnvVar: `core.v1.EnvVar
1! name string
2 value string
3 valueFrom EnvVarSource`,
  EnvVarSource: `core.v1.EnvVarSource
1 fieldRef ObjectFieldSelector
2 resourceFieldRef ResourceFieldSelector
3 configMapKeyRef ConfigMapKeySelector
4 secretKeyRef SecretKeySelector
5 fileKeyRef FileKeySelector`,
  EphemeralContainer: `core.v1.EphemeralContainer
1.1! name string
1.2 image string
1.3 command []string atomic
1.4 args []string atomic
1.5 workingDir string
1.6 ports []ContainerPort map=containerPort,protocol patch=merge:containerPort
1.7 env []EnvVar map=name patch=merge:name
1.8 resources ResourceRequirements
1.9 volumeMounts []VolumeMount map=mountPath patch=merge:mountPath
1.10 livenessProbe Probe
1.11 readinessProbe Probe
1.12 lifecycle Lifecycle
1.13 terminationMessagePath string
1.14 imagePullPolicy string
1.15 securityContext SecurityContext
1.16 stdin bool
1.17 stdinOnce bool
1.18 tty bool
1.19 envFrom []EnvFromSource atomic
1.20 terminationMessagePolicy string
1.21 volumeDevices []VolumeDevice map=devicePath patch=merge:devicePath
1.22 startupProbe Probe
1.23 resizePolicy []ContainerResizePolicy atomic
1.24* restartPolicy string
1.25 restartPolicyRules []ContainerRestartRule atomic
2 targetContainerName string`,
  EphemeralVolumeSource: `core.v1.EphemeralVolumeSource
1 volumeClaimTemplate PersistentVolumeClaimTemplate`,
  Event: `core.v1.Event kind
1! metadata ObjectMeta
2! involvedObject ObjectReference
3 reason string
4 message string
5 source EventSource
6 firstTimestamp time
7 lastTimestamp time
8 count int32
9 type string
10 eventTime microTime
11 series EventSeries
12 action string
13 related ObjectReference
14 reportingComponent string
15 reportingInstance string`,
  EventList: `core.v1.EventList kind
1 metadata ListMeta
2! items []Event`,
  EventSeries: `core.v1.EventSeries
1 count int32
2 lastObservedTime microTime`,
  EventSource: `core.v1.EventSource
1 component string
2 host string`,
  ExecAction: `core.v1.ExecAction
1 command []string atomic`,
  FCVolumeSource: `core.v1.FCVolumeSource
1 targetWWNs []string atomic
2* lun int32
3 fsType string
4 readOnly bool
5 wwids []string atomic`,
  FileKeySelector: `core.v1.FileKeySelector atomic
1! volumeName string
2! path string
3! key string
4* optional bool`,
  FlexPersistentVolumeSource: `core.v1.FlexPersistentVolumeSource
1! driver string
2 fsType string
3 secretRef SecretReference
4 readOnly bool
5 options map:string`,
  FlexVolumeSource: `core.v1.FlexVolumeSource
1! driver string
2 fsType string
3 secretRef LocalObjectReference
4 readOnly bool
5 options map:string`,
  FlockerVolumeSource: `core.v1.FlockerVolumeSource
1 datasetName string
2 datasetUUID string`,
  GCEPersistentDiskVolumeSource: `core.v1.GCEPersistentDiskVolumeSource
1! pdName string
2 fsType string
3 partition int32
4 readOnly bool`,
  GRPCAction: `core.v1.GRPCAction
1! port int32
2* service string`,
  GitRepoVolumeSource: `core.v1.GitRepoVolumeSource
1! repository string
2 revision string
3 directory string`,
  GlusterfsPersistentVolumeSource: `core.v1.GlusterfsPersistentVolumeSource
1! endpoints string
2! path string
3 readOnly bool
4* endpointsNamespace string`,
  GlusterfsVolumeSource: `core.v1.GlusterfsVolumeSource
1! endpoints string
2! path string
3 readOnly bool`,
  HTTPGetAction: `core.v1.HTTPGetAction
1 path string
2! port intOrString
3 host string
4 scheme string
5 httpHeaders []HTTPHeader atomic`,
  HTTPHeader: `core.v1.HTTPHeader
1! name string
2! value string`,
  HostAlias: `core.v1.HostAlias
1! ip string
2 hostnames []string atomic`,
  HostIP: `core.v1.HostIP
1! ip string`,
  HostPathVolumeSource: `core.v1.HostPathVolumeSource
1! path string
2* type string`,
  ISCSIPersistentVolumeSource: `core.v1.ISCSIPersistentVolumeSource
1! targetPortal string
2! iqn string
3! lun int32
4 iscsiInterface string default="default"
5 fsType string
6 readOnly bool
7 portals []string atomic
8 chapAuthDiscovery bool
10 secretRef SecretReference
11 chapAuthSession bool
12* initiatorName string`,
  ISCSIVolumeSource: `core.v1.ISCSIVolumeSource
1! targetPortal string
2! iqn string
3! lun int32
4 iscsiInterface string default="default"
5 fsType string
6 readOnly bool
7 portals []string atomic
8 chapAuthDiscovery bool
10 secretRef LocalObjectReference
11 chapAuthSession bool
12* initiatorName string`,
  ImageVolumeSource: `core.v1.ImageVolumeSource
1 reference string
2 pullPolicy string`,
  ImageVolumeStatus: `core.v1.ImageVolumeStatus
1! imageRef string`,
  KeyToPath: `core.v1.KeyToPath
1! key string
2! path string
3* mode int32`,
  Lifecycle: `core.v1.Lifecycle
1 postStart LifecycleHandler
2 preStop LifecycleHandler
3* stopSignal string`,
  LifecycleHandler: `core.v1.LifecycleHandler
1 exec ExecAction
2 httpGet HTTPGetAction
3 tcpSocket TCPSocketAction
4 sleep SleepAction`,
  LimitRange: `core.v1.LimitRange kind
1 metadata ObjectMeta
2 spec LimitRangeSpec`,
  LimitRangeItem: `core.v1.LimitRangeItem
1! type string
2 max map:quantity
3 min map:quantity
4 default map:quantity
5 defaultRequest map:quantity
6 maxLimitRequestRatio map:quantity`,
  LimitRangeList: `core.v1.LimitRangeList kind
1 metadata ListMeta
2! items []LimitRange`,
  LimitRangeSpec: `core.v1.LimitRangeSpec
1! limits []LimitRangeItem atomic`,
  LinuxContainerUser: `core.v1.LinuxContainerUser
1! uid int64
2! gid int64
3 supplementalGroups []int64 atomic`,
  LoadBalancerIngress: `core.v1.LoadBalancerIngress
1 ip string
2 hostname string
3* ipMode string
4 ports []PortStatus atomic`,
  LoadBalancerStatus: `core.v1.LoadBalancerStatus
1 ingress []LoadBalancerIngress atomic`,
  LocalObjectReference: `core.v1.LocalObjectReference atomic
1 name string`,
  LocalVolumeSource: `core.v1.LocalVolumeSource
1! path string
2* fsType string`,
  ModifyVolumeStatus: `core.v1.ModifyVolumeStatus
1 targetVolumeAttributesClassName string
2! status string`,
  NFSVolumeSource: `core.v1.NFSVolumeSource
1! server string
2! path string
3 readOnly bool`,
  Namespace: `core.v1.Namespace kind
1 metadata ObjectMeta
2 spec NamespaceSpec
3 status NamespaceStatus`,
  NamespaceCondition: `core.v1.NamespaceCondition
1! type string
2! status string
4 lastTransitionTime time
5 reason string
6 message string`,
  NamespaceList: `core.v1.NamespaceList kind
1 metadata ListMeta
2! items []Namespace`,
  NamespaceSpec: `core.v1.NamespaceSpec
1 finalizers []string atomic`,
  NamespaceStatus: `core.v1.NamespaceStatus
1 phase string
2 conditions []NamespaceCondition map=type patch=merge:type`,
  Node: `core.v1.Node kind
1 metadata ObjectMeta
2 spec NodeSpec
3 status NodeStatus`,
  NodeAddress: `core.v1.NodeAddress
1! type string
2! address string`,
  NodeAffinity: `core.v1.NodeAffinity
1 requiredDuringSchedulingIgnoredDuringExecution NodeSelector
2 preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm atomic`,
  NodeAllocatableResourceClaimStatus: `core.v1.NodeAllocatableResourceClaimStatus
1! resourceClaimName string
2 containers []string set
3! resources map:quantity`,
  NodeCondition: `core.v1.NodeCondition
1! type string
2! status string
3 lastHeartbeatTime time
4 lastTransitionTime time
5 reason string
6 message string`,
  NodeConfigSource: `core.v1.NodeConfigSource
2 configMap ConfigMapNodeConfigSource`,
  NodeConfigStatus: `core.v1.NodeConfigStatus
1 assigned NodeConfigSource
2 active NodeConfigSource
3 lastKnownGood NodeConfigSource
4 error string`,
  NodeDaemonEndpoints: `core.v1.NodeDaemonEndpoints
1 kubeletEndpoint DaemonEndpoint`,
  NodeFeatures: `core.v1.NodeFeatures
1* supplementalGroupsPolicy bool`,
  NodeList: `core.v1.NodeList kind
1 metadata ListMeta
2! items []Node`,
  NodeRuntimeHandler: `core.v1.NodeRuntimeHandler
1 name string
2 features NodeRuntimeHandlerFeatures`,
  NodeRuntimeHandlerFeatures: `core.v1.NodeRuntimeHandlerFeatures
1* recursiveReadOnlyMounts bool
2* userNamespaces bool`,
  NodeSelector: `core.v1.NodeSelector atomic
1! nodeSelectorTerms []NodeSelectorTerm atomic`,
  NodeSelectorRequirement: `core.v1.NodeSelectorRequirement
1! key string
2! operator string
3 values []string atomic`,
  NodeSelectorTerm: `core.v1.NodeSelectorTerm atomic
1 matchExpressions []NodeSelectorRequirement atomic
2 matchFields []NodeSelectorRequirement atomic`,
  NodeSpec: `core.v1.NodeSpec
1 podCIDR string
2 externalID string
3 providerID string
4 unschedulable bool
5 taints []Taint atomic
6 configSource NodeConfigSource
7 podCIDRs []string set`,
  NodeStatus: `core.v1.NodeStatus
1 capacity map:quantity
2 allocatable map:quantity
3 phase string
4 conditions []NodeCondition map=type patch=merge:type
5 addresses []NodeAddress map=type patch=merge:type
6 daemonEndpoints NodeDaemonEndpoints
7 nodeInfo NodeSystemInfo
8 images []ContainerImage atomic
9 volumesInUse []string atomic
10 volumesAttached []AttachedVolume atomic
11 config NodeConfigStatus
12 runtimeHandlers []NodeRuntimeHandler atomic
13 features NodeFeatures
14 declaredFeatures []string atomic`,
  NodeSwapStatus: `core.v1.NodeSwapStatus
1* capacity int64`,
  NodeSystemInfo: `core.v1.NodeSystemInfo
1! machineID string
2! systemUUID string
3! bootID string
4! kernelVersion string
5! osImage string
6! containerRuntimeVersion string
7! kubeletVersion string
8! kubeProxyVersion string
9! operatingSystem string
10! architecture string
11 swap NodeSwapStatus`,
  ObjectFieldSelector: `core.v1.ObjectFieldSelector atomic
1 apiVersion string
2! fieldPath string`,
  ObjectReference: `core.v1.ObjectReference atomic
1 kind string
2 namespace string
3 name string
4 uid string
5 apiVersion string
6 resourceVersion string
7 fieldPath string`,
  PersistentVolume: `core.v1.PersistentVolume kind
1 metadata ObjectMeta
2 spec PersistentVolumeSpec
3 status PersistentVolumeStatus`,
  PersistentVolumeClaim: `core.v1.PersistentVolumeClaim kind
1 metadata ObjectMeta
2 spec PersistentVolumeClaimSpec
3 status PersistentVolumeClaimStatus`,
  PersistentVolumeClaimCondition: `core.v1.PersistentVolumeClaimCondition
1! type string
2! status string
3 lastProbeTime time
4 lastTransitionTime time
5 reason string
6 message string`,
  PersistentVolumeClaimList: `core.v1.PersistentVolumeClaimList kind
1 metadata ListMeta
2! items []PersistentVolumeClaim`,
  PersistentVolumeClaimSpec: `core.v1.PersistentVolumeClaimSpec
1 accessModes []string atomic
2 resources VolumeResourceRequirements
3 volumeName string
4 selector LabelSelector
5* storageClassName string
6* volumeMode string
7 dataSource TypedLocalObjectReference
8 dataSourceRef TypedObjectReference
9* volumeAttributesClassName string`,
  PersistentVolumeClaimStatus: `core.v1.PersistentVolumeClaimStatus
1 phase string
2 accessModes []string atomic
3 capacity map:quantity
4 conditions []PersistentVolumeClaimCondition map=type patch=merge:type
5 allocatedResources map:quantity
7 allocatedResourceStatuses map:string
8* currentVolumeAttributesClassName string
9 modifyVolumeStatus ModifyVolumeStatus`,
  PersistentVolumeClaimTemplate: `core.v1.PersistentVolumeClaimTemplate
1 metadata ObjectMeta
2! spec PersistentVolumeClaimSpec`,
  PersistentVolumeClaimVolumeSource: `core.v1.PersistentVolumeClaimVolumeSource
1! claimName string
2 readOnly bool`,
  PersistentVolumeList: `core.v1.PersistentVolumeList kind
1 metadata ListMeta
2! items []PersistentVolume`,
  PersistentVolumeSpec: `core.v1.PersistentVolumeSpec
1 capacity map:quantity
2.1 gcePersistentDisk GCEPersistentDiskVolumeSource
2.2 awsElasticBlockStore AWSElasticBlockStoreVolumeSource
2.3 hostPath HostPathVolumeSource
2.4 glusterfs GlusterfsPersistentVolumeSource
2.5 nfs NFSVolumeSource
2.6 rbd RBDPersistentVolumeSource
2.7 iscsi ISCSIPersistentVolumeSource
2.8 cinder CinderPersistentVolumeSource
2.9 cephfs CephFSPersistentVolumeSource
2.10 fc FCVolumeSource
2.11 flocker FlockerVolumeSource
2.12 flexVolume FlexPersistentVolumeSource
2.13 azureFile AzureFilePersistentVolumeSource
2.14 vsphereVolume VsphereVirtualDiskVolumeSource
2.15 quobyte QuobyteVolumeSource
2.16 azureDisk AzureDiskVolumeSource
2.17 photonPersistentDisk PhotonPersistentDiskVolumeSource
2.18 portworxVolume PortworxVolumeSource
2.19 scaleIO ScaleIOPersistentVolumeSource
2.20 local LocalVolumeSource
2.21 storageos StorageOSPersistentVolumeSource
2.22 csi CSIPersistentVolumeSource
3 accessModes []string atomic
4 claimRef ObjectReference
5 persistentVolumeReclaimPolicy string
6 storageClassName string
7 mountOptions []string atomic
8* volumeMode string
9 nodeAffinity VolumeNodeAffinity
10* volumeAttributesClassName string`,
  PersistentVolumeStatus: `core.v1.PersistentVolumeStatus
1 phase string
2 message string
3 reason string
4 lastPhaseTransitionTime time`,
  PhotonPersistentDiskVolumeSource: `core.v1.PhotonPersistentDiskVolumeSource
1! pdID string
2 fsType string`,
  Pod: `core.v1.Pod kind
1 metadata ObjectMeta
2 spec PodSpec
3 status PodStatus`,
  PodAffinity: `core.v1.PodAffinity
1 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm atomic
2 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm atomic`,
  PodAffinityTerm: `core.v1.PodAffinityTerm
1 labelSelector LabelSelector
2 namespaces []string atomic
3! topologyKey string
4 namespaceSelector LabelSelector
5 matchLabelKeys []string atomic
6 mismatchLabelKeys []string atomic`,
  PodAntiAffinity: `core.v1.PodAntiAffinity
1 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm atomic
2 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm atomic`,
  PodCertificateProjection: `core.v1.PodCertificateProjection
1! signerName string
2! keyType string
3* maxExpirationSeconds int32
4 credentialBundlePath string
5 keyPath string
6 certificateChainPath string
7 userAnnotations map:string`,
  PodCondition: `core.v1.PodCondition
1! type string
2! status string
3 lastProbeTime time
4 lastTransitionTime time
5 reason string
6 message string
7 observedGeneration int64`,
  PodDNSConfig: `core.v1.PodDNSConfig
1 nameservers []string atomic
2 searches []string atomic
3 options []PodDNSConfigOption atomic`,
  PodDNSConfigOption: `core.v1.PodDNSConfigOption
1 name string
2 value string`,
  PodExtendedResourceClaimStatus: `core.v1.PodExtendedResourceClaimStatus
1! requestMappings []ContainerExtendedResourceRequest atomic
2! resourceClaimName string`,
  PodIP: `core.v1.PodIP
1! ip string`,
  PodList: `core.v1.PodList kind
1 metadata ListMeta
2! items []Pod`,
  PodOS: `core.v1.PodOS
1! name string`,
  PodReadinessGate: `core.v1.PodReadinessGate
1! conditionType string`,
  PodResourceClaim: `core.v1.PodResourceClaim
1! name string
3* resourceClaimName string
4* resourceClaimTemplateName string`,
  PodResourceClaimStatus: `core.v1.PodResourceClaimStatus
1! name string
2* resourceClaimName string`,
  PodSchedulingGate: `core.v1.PodSchedulingGate
1! name string`,
  PodSchedulingGroup: `core.v1.PodSchedulingGroup
1* podGroupName string`,
  PodSecurityContext: `core.v1.PodSecurityContext
1 seLinuxOptions SELinuxOptions
2* runAsUser int64
3* runAsNonRoot bool
4 supplementalGroups []int64 atomic
5* fsGroup int64
6* runAsGroup int64
7 sysctls []Sysctl atomic
8 windowsOptions WindowsSecurityContextOptions
9* fsGroupChangePolicy string
10 seccompProfile SeccompProfile
11 appArmorProfile AppArmorProfile
12* supplementalGroupsPolicy string
13* seLinuxChangePolicy string`,
  PodSpec: `core.v1.PodSpec
1 volumes []Volume map=name patch=merge,retainKeys:name
2! containers []Container map=name patch=merge:name
3 restartPolicy string
4* terminationGracePeriodSeconds int64
5* activeDeadlineSeconds int64
6 dnsPolicy string
7 nodeSelector map:string atomic
8 serviceAccountName string
9 serviceAccount string
10 nodeName string
11 hostNetwork bool
12 hostPID bool
13 hostIPC bool
14 securityContext PodSecurityContext
15 imagePullSecrets []LocalObjectReference map=name patch=merge:name
16 hostname string
17 subdomain string
18 affinity Affinity
19 schedulerName string
20 initContainers []Container map=name patch=merge:name
21* automountServiceAccountToken bool
22 tolerations []Toleration atomic
23 hostAliases []HostAlias map=ip patch=merge:ip
24 priorityClassName string
25* priority int32
26 dnsConfig PodDNSConfig
27* shareProcessNamespace bool
28 readinessGates []PodReadinessGate atomic
29* runtimeClassName string
30* enableServiceLinks bool
31* preemptionPolicy string
32 overhead map:quantity
33 topologySpreadConstraints []TopologySpreadConstraint map=topologyKey,whenUnsatisfiable patch=merge:topologyKey
34 ephemeralContainers []EphemeralContainer map=name patch=merge:name
35* setHostnameAsFQDN bool
36 os PodOS
37* hostUsers bool
38 schedulingGates []PodSchedulingGate map=name patch=merge:name
39 resourceClaims []PodResourceClaim map=name patch=merge,retainKeys:name
40 resources ResourceRequirements
41* hostnameOverride string
43 schedulingGroup PodSchedulingGroup`,
  PodStatus: `core.v1.PodStatus
1 phase string
2 conditions []PodCondition map=type patch=merge:type
3 message string
4 reason string
5 hostIP string
6 podIP string
7 startTime time
8 containerStatuses []ContainerStatus atomic
9 qosClass string
10 initContainerStatuses []ContainerStatus atomic
11 nominatedNodeName string
12 podIPs []PodIP map=ip
13 ephemeralContainerStatuses []ContainerStatus atomic
14 resize string
15 resourceClaimStatuses []PodResourceClaimStatus map=name patch=merge,retainKeys:name
16 hostIPs []HostIP atomic
17 observedGeneration int64
18 extendedResourceClaimStatus PodExtendedResourceClaimStatus
19 allocatedResources map:quantity
20 resources ResourceRequirements
21 nodeAllocatableResourceClaimStatuses []NodeAllocatableResourceClaimStatus map=resourceClaimName patch=merge:resourceClaimName`,
  PodTemplate: `core.v1.PodTemplate kind
1 metadata ObjectMeta
2 template PodTemplateSpec`,
  PodTemplateList: `core.v1.PodTemplateList kind
1 metadata ListMeta
2! items []PodTemplate`,
  PodTemplateSpec: `core.v1.PodTemplateSpec
1 metadata ObjectMeta
2 spec PodSpec`,
  PortStatus: `core.v1.PortStatus
1! port int32
2! protocol string
3* error string`,
  PortworxVolumeSource: `core.v1.PortworxVolumeSource
1! volumeID string
2 fsType string
3 readOnly bool`,
  PreferredSchedulingTerm: `core.v1.PreferredSchedulingTerm
1! weight int32
2! preference NodeSelectorTerm`,
  Probe: `core.v1.Probe
1.1 exec ExecAction
1.2 httpGet HTTPGetAction
1.3 tcpSocket TCPSocketAction
1.4 grpc GRPCAction
2 initialDelaySeconds int32
3 timeoutSeconds int32
4 periodSeconds int32
5 successThreshold int32
6 failureThreshold int32
7* terminationGracePeriodSeconds int64`,
  ProjectedVolumeSource: `core.v1.ProjectedVolumeSource
1 sources []VolumeProjection atomic
2* defaultMode int32`,
  QuobyteVolumeSource: `core.v1.QuobyteVolumeSource
1! registry string
2! volume string
3 readOnly bool
4 user string
5 group string
6 tenant string`,
  RBDPersistentVolumeSource: `core.v1.RBDPersistentVolumeSource
1! monitors []string atomic
2! image string
3 fsType string
4 pool string default="rbd"
5 user string default="admin"
6 keyring string default="/etc/ceph/keyring"
7 secretRef SecretReference
8 readOnly bool`,
  RBDVolumeSource: `core.v1.RBDVolumeSource
1! monitors []string atomic
2! image string
3 fsType string
4 pool string default="rbd"
5 user string default="admin"
6 keyring string default="/etc/ceph/keyring"
7 secretRef LocalObjectReference
8 readOnly bool`,
  ReplicationController: `core.v1.ReplicationController kind
1 metadata ObjectMeta
2 spec ReplicationControllerSpec
3 status ReplicationControllerStatus`,
  ReplicationControllerCondition: `core.v1.ReplicationControllerCondition
1! type string
2! status string
3 lastTransitionTime time
4 reason string
5 message string`,
  ReplicationControllerList: `core.v1.ReplicationControllerList kind
1 metadata ListMeta
2! items []ReplicationController`,
  ReplicationControllerSpec: `core.v1.ReplicationControllerSpec
1* replicas int32 default=1
2 selector map:string atomic
3 template PodTemplateSpec
4 minReadySeconds int32`,
  ReplicationControllerStatus: `core.v1.ReplicationControllerStatus
1! replicas int32
2 fullyLabeledReplicas int32
3 observedGeneration int64
4 readyReplicas int32
5 availableReplicas int32
6 conditions []ReplicationControllerCondition map=type patch=merge:type`,
  CoreV1ResourceClaim: `core.v1.ResourceClaim
1! name string
2 request string`,
  ResourceFieldSelector: `core.v1.ResourceFieldSelector atomic
1 containerName string
2! resource string
3 divisor quantity`,
  ResourceHealth: `core.v1.ResourceHealth
1! resourceID string
2 health string
6* message string`,
  ResourceQuota: `core.v1.ResourceQuota kind
1 metadata ObjectMeta
2 spec ResourceQuotaSpec
3 status ResourceQuotaStatus`,
  ResourceQuotaList: `core.v1.ResourceQuotaList kind
1 metadata ListMeta
2! items []ResourceQuota`,
  ResourceQuotaSpec: `core.v1.ResourceQuotaSpec
1 hard map:quantity
2 scopes []string atomic
3 scopeSelector ScopeSelector`,
  ResourceQuotaStatus: `core.v1.ResourceQuotaStatus
1 hard map:quantity
2 used map:quantity`,
  ResourceRequirements: `core.v1.ResourceRequirements
1 limits map:quantity
2 requests map:quantity
3 claims []CoreV1ResourceClaim map=name`,
  ResourceStatus: `core.v1.ResourceStatus
1! name string
2 resources []ResourceHealth map=resourceID`,
  SELinuxOptions: `core.v1.SELinuxOptions
1 user string
2 role string
3 type string
4 level string`,
  ScaleIOPersistentVolumeSource: `core.v1.ScaleIOPersistentVolumeSource
1! gateway string
2! system string
3! secretRef SecretReference
4 sslEnabled bool
5 protectionDomain string
6 storagePool string
7 storageMode string default="ThinProvisioned"
8 volumeName string
9 fsType string default="xfs"
10 readOnly bool`,
  ScaleIOVolumeSource: `core.v1.ScaleIOVolumeSource
1! gateway string
2! system string
3! secretRef LocalObjectReference
4 sslEnabled bool
5 protectionDomain string
6 storagePool string
7 storageMode string default="ThinProvisioned"
8 volumeName string
9 fsType string default="xfs"
10 readOnly bool`,
  ScopeSelector: `core.v1.ScopeSelector atomic
1 matchExpressions []ScopedResourceSelectorRequirement atomic`,
  ScopedResourceSelectorRequirement: `core.v1.ScopedResourceSelectorRequirement
1! scopeName string
2! operator string
3 values []string atomic`,
  SeccompProfile: `core.v1.SeccompProfile
1! type string
2* localhostProfile string`,
  Secret: `core.v1.Secret kind
1 metadata ObjectMeta
2 data map:bytes
3 type string
4 stringData map:string
5* immutable bool`,
  SecretEnvSource: `core.v1.SecretEnvSource
1.1 name string
2* optional bool`,
  SecretKeySelector: `core.v1.SecretKeySelector atomic
1.1 name string
2! key string
3* optional bool`,
  SecretList: `core.v1.SecretList kind
1 metadata ListMeta
2! items []Secret`,
  SecretProjection: `core.v1.SecretProjection
1.1 name string
2 items []KeyToPath atomic
4* optional bool`,
  SecretReference: `core.v1.SecretReference atomic
1 name string
2 namespace string`,
  SecretVolumeSource: `core.v1.SecretVolumeSource
1 secretName string
2 items []KeyToPath atomic
3* defaultMode int32
4* optional bool`,
  SecurityContext: `core.v1.SecurityContext
1 capabilities Capabilities
2* privileged bool
3 seLinuxOptions SELinuxOptions
4* runAsUser int64
5* runAsNonRoot bool
6* readOnlyRootFilesystem bool
7* allowPrivilegeEscalation bool
8* runAsGroup int64
9* procMount string
10 windowsOptions WindowsSecurityContextOptions
11 seccompProfile SeccompProfile
12 appArmorProfile AppArmorProfile`,
  Service: `core.v1.Service kind
1 metadata ObjectMeta
2 spec ServiceSpec
3 status ServiceStatus`,
  ServiceAccount: `core.v1.ServiceAccount kind
1 metadata ObjectMeta
2 secrets []ObjectReference map=name patch=merge:name
3 imagePullSecrets []LocalObjectReference atomic
4* automountServiceAccountToken bool`,
  ServiceAccountList: `core.v1.ServiceAccountList kind
1 metadata ListMeta
2! items []ServiceAccount`,
  ServiceAccountTokenProjection: `core.v1.ServiceAccountTokenProjection
1 audience string
2* expirationSeconds int64
3! path string`,
  ServiceList: `core.v1.ServiceList kind
1 metadata ListMeta
2! items []Service`,
  ServicePort: `core.v1.ServicePort
1 name string
2 protocol string default="TCP"
3! port int32
4 targetPort intOrString
5 nodePort int32
6* appProtocol string`,
  ServiceSpec: `core.v1.ServiceSpec
1 ports []ServicePort map=port,protocol patch=merge:port
2 selector map:string atomic
3 clusterIP string
4 type string
5 externalIPs []string atomic
7 sessionAffinity string
8 loadBalancerIP string
9 loadBalancerSourceRanges []string atomic
10 externalName string
11 externalTrafficPolicy string
12 healthCheckNodePort int32
13 publishNotReadyAddresses bool
14 sessionAffinityConfig SessionAffinityConfig
17* ipFamilyPolicy string
18 clusterIPs []string atomic
19 ipFamilies []string atomic
20* allocateLoadBalancerNodePorts bool
21* loadBalancerClass string
22* internalTrafficPolicy string
23* trafficDistribution string`,
  ServiceStatus: `core.v1.ServiceStatus
1 loadBalancer LoadBalancerStatus
2 conditions []Condition map=type patch=merge:type`,
  SessionAffinityConfig: `core.v1.SessionAffinityConfig
1 clientIP ClientIPConfig`,
  SleepAction: `core.v1.SleepAction
1! seconds int64`,
  StorageOSPersistentVolumeSource: `core.v1.StorageOSPersistentVolumeSource
1 volumeName string
2 volumeNamespace string
3 fsType string
4 readOnly bool
5 secretRef ObjectReference`,
  StorageOSVolumeSource: `core.v1.StorageOSVolumeSource
1 volumeName string
2 volumeNamespace string
3 fsType string
4 readOnly bool
5 secretRef LocalObjectReference`,
  Sysctl: `core.v1.Sysctl
1! name string
2! value string`,
  TCPSocketAction: `core.v1.TCPSocketAction
1! port intOrString
2 host string`,
  Taint: `core.v1.Taint
1! key string
2 value string
3! effect string
4 timeAdded time`,
  Toleration: `core.v1.Toleration
1 key string
2 operator string
3 value string
4 effect string
5* tolerationSeconds int64`,
  TopologySelectorLabelRequirement: `core.v1.TopologySelectorLabelRequirement
1! key string
2! values []string atomic`,
  TopologySelectorTerm: `core.v1.TopologySelectorTerm atomic
1 matchLabelExpressions []TopologySelectorLabelRequirement atomic`,
  TopologySpreadConstraint: `core.v1.TopologySpreadConstraint
1! maxSkew int32
2! topologyKey string
3! whenUnsatisfiable string
4 labelSelector LabelSelector
5* minDomains int32
6* nodeAffinityPolicy string
7* nodeTaintsPolicy string
8 matchLabelKeys []string atomic`,
  TypedLocalObjectReference: `core.v1.TypedLocalObjectReference atomic
1* apiGroup string
2! kind string
3! name string`,
  TypedObjectReference: `core.v1.TypedObjectReference
1* apiGroup string
2! kind string
3! name string
4* namespace string`,
  Volume: `core.v1.Volume
1! name string
2.1 hostPath HostPathVolumeSource
2.2 emptyDir EmptyDirVolumeSource
2.3 gcePersistentDisk GCEPersistentDiskVolumeSource
2.4 awsElasticBlockStore AWSElasticBlockStoreVolumeSource
2.5 gitRepo GitRepoVolumeSource
2.6 secret SecretVolumeSource
2.7 nfs NFSVolumeSource
2.8 iscsi ISCSIVolumeSource
2.9 glusterfs GlusterfsVolumeSource
2.10 persistentVolumeClaim PersistentVolumeClaimVolumeSource
2.11 rbd RBDVolumeSource
2.12 flexVolume FlexVolumeSource
2.13 cinder CinderVolumeSource
2.14 cephfs CephFSVolumeSource
2.15 flocker FlockerVolumeSource
2.16 downwardAPI DownwardAPIVolumeSource
2.17 fc FCVolumeSource
2.18 azureFile AzureFileVolumeSource
2.19 configMap ConfigMapVolumeSource
2.20 vsphereVolume VsphereVirtualDiskVolumeSource
2.21 quobyte QuobyteVolumeSource
2.22 azureDisk AzureDiskVolumeSource
2.23 photonPersistentDisk PhotonPersistentDiskVolumeSource
2.24 portworxVolume PortworxVolumeSource
2.25 scaleIO ScaleIOVolumeSource
2.26 projected ProjectedVolumeSource
2.27 storageos StorageOSVolumeSource
2.28 csi CSIVolumeSource
2.29 ephemeral EphemeralVolumeSource
2.30 image ImageVolumeSource`,
  VolumeDevice: `core.v1.VolumeDevice
1! name string
2! devicePath string`,
  VolumeMount: `core.v1.VolumeMount
1! name string
2 readOnly bool
3! mountPath string
4 subPath string
5* mountPropagation string
6 subPathExpr string
7* recursiveReadOnly string`,
  VolumeMountStatus: `core.v1.VolumeMountStatus
1! name string
2! mountPath string
3 readOnly bool
4* recursiveReadOnly string
5 volumeStatus VolumeStatus`,
  VolumeNodeAffinity: `core.v1.VolumeNodeAffinity
1 required NodeSelector`,
  VolumeProjection: `core.v1.VolumeProjection
1 secret SecretProjection
2 downwardAPI DownwardAPIProjection
3 configMap ConfigMapProjection
4 serviceAccountToken ServiceAccountTokenProjection
5 clusterTrustBundle ClusterTrustBundleProjection
6 podCertificate PodCertificateProjection`,
  VolumeResourceRequirements: `core.v1.VolumeResourceRequirements
1 limits map:quantity
2 requests map:quantity`,
  VolumeStatus: `core.v1.VolumeStatus
1 image ImageVolumeStatus`,
  VsphereVirtualDiskVolumeSource: `core.v1.VsphereVirtualDiskVolumeSource
1! volumePath string
2 fsType string
3 storagePolicyName string
4 storagePolicyID string`,
  WeightedPodAffinityTerm: `core.v1.WeightedPodAffinityTerm
1! weight int32
2! podAffinityTerm PodAffinityTerm`,
  WindowsSecurityContextOptions: `core.v1.WindowsSecurityContextOptions
1* gmsaCredentialSpecName string
2* gmsaCredentialSpec string
3* runAsUserName string
4* hostProcess bool`,
  Endpoint: `discovery.v1.Endpoint
1! addresses []string set
2 conditions EndpointConditions
3* hostname string
4 targetRef ObjectReference
5 deprecatedTopology map:string
6* nodeName string
7* zone string
8 hints EndpointHints`,
  EndpointConditions: `discovery.v1.EndpointConditions
1* ready bool
2* serving bool
3* terminating bool`,
  EndpointHints: `discovery.v1.EndpointHints
1 forZones []ForZone atomic
2 forNodes []ForNode atomic`,
  EndpointPort: `discovery.v1.EndpointPort atomic
1* name string
2* protocol string
3* port int32
4* appProtocol string`,
  EndpointSlice: `discovery.v1.EndpointSlice kind
1 metadata ObjectMeta
2 endpoints []Endpoint atomic
3 ports []EndpointPort atomic
4! addressType string`,
  EndpointSliceList: `discovery.v1.EndpointSliceList kind
1 metadata ListMeta
2! items []EndpointSlice`,
  ForNode: `discovery.v1.ForNode
1! name string`,
  ForZone: `discovery.v1.ForZone
1! name string`,
  EventsV1Event: `events.v1.Event kind
1 metadata ObjectMeta
2! eventTime microTime
3 series EventsV1EventSeries
4 reportingController string
5 reportingInstance string
6 action string
7 reason string
8 regarding ObjectReference
9 related ObjectReference
10 note string
11 type string
12 deprecatedSource EventSource
13 deprecatedFirstTimestamp time
14 deprecatedLastTimestamp time
15 deprecatedCount int32`,
  EventsV1EventList: `events.v1.EventList kind
1 metadata ListMeta
2! items []EventsV1Event`,
  EventsV1EventSeries: `events.v1.EventSeries
1! count int32
2! lastObservedTime microTime`,
  ExemptPriorityLevelConfiguration: `flowcontrol.v1.ExemptPriorityLevelConfiguration
1* nominalConcurrencyShares int32
2* lendablePercent int32`,
  FlowDistinguisherMethod: `flowcontrol.v1.FlowDistinguisherMethod
1! type string`,
  FlowSchema: `flowcontrol.v1.FlowSchema kind
1 metadata ObjectMeta
2 spec FlowSchemaSpec
3 status FlowSchemaStatus`,
  FlowSchemaCondition: `flowcontrol.v1.FlowSchemaCondition
1 type string
2 status string
3 lastTransitionTime time
4 reason string
5 message string`,
  FlowSchemaList: `flowcontrol.v1.FlowSchemaList kind
1 metadata ListMeta
2! items []FlowSchema`,
  FlowSchemaSpec: `flowcontrol.v1.FlowSchemaSpec
1! priorityLevelConfiguration PriorityLevelConfigurationReference
2 matchingPrecedence int32
3 distinguisherMethod FlowDistinguisherMethod
4 rules []PolicyRulesWithSubjects atomic`,
  FlowSchemaStatus: `flowcontrol.v1.FlowSchemaStatus
1 conditions []FlowSchemaCondition map=type patch=merge:type`,
  GroupSubject: `flowcontrol.v1.GroupSubject
1! name string`,
  LimitResponse: `flowcontrol.v1.LimitResponse
1! type string
2 queuing QueuingConfiguration`,
  LimitedPriorityLevelConfiguration: `flowcontrol.v1.LimitedPriorityLevelConfiguration
1* nominalConcurrencyShares int32
2 limitResponse LimitResponse
3* lendablePercent int32
4* borrowingLimitPercent int32`,
  NonResourcePolicyRule: `flowcontrol.v1.NonResourcePolicyRule
1! verbs []string set
6! nonResourceURLs []string set`,
  PolicyRulesWithSubjects: `flowcontrol.v1.PolicyRulesWithSubjects
1! subjects []FlowcontrolV1Subject atomic
2 resourceRules []ResourcePolicyRule atomic
3 nonResourceRules []NonResourcePolicyRule atomic`,
  PriorityLevelConfiguration: `flowcontrol.v1.PriorityLevelConfiguration kind
1 metadata ObjectMeta
2 spec PriorityLevelConfigurationSpec
3 status PriorityLevelConfigurationStatus`,
  PriorityLevelConfigurationCondition: `flowcontrol.v1.PriorityLevelConfigurationCondition
1 type string
2 status string
3 lastTransitionTime time
4 reason string
5 message string`,
  PriorityLevelConfigurationList: `flowcontrol.v1.PriorityLevelConfigurationList kind
1 metadata ListMeta
2! items []PriorityLevelConfiguration`,
  PriorityLevelConfigurationReference: `flowcontrol.v1.PriorityLevelConfigurationReference
1! name string`,
  PriorityLevelConfigurationSpec: `flowcontrol.v1.PriorityLevelConfigurationSpec
1! type string
2 limited LimitedPriorityLevelConfiguration
3 exempt ExemptPriorityLevelConfiguration`,
  PriorityLevelConfigurationStatus: `flowcontrol.v1.PriorityLevelConfigurationStatus
1 conditions []PriorityLevelConfigurationCondition map=type patch=merge:type`,
  QueuingConfiguration: `flowcontrol.v1.QueuingConfiguration
1 queues int32
2 handSize int32
3 queueLengthLimit int32`,
  ResourcePolicyRule: `flowcontrol.v1.ResourcePolicyRule
1! verbs []string set
2! apiGroups []string set
3! resources []string set
4 clusterScope bool
5 namespaces []string set`,
  ServiceAccountSubject: `flowcontrol.v1.ServiceAccountSubject
1! namespace string
2! name string`,
  FlowcontrolV1Subject: `flowcontrol.v1.Subject
1! kind string
2 user UserSubject
3 group GroupSubject
4 serviceAccount ServiceAccountSubject`,
  UserSubject: `flowcontrol.v1.UserSubject
1! name string`,
  APIGroup: `meta.v1.APIGroup kind
1! name string
2! versions []GroupVersionForDiscovery
3 preferredVersion GroupVersionForDiscovery
4 serverAddressByClientCIDRs []ServerAddressByClientCIDR`,
  APIGroupList: `meta.v1.APIGroupList kind
1! groups []APIGroup`,
  APIResource: `meta.v1.APIResource
1! name string
2! namespaced bool
3! kind string
4! verbs strings
5 shortNames []string
6! singularName string
7 categories []string
8 group string
9 version string
10 storageVersionHash string`,
  APIResourceList: `meta.v1.APIResourceList kind
1! groupVersion string
2! resources []APIResource`,
  APIVersions: `meta.v1.APIVersions kind
1! versions []string
2! serverAddressByClientCIDRs []ServerAddressByClientCIDR`,
  ApplyOptions: `meta.v1.ApplyOptions kind
1 dryRun []string
2* force bool
3 fieldManager string`,
  Condition: `meta.v1.Condition
1! type string
2! status string
3 observedGeneration int64
4! lastTransitionTime time
5! reason string
6! message string`,
  CreateOptions: `meta.v1.CreateOptions kind
1 dryRun []string
3 fieldManager string
4 fieldValidation string`,
  DeleteOptions: `meta.v1.DeleteOptions kind
1* gracePeriodSeconds int64
2 preconditions Preconditions
3* orphanDependents bool
4* propagationPolicy string
5 dryRun []string atomic
6* ignoreStoreReadErrorWithClusterBreakingPotential bool`,
  FieldSelectorRequirement: `meta.v1.FieldSelectorRequirement
1! key string
2! operator string
3 values []string`,
  GetOptions: `meta.v1.GetOptions kind
1 resourceVersion string`,
  GroupKind: `meta.v1.GroupKind
1! group string
2! kind string`,
  GroupVersionForDiscovery: `meta.v1.GroupVersionForDiscovery
1! groupVersion string
2! version string`,
  GroupVersionKind: `meta.v1.GroupVersionKind
1! group string
2! version string
3! kind string`,
  GroupVersionResource: `meta.v1.GroupVersionResource
1! group string
2! version string
3! resource string`,
  LabelSelector: `meta.v1.LabelSelector atomic
1 matchLabels map:string
2 matchExpressions []LabelSelectorRequirement atomic`,
  LabelSelectorRequirement: `meta.v1.LabelSelectorRequirement
1! key string
2! operator string
3 values []string atomic`,
  List: `meta.v1.List kind
1 metadata ListMeta
2! items []raw`,
  ListMeta: `meta.v1.ListMeta
1 selfLink string
2 resourceVersion string
3 continue string
4* remainingItemCount int64
5 shardInfo ShardInfo`,
  ListOptions: `meta.v1.ListOptions kind
1 labelSelector string
2 fieldSelector string
3 watch bool
4 resourceVersion string
5* timeoutSeconds int64
7 limit int64
8 continue string
9 allowWatchBookmarks bool
10 resourceVersionMatch string
11* sendInitialEvents bool
15 shardSelector string`,
  ManagedFieldsEntry: `meta.v1.ManagedFieldsEntry
1 manager string
2 operation string
3 apiVersion string
4 time time
6 fieldsType string
7 fieldsV1 fieldSet
8 subresource string`,
  ObjectMeta: `meta.v1.ObjectMeta
1 name string
2 generateName string
3 namespace string
4 selfLink string
5 uid string
6 resourceVersion string
7 generation int64
8 creationTimestamp time
9 deletionTimestamp time
10* deletionGracePeriodSeconds int64
11 labels map:string
12 annotations map:string
13 ownerReferences []OwnerReference map=uid patch=merge:uid
14 finalizers []string set patch=merge
17 managedFields []ManagedFieldsEntry atomic`,
  OwnerReference: `meta.v1.OwnerReference atomic
1! kind string
3! name string
4! uid string
5! apiVersion string
6* controller bool
7* blockOwnerDeletion bool`,
  PartialObjectMetadata: `meta.v1.PartialObjectMetadata kind
1 metadata ObjectMeta`,
  PartialObjectMetadataList: `meta.v1.PartialObjectMetadataList kind
1 metadata ListMeta
2! items []PartialObjectMetadata`,
  PatchOptions: `meta.v1.PatchOptions kind
1 dryRun []string
2* force bool
3 fieldManager string
4 fieldValidation string`,
  Preconditions: `meta.v1.Preconditions
1* uid string
2* resourceVersion string`,
  ServerAddressByClientCIDR: `meta.v1.ServerAddressByClientCIDR
1! clientCIDR string
2! serverAddress string`,
  ShardInfo: `meta.v1.ShardInfo
1! selector string`,
  Status: `meta.v1.Status kind
1 metadata ListMeta
2 status string
3 message string
4 reason string
5 details StatusDetails
6 code int32`,
  StatusCause: `meta.v1.StatusCause
1 reason string
2 message string
3 field string`,
  StatusDetails: `meta.v1.StatusDetails
1 name string
2 group string
3 kind string
4 causes []StatusCause
5 retryAfterSeconds int32
6 uid string`,
  Table: `meta.v1.Table kind
 metadata ListMeta
! columnDefinitions []TableColumnDefinition
! rows []TableRow`,
  TableColumnDefinition: `meta.v1.TableColumnDefinition
! name string
! type string
! format string
! description string
! priority int32`,
  TableRow: `meta.v1.TableRow
! cells []any
 conditions []TableRowCondition
 object raw`,
  TableRowCondition: `meta.v1.TableRowCondition
! type string
! status string
 reason string
 message string`,
  UpdateOptions: `meta.v1.UpdateOptions kind
1 dryRun []string
2 fieldManager string
3 fieldValidation string`,
  WatchEvent: `meta.v1.WatchEvent
1! type string
2! object raw`,
  ContainerMetrics: `metrics.v1beta1.ContainerMetrics
1! name string
2! usage map:quantity`,
  NodeMetrics: `metrics.v1beta1.NodeMetrics kind
1 metadata ObjectMeta
2! timestamp time
3! window duration
4! usage map:quantity`,
  NodeMetricsList: `metrics.v1beta1.NodeMetricsList kind
1 metadata ListMeta
2! items []NodeMetrics`,
  PodMetrics: `metrics.v1beta1.PodMetrics kind
1 metadata ObjectMeta
2! timestamp time
3! window duration
4! containers []ContainerMetrics`,
  PodMetricsList: `metrics.v1beta1.PodMetricsList kind
1 metadata ListMeta
2! items []PodMetrics`,
  HTTPIngressPath: `networking.v1.HTTPIngressPath
1 path string
2! backend IngressBackend
3! pathType string`,
  HTTPIngressRuleValue: `networking.v1.HTTPIngressRuleValue
1! paths []HTTPIngressPath atomic`,
  IPAddress: `networking.v1.IPAddress kind
1 metadata ObjectMeta
2! spec IPAddressSpec`,
  IPAddressList: `networking.v1.IPAddressList kind
1 metadata ListMeta
2! items []IPAddress`,
  IPAddressSpec: `networking.v1.IPAddressSpec
1! parentRef ParentReference`,
  IPBlock: `networking.v1.IPBlock
1! cidr string
2 except []string atomic`,
  Ingress: `networking.v1.Ingress kind
1 metadata ObjectMeta
2 spec IngressSpec
3 status IngressStatus`,
  IngressBackend: `networking.v1.IngressBackend
3 resource TypedLocalObjectReference
4 service IngressServiceBackend`,
  IngressClass: `networking.v1.IngressClass kind
1 metadata ObjectMeta
2 spec IngressClassSpec`,
  IngressClassList: `networking.v1.IngressClassList kind
1 metadata ListMeta
2! items []IngressClass`,
  IngressClassParametersReference: `networking.v1.IngressClassParametersReference
1* apiGroup string
2! kind string
3! name string
4* scope string
5* namespace string`,
  IngressClassSpec: `networking.v1.IngressClassSpec
1 controller string
2 parameters IngressClassParametersReference`,
  IngressList: `networking.v1.IngressList kind
1 metadata ListMeta
2! items []Ingress`,
  IngressLoadBalancerIngress: `networking.v1.IngressLoadBalancerIngress
1 ip string
2 hostname string
4 ports []IngressPortStatus atomic`,
  IngressLoadBalancerStatus: `networking.v1.IngressLoadBalancerStatus
1 ingress []IngressLoadBalancerIngress atomic`,
  IngressPortStatus: `networking.v1.IngressPortStatus
1! port int32
2! protocol string
3* error string`,
  IngressRule: `networking.v1.IngressRule
1 host string
2.1 http HTTPIngressRuleValue`,
  IngressServiceBackend: `networking.v1.IngressServiceBackend
1! name string
2 port ServiceBackendPort`,
  IngressSpec: `networking.v1.IngressSpec
1 defaultBackend IngressBackend
2 tls []IngressTLS atomic
3 rules []IngressRule atomic
4* ingressClassName string`,
  IngressStatus: `networking.v1.IngressStatus
1 loadBalancer IngressLoadBalancerStatus`,
  IngressTLS: `networking.v1.IngressTLS
1 hosts []string atomic
2 secretName string`,
  NetworkPolicy: `networking.v1.NetworkPolicy kind
1 metadata ObjectMeta
2 spec NetworkPolicySpec`,
  NetworkPolicyEgressRule: `networking.v1.NetworkPolicyEgressRule
1 ports []NetworkPolicyPort atomic
2 to []NetworkPolicyPeer atomic`,
  NetworkPolicyIngressRule: `networking.v1.NetworkPolicyIngressRule
1 ports []NetworkPolicyPort atomic
2 from []NetworkPolicyPeer atomic`,
  NetworkPolicyList: `networking.v1.NetworkPolicyList kind
1 metadata ListMeta
2! items []NetworkPolicy`,
  NetworkPolicyPeer: `networking.v1.NetworkPolicyPeer
1 podSelector LabelSelector
2 namespaceSelector LabelSelector
3 ipBlock IPBlock`,
  NetworkPolicyPort: `networking.v1.NetworkPolicyPort
1* protocol string
2 port intOrString
3* endPort int32`,
  NetworkPolicySpec: `networking.v1.NetworkPolicySpec
1 podSelector LabelSelector
2 ingress []NetworkPolicyIngressRule atomic
3 egress []NetworkPolicyEgressRule atomic
4 policyTypes []string atomic`,
  ParentReference: `networking.v1.ParentReference
1 group string
2! resource string
3 namespace string
4! name string`,
  ServiceBackendPort: `networking.v1.ServiceBackendPort atomic
1 name string
2 number int32`,
  ServiceCIDR: `networking.v1.ServiceCIDR kind
1 metadata ObjectMeta
2 spec ServiceCIDRSpec
3 status ServiceCIDRStatus`,
  ServiceCIDRList: `networking.v1.ServiceCIDRList kind
1 metadata ListMeta
2! items []ServiceCIDR`,
  ServiceCIDRSpec: `networking.v1.ServiceCIDRSpec
1 cidrs []string atomic`,
  ServiceCIDRStatus: `networking.v1.ServiceCIDRStatus
1 conditions []Condition map=type patch=merge:type`,
  Overhead: `node.v1.Overhead
1 podFixed map:quantity`,
  RuntimeClass: `node.v1.RuntimeClass kind
1 metadata ObjectMeta
2! handler string
3 overhead Overhead
4 scheduling Scheduling`,
  RuntimeClassList: `node.v1.RuntimeClassList kind
1 metadata ListMeta
2! items []RuntimeClass`,
  Scheduling: `node.v1.Scheduling
1 nodeSelector map:string atomic
2 tolerations []Toleration atomic`,
  Eviction: `policy.v1.Eviction kind
1 metadata ObjectMeta
2 deleteOptions DeleteOptions`,
  PodDisruptionBudget: `policy.v1.PodDisruptionBudget kind
1 metadata ObjectMeta
2 spec PodDisruptionBudgetSpec
3 status PodDisruptionBudgetStatus`,
  PodDisruptionBudgetList: `policy.v1.PodDisruptionBudgetList kind
1 metadata ListMeta
2! items []PodDisruptionBudget`,
  PodDisruptionBudgetSpec: `policy.v1.PodDisruptionBudgetSpec
1 minAvailable intOrString
2 selector LabelSelector patch=replace
3 maxUnavailable intOrString
4* unhealthyPodEvictionPolicy string`,
  PodDisruptionBudgetStatus: `policy.v1.PodDisruptionBudgetStatus
1 observedGeneration int64
2 disruptedPods map:time
3 disruptionsAllowed int32
4 currentHealthy int32
5 desiredHealthy int32
6 expectedPods int32
7 conditions []Condition map=type patch=merge:type`,
  AggregationRule: `rbac.v1.AggregationRule
1 clusterRoleSelectors []LabelSelector atomic`,
  ClusterRole: `rbac.v1.ClusterRole kind
1 metadata ObjectMeta
2 rules []PolicyRule atomic
3 aggregationRule AggregationRule`,
  ClusterRoleBinding: `rbac.v1.ClusterRoleBinding kind
1 metadata ObjectMeta
2 subjects []Subject atomic
3! roleRef RoleRef`,
  ClusterRoleBindingList: `rbac.v1.ClusterRoleBindingList kind
1 metadata ListMeta
2! items []ClusterRoleBinding`,
  ClusterRoleList: `rbac.v1.ClusterRoleList kind
1 metadata ListMeta
2! items []ClusterRole`,
  PolicyRule: `rbac.v1.PolicyRule
1! verbs []string atomic
2 apiGroups []string atomic
3 resources []string atomic
4 resourceNames []string atomic
5 nonResourceURLs []string atomic`,
  Role: `rbac.v1.Role kind
1 metadata ObjectMeta
2 rules []PolicyRule atomic`,
  RoleBinding: `rbac.v1.RoleBinding kind
1 metadata ObjectMeta
2 subjects []Subject atomic
3! roleRef RoleRef`,
  RoleBindingList: `rbac.v1.RoleBindingList kind
1 metadata ListMeta
2! items []RoleBinding`,
  RoleList: `rbac.v1.RoleList kind
1 metadata ListMeta
2! items []Role`,
  RoleRef: `rbac.v1.RoleRef atomic
1* apiGroup string
2! kind string
3! name string`,
  Subject: `rbac.v1.Subject atomic
1! kind string
2 apiGroup string
3! name string
4 namespace string`,
  AllocatedDeviceStatus: `resource.v1.AllocatedDeviceStatus
1! driver string
2! pool string
3! device string
4 conditions []Condition map=type
5 data raw
6 networkData NetworkDeviceData
7* shareID string`,
  AllocationResult: `resource.v1.AllocationResult
1 devices DeviceAllocationResult
3 nodeSelector NodeSelector
5 allocationTimestamp time`,
  CELDeviceSelector: `resource.v1.CELDeviceSelector
1! expression string`,
  CapacityRequestPolicy: `resource.v1.CapacityRequestPolicy
1 default quantity
3 validValues []quantity atomic
4 validRange CapacityRequestPolicyRange`,
  CapacityRequestPolicyRange: `resource.v1.CapacityRequestPolicyRange
1! min quantity
2 max quantity
3 step quantity`,
  CapacityRequirements: `resource.v1.CapacityRequirements
1 requests map:quantity`,
  Counter: `resource.v1.Counter
1! value quantity`,
  CounterSet: `resource.v1.CounterSet
1! name string
2! counters map:Counter`,
  Device: `resource.v1.Device
1! name string
2 attributes map:DeviceAttribute
3 capacity map:DeviceCapacity
4 consumesCounters []DeviceCounterConsumption atomic
5* nodeName string
6 nodeSelector NodeSelector
7* allNodes bool
8 taints []DeviceTaint atomic
9* bindsToNode bool
10 bindingConditions []string atomic
11 bindingFailureConditions []string atomic
12* allowMultipleAllocations bool
13 nodeAllocatableResourceMappings map:NodeAllocatableResourceMapping`,
  DeviceAllocationConfiguration: `resource.v1.DeviceAllocationConfiguration
1! source string
2 requests []string atomic
3.1 opaque OpaqueDeviceConfiguration`,
  DeviceAllocationResult: `resource.v1.DeviceAllocationResult
1 results []DeviceRequestAllocationResult atomic
2 config []DeviceAllocationConfiguration atomic`,
  DeviceAttribute: `resource.v1.DeviceAttribute
2* int int64
3* bool bool
4* string string
5* version string
6 ints []int64 atomic
7 bools []bool atomic
8 strings []string atomic
9 versions []string atomic`,
  DeviceCapacity: `resource.v1.DeviceCapacity
1! value quantity
2 requestPolicy CapacityRequestPolicy`,
  DeviceClaim: `resource.v1.DeviceClaim
1 requests []DeviceRequest atomic
2 constraints []DeviceConstraint atomic
3 config []DeviceClaimConfiguration atomic`,
  DeviceClaimConfiguration: `resource.v1.DeviceClaimConfiguration
1 requests []string atomic
2.1 opaque OpaqueDeviceConfiguration`,
  DeviceClass: `resource.v1.DeviceClass kind
1 metadata ObjectMeta
2! spec DeviceClassSpec`,
  DeviceClassConfiguration: `resource.v1.DeviceClassConfiguration
1.1 opaque OpaqueDeviceConfiguration`,
  DeviceClassList: `resource.v1.DeviceClassList kind
1 metadata ListMeta
2! items []DeviceClass`,
  DeviceClassSpec: `resource.v1.DeviceClassSpec
1 selectors []DeviceSelector atomic
2 config []DeviceClassConfiguration atomic
4* extendedResourceName string`,
  DeviceConstraint: `resource.v1.DeviceConstraint
1 requests []string atomic
2* matchAttribute string
3* distinctAttribute string`,
  DeviceCounterConsumption: `resource.v1.DeviceCounterConsumption
1! counterSet string
2! counters map:Counter`,
  DeviceRequest: `resource.v1.DeviceRequest
1! name string
2 exactly ExactDeviceRequest
3 firstAvailable []DeviceSubRequest atomic`,
  DeviceRequestAllocationResult: `resource.v1.DeviceRequestAllocationResult
1! request string
2! driver string
3! pool string
4! device string
5* adminAccess bool
6 tolerations []DeviceToleration atomic
7 bindingConditions []string atomic
8 bindingFailureConditions []string atomic
9* shareID string
10 consumedCapacity map:quantity`,
  DeviceSelector: `resource.v1.DeviceSelector
1 cel CELDeviceSelector`,
  DeviceSubRequest: `resource.v1.DeviceSubRequest
1! name string
2! deviceClassName string
3 selectors []DeviceSelector atomic
4 allocationMode string
5 count int64
6 tolerations []DeviceToleration atomic
7 capacity CapacityRequirements`,
  DeviceTaint: `resource.v1.DeviceTaint
1! key string
2 value string
3! effect string
4 timeAdded time`,
  DeviceToleration: `resource.v1.DeviceToleration
1 key string
2 operator string default="Equal"
3 value string
4 effect string
5* tolerationSeconds int64`,
  ExactDeviceRequest: `resource.v1.ExactDeviceRequest
1! deviceClassName string
2 selectors []DeviceSelector atomic
3 allocationMode string
4 count int64
5* adminAccess bool
6 tolerations []DeviceToleration atomic
7 capacity CapacityRequirements`,
  NetworkDeviceData: `resource.v1.NetworkDeviceData
1 interfaceName string
2 ips []string atomic
3 hardwareAddress string`,
  NodeAllocatableResourceMapping: `resource.v1.NodeAllocatableResourceMapping
1* capacityKey string
2* allocationMultiplier quantity`,
  OpaqueDeviceConfiguration: `resource.v1.OpaqueDeviceConfiguration
1! driver string
2! parameters raw`,
  ResourceClaim: `resource.v1.ResourceClaim kind
1 metadata ObjectMeta
2! spec ResourceClaimSpec
3 status ResourceClaimStatus`,
  ResourceClaimConsumerReference: `resource.v1.ResourceClaimConsumerReference
1 apiGroup string
3! resource string
4! name string
5! uid string`,
  ResourceClaimList: `resource.v1.ResourceClaimList kind
1 metadata ListMeta
2! items []ResourceClaim`,
  ResourceClaimSpec: `resource.v1.ResourceClaimSpec
1 devices DeviceClaim`,
  ResourceClaimStatus: `resource.v1.ResourceClaimStatus
1 allocation AllocationResult
2 reservedFor []ResourceClaimConsumerReference map=uid
4 devices []AllocatedDeviceStatus map=driver,device,pool,shareID`,
  ResourceClaimTemplate: `resource.v1.ResourceClaimTemplate kind
1 metadata ObjectMeta
2! spec ResourceClaimTemplateSpec`,
  ResourceClaimTemplateList: `resource.v1.ResourceClaimTemplateList kind
1 metadata ListMeta
2! items []ResourceClaimTemplate`,
  ResourceClaimTemplateSpec: `resource.v1.ResourceClaimTemplateSpec
1 metadata ObjectMeta
2! spec ResourceClaimSpec`,
  ResourcePool: `resource.v1.ResourcePool
1! name string
2! generation int64
3! resourceSliceCount int64`,
  ResourceSlice: `resource.v1.ResourceSlice kind
1 metadata ObjectMeta
2! spec ResourceSliceSpec`,
  ResourceSliceList: `resource.v1.ResourceSliceList kind
1 metadata ListMeta
2! items []ResourceSlice`,
  ResourceSliceSpec: `resource.v1.ResourceSliceSpec
1! driver string
2! pool ResourcePool
3* nodeName string
4 nodeSelector NodeSelector
5* allNodes bool
6 devices []Device atomic
7* perDeviceNodeSelection bool
8 sharedCounters []CounterSet atomic`,
  PriorityClass: `scheduling.v1.PriorityClass kind
1 metadata ObjectMeta
2 value int32
3 globalDefault bool
4 description string
5* preemptionPolicy string`,
  PriorityClassList: `scheduling.v1.PriorityClassList kind
1 metadata ListMeta
2! items []PriorityClass`,
  CSIDriver: `storage.v1.CSIDriver kind
1 metadata ObjectMeta
2! spec CSIDriverSpec`,
  CSIDriverList: `storage.v1.CSIDriverList kind
1 metadata ListMeta
2! items []CSIDriver`,
  CSIDriverSpec: `storage.v1.CSIDriverSpec
1* attachRequired bool
2* podInfoOnMount bool
3 volumeLifecycleModes []string set
4* storageCapacity bool
5* fsGroupPolicy string
6 tokenRequests []StorageV1TokenRequest atomic
7* requiresRepublish bool
8* seLinuxMount bool
9* nodeAllocatableUpdatePeriodSeconds int64
10* serviceAccountTokenInSecrets bool
11* preventPodSchedulingIfMissing bool`,
  CSINode: `storage.v1.CSINode kind
1 metadata ObjectMeta
2! spec CSINodeSpec`,
  CSINodeDriver: `storage.v1.CSINodeDriver
1! name string
2! nodeID string
3 topologyKeys []string atomic
4 allocatable VolumeNodeResources`,
  CSINodeList: `storage.v1.CSINodeList kind
1 metadata ListMeta
2! items []CSINode`,
  CSINodeSpec: `storage.v1.CSINodeSpec
1! drivers []CSINodeDriver map=name patch=merge:name`,
  CSIStorageCapacity: `storage.v1.CSIStorageCapacity kind
1 metadata ObjectMeta
2 nodeTopology LabelSelector
3! storageClassName string
4 capacity quantity
5 maximumVolumeSize quantity`,
  CSIStorageCapacityList: `storage.v1.CSIStorageCapacityList kind
1 metadata ListMeta
2! items []CSIStorageCapacity`,
  StorageClass: `storage.v1.StorageClass kind
1 metadata ObjectMeta
2! provisioner string
3 parameters map:string
4* reclaimPolicy string
5 mountOptions []string atomic
6* allowVolumeExpansion bool
7* volumeBindingMode string
8 allowedTopologies []TopologySelectorTerm atomic`,
  StorageClassList: `storage.v1.StorageClassList kind
1 metadata ListMeta
2! items []StorageClass`,
  StorageV1TokenRequest: `storage.v1.TokenRequest
1! audience string
2* expirationSeconds int64`,
  VolumeAttachment: `storage.v1.VolumeAttachment kind
1 metadata ObjectMeta
2! spec VolumeAttachmentSpec
3 status VolumeAttachmentStatus`,
  VolumeAttachmentList: `storage.v1.VolumeAttachmentList kind
1 metadata ListMeta
2! items []VolumeAttachment`,
  VolumeAttachmentSource: `storage.v1.VolumeAttachmentSource
1* persistentVolumeName string
2 inlineVolumeSpec PersistentVolumeSpec`,
  VolumeAttachmentSpec: `storage.v1.VolumeAttachmentSpec
1! attacher string
2! source VolumeAttachmentSource
3! nodeName string`,
  VolumeAttachmentStatus: `storage.v1.VolumeAttachmentStatus
1! attached bool
2 attachmentMetadata map:string
3 attachError VolumeError
4 detachError VolumeError`,
  VolumeAttributesClass: `storage.v1.VolumeAttributesClass kind
1 metadata ObjectMeta
2! driverName string
3 parameters map:string`,
  VolumeAttributesClassList: `storage.v1.VolumeAttributesClassList kind
1 metadata ListMeta
2! items []VolumeAttributesClass`,
  VolumeError: `storage.v1.VolumeError
1 time time
2 message string
3* errorCode int32`,
  VolumeNodeResources: `storage.v1.VolumeNodeResources
1* count int32`,
};
