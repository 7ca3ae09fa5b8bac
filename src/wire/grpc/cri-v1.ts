import type { ProtoPackage } from './proto.ts';

/**
 * The container runtime interface, v1, without what is for Windows or what no containerd before 1.7
 * answers (container events, checkpoints).
 */
export const criV1: ProtoPackage = {
  name: 'runtime.v1',
  messages: {
    VersionRequest: '1 version string',
    VersionResponse:
      '1 version string; 2 runtimeName string; 3 runtimeVersion string; 4 runtimeApiVersion string',
    DNSConfig: '1 servers []string; 2 searches []string; 3 options []string',
    PortMapping: '1 protocol Protocol; 2 containerPort int32; 3 hostPort int32; 4 hostIp string',
    Mount:
      '1 containerPath string; 2 hostPath string; 3 readonly bool; 4 selinuxRelabel bool; 5 propagation MountPropagation',
    IDMapping: '1 hostId uint32; 2 containerId uint32; 3 length uint32',
    UserNamespace: '1 mode NamespaceMode; 2 uids []IDMapping; 3 gids []IDMapping',
    NamespaceOption:
      '1 network NamespaceMode; 2 pid NamespaceMode; 3 ipc NamespaceMode; 4 targetId string; 5 usernsOptions UserNamespace',
    Int64Value: '1 value int64',
    LinuxSandboxSecurityContext:
      '1 namespaceOptions NamespaceOption; 2 selinuxOptions SELinuxOption; 3 runAsUser Int64Value; 8 runAsGroup Int64Value; 4 readonlyRootfs bool; 5 supplementalGroups []int64; 6 privileged bool; 9 seccomp SecurityProfile; 10 apparmor SecurityProfile; 7 seccompProfilePath string',
    SecurityProfile: '1 profileType ProfileType; 2 localhostRef string',
    LinuxPodSandboxConfig:
      '1 cgroupParent string; 2 securityContext LinuxSandboxSecurityContext; 3 sysctls map<string,string>; 4 overhead LinuxContainerResources; 5 resources LinuxContainerResources',
    PodSandboxMetadata: '1 name string; 2 uid string; 3 namespace string; 4 attempt uint32',
    PodSandboxConfig:
      '1 metadata PodSandboxMetadata; 2 hostname string; 3 logDirectory string; 4 dnsConfig DNSConfig; 5 portMappings []PortMapping; 6 labels map<string,string>; 7 annotations map<string,string>; 8 linux LinuxPodSandboxConfig',
    RunPodSandboxRequest: '1 config PodSandboxConfig; 2 runtimeHandler string',
    RunPodSandboxResponse: '1 podSandboxId string',
    StopPodSandboxRequest: '1 podSandboxId string',
    StopPodSandboxResponse: '',
    RemovePodSandboxRequest: '1 podSandboxId string',
    RemovePodSandboxResponse: '',
    PodSandboxStatusRequest: '1 podSandboxId string; 2 verbose bool',
    PodIP: '1 ip string',
    PodSandboxNetworkStatus: '1 ip string; 2 additionalIps []PodIP',
    Namespace: '2 options NamespaceOption',
    LinuxPodSandboxStatus: '1 namespaces Namespace',
    PodSandboxStatus:
      '1 id string; 2 metadata PodSandboxMetadata; 3 state PodSandboxState; 4 createdAt int64; 5 network PodSandboxNetworkStatus; 6 linux LinuxPodSandboxStatus; 7 labels map<string,string>; 8 annotations map<string,string>; 9 runtimeHandler string',
    PodSandboxStatusResponse: '1 status PodSandboxStatus; 2 info map<string,string>',
    PodSandboxStateValue: '1 state PodSandboxState',
    PodSandboxFilter:
      '1 id string; 2 state PodSandboxStateValue; 3 labelSelector map<string,string>',
    ListPodSandboxRequest: '1 filter PodSandboxFilter',
    PodSandbox:
      '1 id string; 2 metadata PodSandboxMetadata; 3 state PodSandboxState; 4 createdAt int64; 5 labels map<string,string>; 6 annotations map<string,string>; 7 runtimeHandler string',
    ListPodSandboxResponse: '1 items []PodSandbox',
    PodSandboxStatsRequest: '1 podSandboxId string',
    PodSandboxStatsResponse: '1 stats PodSandboxStats',
    PodSandboxStatsFilter: '1 id string; 2 labelSelector map<string,string>',
    ListPodSandboxStatsRequest: '1 filter PodSandboxStatsFilter',
    ListPodSandboxStatsResponse: '1 stats []PodSandboxStats',
    PodSandboxAttributes:
      '1 id string; 2 metadata PodSandboxMetadata; 3 labels map<string,string>; 4 annotations map<string,string>',
    PodSandboxStats: '1 attributes PodSandboxAttributes; 2 linux LinuxPodSandboxStats',
    LinuxPodSandboxStats:
      '1 cpu CpuUsage; 2 memory MemoryUsage; 3 network NetworkUsage; 4 process ProcessUsage; 5 containers []ContainerStats',
    NetworkUsage:
      '1 timestamp int64; 2 defaultInterface NetworkInterfaceUsage; 3 interfaces []NetworkInterfaceUsage',
    NetworkInterfaceUsage:
      '1 name string; 2 rxBytes UInt64Value; 3 rxErrors UInt64Value; 4 txBytes UInt64Value; 5 txErrors UInt64Value',
    ProcessUsage: '1 timestamp int64; 2 processCount UInt64Value',
    ImageSpec: '1 image string; 2 annotations map<string,string>',
    KeyValue: '1 key string; 2 value string',
    LinuxContainerResources:
      '1 cpuPeriod int64; 2 cpuQuota int64; 3 cpuShares int64; 4 memoryLimitInBytes int64; 5 oomScoreAdj int64; 6 cpusetCpus string; 7 cpusetMems string; 8 hugepageLimits []HugepageLimit; 9 unified map<string,string>; 10 memorySwapLimitInBytes int64',
    HugepageLimit: '1 pageSize string; 2 limit uint64',
    SELinuxOption: '1 user string; 2 role string; 3 type string; 4 level string',
    Capability:
      '1 addCapabilities []string; 2 dropCapabilities []string; 3 addAmbientCapabilities []string',
    LinuxContainerSecurityContext:
      '1 capabilities Capability; 2 privileged bool; 3 namespaceOptions NamespaceOption; 4 selinuxOptions SELinuxOption; 5 runAsUser Int64Value; 12 runAsGroup Int64Value; 6 runAsUsername string; 7 readonlyRootfs bool; 8 supplementalGroups []int64; 11 noNewPrivs bool; 13 maskedPaths []string; 14 readonlyPaths []string; 15 seccomp SecurityProfile; 16 apparmor SecurityProfile; 9 apparmorProfile string; 10 seccompProfilePath string',
    LinuxContainerConfig:
      '1 resources LinuxContainerResources; 2 securityContext LinuxContainerSecurityContext',
    ContainerMetadata: '1 name string; 2 attempt uint32',
    Device: '1 containerPath string; 2 hostPath string; 3 permissions string',
    ContainerConfig:
      '1 metadata ContainerMetadata; 2 image ImageSpec; 3 command []string; 4 args []string; 5 workingDir string; 6 envs []KeyValue; 7 mounts []Mount; 8 devices []Device; 9 labels map<string,string>; 10 annotations map<string,string>; 11 logPath string; 12 stdin bool; 13 stdinOnce bool; 14 tty bool; 15 linux LinuxContainerConfig',
    CreateContainerRequest:
      '1 podSandboxId string; 2 config ContainerConfig; 3 sandboxConfig PodSandboxConfig',
    CreateContainerResponse: '1 containerId string',
    StartContainerRequest: '1 containerId string',
    StartContainerResponse: '',
    StopContainerRequest: '1 containerId string; 2 timeout int64',
    StopContainerResponse: '',
    RemoveContainerRequest: '1 containerId string',
    RemoveContainerResponse: '',
    ContainerStateValue: '1 state ContainerState',
    ContainerFilter:
      '1 id string; 2 state ContainerStateValue; 3 podSandboxId string; 4 labelSelector map<string,string>',
    ListContainersRequest: '1 filter ContainerFilter',
    Container:
      '1 id string; 2 podSandboxId string; 3 metadata ContainerMetadata; 4 image ImageSpec; 5 imageRef string; 6 state ContainerState; 7 createdAt int64; 8 labels map<string,string>; 9 annotations map<string,string>',
    ListContainersResponse: '1 containers []Container',
    ContainerStatusRequest: '1 containerId string; 2 verbose bool',
    ContainerStatus:
      '1 id string; 2 metadata ContainerMetadata; 3 state ContainerState; 4 createdAt int64; 5 startedAt int64; 6 finishedAt int64; 7 exitCode int32; 8 image ImageSpec; 9 imageRef string; 10 reason string; 11 message string; 12 labels map<string,string>; 13 annotations map<string,string>; 14 mounts []Mount; 15 logPath string; 16 resources ContainerResources',
    ContainerStatusResponse: '1 status ContainerStatus; 2 info map<string,string>',
    ContainerResources: '1 linux LinuxContainerResources',
    UpdateContainerResourcesRequest:
      '1 containerId string; 2 linux LinuxContainerResources; 4 annotations map<string,string>',
    UpdateContainerResourcesResponse: '',
    ExecSyncRequest: '1 containerId string; 2 cmd []string; 3 timeout int64',
    ExecSyncResponse: '1 stdout bytes; 2 stderr bytes; 3 exitCode int32',
    ExecRequest:
      '1 containerId string; 2 cmd []string; 3 tty bool; 4 stdin bool; 5 stdout bool; 6 stderr bool',
    ExecResponse: '1 url string',
    AttachRequest: '1 containerId string; 2 stdin bool; 3 tty bool; 4 stdout bool; 5 stderr bool',
    AttachResponse: '1 url string',
    PortForwardRequest: '1 podSandboxId string; 2 port []int32',
    PortForwardResponse: '1 url string',
    ImageFilter: '1 image ImageSpec',
    ListImagesRequest: '1 filter ImageFilter',
    Image:
      '1 id string; 2 repoTags []string; 3 repoDigests []string; 4 size uint64; 5 uid Int64Value; 6 username string; 7 spec ImageSpec; 8 pinned bool',
    ListImagesResponse: '1 images []Image',
    ImageStatusRequest: '1 image ImageSpec; 2 verbose bool',
    ImageStatusResponse: '1 image Image; 2 info map<string,string>',
    AuthConfig:
      '1 username string; 2 password string; 3 auth string; 4 serverAddress string; 5 identityToken string; 6 registryToken string',
    PullImageRequest: '1 image ImageSpec; 2 auth AuthConfig; 3 sandboxConfig PodSandboxConfig',
    PullImageResponse: '1 imageRef string',
    RemoveImageRequest: '1 image ImageSpec',
    RemoveImageResponse: '',
    RuntimeCondition: '1 type string; 2 status bool; 3 reason string; 4 message string',
    RuntimeStatus: '1 conditions []RuntimeCondition',
    StatusRequest: '1 verbose bool',
    StatusResponse: '1 status RuntimeStatus; 2 info map<string,string>',
    ImageFsInfoRequest: '',
    UInt64Value: '1 value uint64',
    FilesystemIdentifier: '1 mountpoint string',
    FilesystemUsage:
      '1 timestamp int64; 2 fsId FilesystemIdentifier; 3 usedBytes UInt64Value; 4 inodesUsed UInt64Value',
    ImageFsInfoResponse: '1 imageFilesystems []FilesystemUsage',
    ContainerStatsRequest: '1 containerId string',
    ContainerStatsResponse: '1 stats ContainerStats',
    ListContainerStatsRequest: '1 filter ContainerStatsFilter',
    ContainerStatsFilter: '1 id string; 2 podSandboxId string; 3 labelSelector map<string,string>',
    ListContainerStatsResponse: '1 stats []ContainerStats',
    ContainerAttributes:
      '1 id string; 2 metadata ContainerMetadata; 3 labels map<string,string>; 4 annotations map<string,string>',
    ContainerStats:
      '1 attributes ContainerAttributes; 2 cpu CpuUsage; 3 memory MemoryUsage; 4 writableLayer FilesystemUsage',
    CpuUsage: '1 timestamp int64; 2 usageCoreNanoSeconds UInt64Value; 3 usageNanoCores UInt64Value',
    MemoryUsage:
      '1 timestamp int64; 2 workingSetBytes UInt64Value; 3 availableBytes UInt64Value; 4 usageBytes UInt64Value; 5 rssBytes UInt64Value; 6 pageFaults UInt64Value; 7 majorPageFaults UInt64Value',
    ReopenContainerLogRequest: '1 containerId string',
    ReopenContainerLogResponse: '',
  },
  enums: {
    ProfileType: ['RuntimeDefault', 'Unconfined', 'Localhost'],
    Protocol: ['TCP', 'UDP', 'SCTP'],
    MountPropagation: [
      'PROPAGATION_PRIVATE',
      'PROPAGATION_HOST_TO_CONTAINER',
      'PROPAGATION_BIDIRECTIONAL',
    ],
    NamespaceMode: ['POD', 'CONTAINER', 'NODE', 'TARGET'],
    PodSandboxState: ['SANDBOX_READY', 'SANDBOX_NOTREADY'],
    ContainerState: [
      'CONTAINER_CREATED',
      'CONTAINER_RUNNING',
      'CONTAINER_EXITED',
      'CONTAINER_UNKNOWN',
    ],
  },
  services: {
    RuntimeService: {
      Version: 'VersionRequest VersionResponse',
      RunPodSandbox: 'RunPodSandboxRequest RunPodSandboxResponse',
      StopPodSandbox: 'StopPodSandboxRequest StopPodSandboxResponse',
      RemovePodSandbox: 'RemovePodSandboxRequest RemovePodSandboxResponse',
      PodSandboxStatus: 'PodSandboxStatusRequest PodSandboxStatusResponse',
      ListPodSandbox: 'ListPodSandboxRequest ListPodSandboxResponse',
      CreateContainer: 'CreateContainerRequest CreateContainerResponse',
      StartContainer: 'StartContainerRequest StartContainerResponse',
      StopContainer: 'StopContainerRequest StopContainerResponse',
      RemoveContainer: 'RemoveContainerRequest RemoveContainerResponse',
      ListContainers: 'ListContainersRequest ListContainersResponse',
      ContainerStatus: 'ContainerStatusRequest ContainerStatusResponse',
      UpdateContainerResources: 'UpdateContainerResourcesRequest UpdateContainerResourcesResponse',
      ReopenContainerLog: 'ReopenContainerLogRequest ReopenContainerLogResponse',
      ExecSync: 'ExecSyncRequest ExecSyncResponse',
      Exec: 'ExecRequest ExecResponse',
      Attach: 'AttachRequest AttachResponse',
      PortForward: 'PortForwardRequest PortForwardResponse',
      ContainerStats: 'ContainerStatsRequest ContainerStatsResponse',
      ListContainerStats: 'ListContainerStatsRequest ListContainerStatsResponse',
      PodSandboxStats: 'PodSandboxStatsRequest PodSandboxStatsResponse',
      ListPodSandboxStats: 'ListPodSandboxStatsRequest ListPodSandboxStatsResponse',
      Status: 'StatusRequest StatusResponse',
    },
    ImageService: {
      ListImages: 'ListImagesRequest ListImagesResponse',
      ImageStatus: 'ImageStatusRequest ImageStatusResponse',
      PullImage: 'PullImageRequest PullImageResponse',
      RemoveImage: 'RemoveImageRequest RemoveImageResponse',
      ImageFsInfo: 'ImageFsInfoRequest ImageFsInfoResponse',
    },
  },
};
