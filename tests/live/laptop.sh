#!/bin/sh
# Process 1 of the test host: it prepares the namespaces that it was started in, starts a registry and an engine, and ends with
# its standard input; the kernel then ends everything else in here. See laptop.py.
#   laptop.sh FOLDER CHECKOUT PYTHON GROUP CGROUP
set -eu
folder=$1 checkout=$2 python=$3 group=$4 cgroup=$5

read -r outside _ </proc/self/stat # the number by which the outside knows this process: /proc is still the outside's
mount -t proc proc /proc
ip link set lo up

# What an unprivileged user needs is kept, the rest of root's own folders is hidden, the caches with it.
mkdir -p "$folder/kept/python" "$folder/kept/checkout"
mount --bind "$python" "$folder/kept/python"
mount --bind "$checkout" "$folder/kept/checkout"
mount -t tmpfs -o mode=755 tmpfs /root
mkdir -p "$python" "$checkout"
mount --move "$folder/kept/python" "$python"
mount --move "$folder/kept/checkout" "$checkout"
mount -t tmpfs -o mode=755 tmpfs /run
for hidden in /usr/bin/apt-get /usr/bin/dpkg /usr/bin/go /usr/local/go; do
  if [ -d "$hidden" ]; then mount -t tmpfs tmpfs "$hidden"; fi
  if [ -f "$hidden" ]; then mount --bind /dev/null "$hidden"; fi
done

"$folder/docker-registry" serve "$folder/registry.yaml" >"$folder/registry.log" 2>&1 &
echo $! >"$folder/registry.pid"
PATH=$folder/engine/usr/bin:$folder/engine/usr/sbin:$PATH LD_LIBRARY_PATH=$LIBRARIES XTABLES_LIBDIR=$EXTENSIONS \
  "$folder/engine/usr/sbin/dockerd" --config-file "$folder/daemon.json" --data-root "$folder/data" --group "$group" \
  --cgroup-parent "$cgroup" --userland-proxy-path "$folder/engine/usr/sbin/docker-proxy" \
  --init-path "$folder/engine/usr/bin/tini-static" >"$folder/engine.log" 2>&1 &
echo "$outside" >"$folder/pid.new"
mv "$folder/pid.new" "$folder/pid"
cat >/dev/null
