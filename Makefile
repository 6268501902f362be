# SPDX-License-Identifier: GPL-2.0
# The kernel's own build reads Kbuild; this is for people.

KDIR ?= /lib/modules/$(shell uname -r)/build
export K T SANITIZE PREFIX DESTDIR INIT

all: modules ## build portfs.ko for the running kernel (KDIR= for another)

modules clean:
	@test -d $(KDIR) || { echo "no kernel headers at $(KDIR): apt install linux-headers-$$(uname -r)" >&2; exit 1; }
	+$(MAKE) -C $(KDIR) M=$(CURDIR) $@

install: ## install it: DKMS, tool, units; load and mount (as root; PREFIX=, DESTDIR=, INIT=)
	@tools/install

uninstall: ## undo install; /etc/portctl.d stays
	@tools/install uninstall

deb: ## build the Debian packages portctl and portfs-dkms in deb/SUITE; SUITE=trixie or bookworm, else this host's
	@tools/deb $(SUITE)

demo: ## show the main job on real software, in a throw-away VM
	@tests/demo/run

check: ## run all tests, in VMs; K=6.12 one kernel, T=bind_test one program
	@tests/check

check-backports: ## the core of the tests and other tracers, on each kernel of Debian's backports
	@tests/check backports

check-arm64: ## the core of the tests on kernels of arm64, cross-built, on an emulated machine
	@tests/check arm64

check-daemons: ## all of Debian's daemons that are known to run as ordinary users, and the stories
	@tests/check daemons

check-deb: ## install, upgrade, remove and purge the Debian packages, in VMs of bare Debian 13 and 12; the role for ansible
	@tests/check deb

fuzz: ## feed portctl's parsers with what no administrator writes, until something is found
	@tests/fuzz/run

lint: ## look for mistakes and bad style
	@tests/lint

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 18

.PHONY: all modules clean install uninstall deb demo check check-backports check-arm64 check-daemons check-deb fuzz lint help
