# SPDX-License-Identifier: GPL-2.0
# The kernel's own build reads Kbuild; this is for people.

KDIR ?= /lib/modules/$(shell uname -r)/build
export K T

all: modules ## build portfs.ko for the running kernel (KDIR= for another)

modules clean:
	@test -d $(KDIR) || { echo "no kernel headers at $(KDIR): apt install linux-headers-$$(uname -r)" >&2; exit 1; }
	+$(MAKE) -C $(KDIR) M=$(CURDIR) $@

install: modules ## install portfs.ko for that kernel (as root)
	release=$$($(MAKE) -s --no-print-directory -C $(KDIR) kernelrelease) && \
	install -D -m 644 portfs.ko /lib/modules/$$release/updates/portfs.ko && \
	depmod $$release

uninstall: ## undo install, for all kernels
	rm -f /lib/modules/*/updates/portfs.ko
	for release in /lib/modules/*; do depmod $${release##*/}; done

demo: ## show the main job on real software, in a throw-away VM
	@tests/demo/run

check: ## run all tests, in VMs; K=6.12 one kernel, T=bind_test one program
	@tests/check

lint: ## look for mistakes and bad style
	@tests/lint

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

.PHONY: all modules clean install uninstall demo check lint help
