#!/bin/sh
# Boots this machine's own file system, with everything that it writes in memory, under systemd as PID 1 of
# namespaces of its own: boot.sh NAME CHECKOUT. Ends when that machine ends. What it shows of itself: its
# processes below this one, control groups named NAME.
set -eu
name=$1 checkout=$2
hierarchies=
for folder in /sys/fs/cgroup/*/; do
  hierarchy=$(basename "$folder")
  [ -L "${folder%/}" ] || [ ! -f "$folder/cgroup.procs" ] || hierarchies="$hierarchies $hierarchy"
done
for hierarchy in $hierarchies; do
  group=/sys/fs/cgroup/$hierarchy/$name
  mkdir -p "$group"
  if [ "$hierarchy" = cpuset ]; then
    cat /sys/fs/cgroup/cpuset/cpuset.cpus >"$group/cpuset.cpus"
    cat /sys/fs/cgroup/cpuset/cpuset.mems >"$group/cpuset.mems"
  fi
  echo $$ >"$group/cgroup.procs"
done
export name checkout hierarchies
exec unshare --pid --mount --net --uts --ipc --cgroup --fork --kill-child sh -euc '
mount --make-rprivate /
lower=$(mktemp -d)
mount --bind / "$lower"
memory=$KEEP
root=$memory/root
mkdir -p "$root" "$memory/upper" "$memory/work"
mount -t overlay -o "lowerdir=$lower,upperdir=$memory/upper,workdir=$memory/work" overlay "$root"
cd "$root"
# Only what belongs to the system and to gantry starts here.
rm -f etc/systemd/system/*.wants/containerd.service etc/systemd/system/*.wants/haproxy.service
for unit in docker docker-registry redis-server ssh; do rm -f etc/systemd/system/*.wants/$unit.service; done
mkdir -p opt/gantry old etc/gantry var/lib/gantry "$memory/etc" "$memory/data"
mount --bind "$memory/etc" etc/gantry
mount --bind "$memory/data" var/lib/gantry
mount --bind "$checkout" opt/gantry
mount -t proc proc proc
mount -t sysfs sysfs sys
if [ -n "$hierarchies" ]; then
  mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
  for hierarchy in $hierarchies; do
    mkdir "sys/fs/cgroup/$hierarchy"
    case $hierarchy in
      systemd) mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd ;;
      unified) mount -t cgroup2 cgroup2 sys/fs/cgroup/unified ;;
      *) mount -t cgroup -o "$hierarchy" cgroup "sys/fs/cgroup/$hierarchy" ;;
    esac
  done
else
  mount -t cgroup2 cgroup2 sys/fs/cgroup
fi
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty kmsg; do cp -a "/dev/$device" dev/; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=755 tmpfs run
hostname "$name"
ip link set lo up
ip link add eth0 type veth peer name wire0
ip link set wire0 up
ip addr add 192.0.2.10/24 dev eth0
ip link set eth0 up
ip route add default via 192.0.2.1
pivot_root . old
umount -l /old
export container=gantry-test
exec /lib/systemd/systemd --log-target=journal --show-status=no </dev/null
'
