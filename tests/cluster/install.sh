#!/bin/sh
# What tests/cluster needs, where that can be had: Slurm and sshd on Debian or Ubuntu, as root.
# Elsewhere these tests are skipped, saying why.
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || exit 0
command -v slurmctld >/dev/null && command -v sshd >/dev/null && exit 0
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  slurm-wlm munge openssh-server >/dev/null
