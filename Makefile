# SPDX-License-Identifier: GPL-2.0
# The kernel's own build reads Kbuild; this is for people.

KDIR ?= /lib/modules/$(shell uname -r)/build
export K T SANITIZE PREFIX DESTDIR INIT

all: modules ## build portfs.ko for the running kernel (KDIR= for another)

modules clean:
	@test -d $(KDIR) || { echo "no kernel headers at $(KDIR): apt install linux-headers-$$(uname -r)" >&2; exit 1; }
	+$(MAKE) -C $(KDIR) M=$(CURDIR) $@

install: ## install the module (with DKMS), tool and units; load and mount (as root; PREFIX=, DESTDIR=, INIT=)
	@tools/install

uninstall: ## undo install; /etc/portctl.d stays
	@tools/install uninstall

deb: ## build the Debian packages portctl and portfs-dkms in deb/SUITE (SUITE=trixie or bookworm, default: this host's)
	@tools/deb $(SUITE)

demo: ## show the main job on real software, in a throw-away VM
	@tests/demo/run

check: ## run the tests in VMs, on Debian's amd64 kernels; K=6.12 for one kernel, T=bind_test for one program
	@tests/check

check-backports: ## run the core of the tests and tracer_test, on each minor version in Debian's backports
	@tests/check backports

check-arm64: ## run the core of the tests on arm64 kernels, cross-built, on an emulated machine
	@tests/check arm64

check-daemons: ## run all of Debian's daemons that are known to work as ordinary users, and the stories
	@tests/check daemons

check-deb: ## install, upgrade, remove and purge the Debian packages, in VMs of bare Debian 13 and 12; run the Ansible role
	@tests/check deb

fuzz: ## feed portctl's parsers with random input, until something is found
	@tests/fuzz/run

lint: ## look for mistakes and bad style
	@tests/lint

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 18

.PHONY: all modules clean install uninstall deb demo check check-backports check-arm64 check-daemons check-deb fuzz lint help
