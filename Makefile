# SPDX-License-Identifier: GPL-2.0
# Verbs for people. What is built stands in Kbuild; DKMS reads dkms.conf.

PACKAGE := xen-netback-vrss
MODULE  := xen-netback
VERSION := $(shell sed -n 's/^\#define XNB_VERSION "\(.*\)"$$/\1/p' include/xnb/version.h)

KREL ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KREL)/build
DKMS_SOURCE := /usr/src/$(PACKAGE)-$(VERSION)
DKMS_FILES  := src include Kbuild Makefile dkms.conf COPYING
INSTALLED   := /lib/modules/$(KREL)/updates/$(MODULE).ko

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# $(call need,COMMAND,WHAT TO SAY WHEN IT FAILS)
need = @{ $(1); } >/dev/null 2>&1 || { echo "make $@: $(2)" >&2; exit 1; }

need_root  = $(call need,test "$$(id -u)" = 0,needs root: sudo make $@)
need_kdir  = $(call need,test -e $(KDIR)/Makefile,KDIR=$(KDIR) is no kernel build folder: \
	apt-get install linux-headers-$(KREL)$(comma) or KDIR= a folder with prepared headers)
need_loadable = $(call need,! grep -q '/$(MODULE)\.ko$$' /lib/modules/$(KREL)/modules.builtin && \
	! grep -q '^CONFIG_XEN_NETDEV_BACKEND=y' /boot/config-$(KREL),kernel $(KREL) has \
	$(MODULE) built in (CONFIG_XEN_NETDEV_BACKEND=y): no module can replace it)
comma := ,

help: ## show this list (the default)
	@echo "$(PACKAGE) $(VERSION): make VERB"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18

modules: ## build the module here, for KDIR= (default: the running kernel)
	$(need_kdir)
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

install: ## install the module for KREL= without DKMS (root)
	$(need_root)
	$(need_loadable)
	$(MAKE) modules
	install -D -m 0644 $(MODULE).ko $(INSTALLED)
	depmod $(KREL)
	@$(report)

uninstall: ## remove what install put there (root)
	$(need_root)
	rm -f $(INSTALLED)
	depmod $(KREL)
	@$(report)

dkms-install: ## install through DKMS, rebuilt for every new kernel (root)
	$(need_root)
	$(call need,command -v dkms,dkms is missing: apt-get install dkms)
	$(need_kdir)
	$(need_loadable)
	@$(dkms_forget)
	install -d $(DKMS_SOURCE)
	cp -r $(DKMS_FILES) $(DKMS_SOURCE)
	find $(DKMS_SOURCE) -name '*.o' -delete -o -name '.*.cmd' -delete
	dkms add -m $(PACKAGE) -v $(VERSION)
	dkms build -m $(PACKAGE) -v $(VERSION) -k $(KREL)
	dkms install -m $(PACKAGE) -v $(VERSION) -k $(KREL)
	@$(report)

dkms-remove: ## take it out of DKMS again; the kernel's own driver returns (root)
	$(need_root)
	$(call need,command -v dkms,dkms is missing: apt-get install dkms)
	@$(dkms_forget)
	@$(report)

check: ## run every test; needs root, gets what it needs from Debian
	@selftests/check

lint: ## only the checks of the source text (root)
	@selftests/check lint

unit: ## only the unit tests, in user space
	@prove --exec selftests/unit/run selftests/unit/test_*.c

frontier: ## simulate the coalescing policy and its rivals, redraw docs/frontier.svg
	@bash -c '. selftests/lib/debian.sh && host_need gcc libc6-dev gnuplot-nox'
	@selftests/sim/run >docs/frontier.csv.new && mv docs/frontier.csv.new docs/frontier.csv || \
		{ rm -f docs/frontier.csv.new; exit 1; }
	@gnuplot docs/frontier.gp

demo: ## boot a Xen host in QEMU and swap the driver under a running guest (root)
	@selftests/demo/run

bench: ## measure both drivers, to build/bench/report.html; BENCH=names for some (root)
	@selftests/bench/run

xen-shell: ## a shell in that Xen host's dom0, a guest running (root)
	@selftests/build/module >/dev/null
	@selftests/xen/shell

xen-test: ## run one Xen test: make xen-test T=name (root)
	$(call need,test -n "$(T)" && test -f "selftests/xen/tests/$(T).sh",T=$(T) is no test. \
	T= one of: $(XEN_TESTS))
	@selftests/build/module >/dev/null
	@prove --verbose --exec selftests/xen/run "selftests/xen/tests/$(T).sh"

clean: ## remove what a build leaves in the checkout and under build/ (root, after tests)
	@find . -path ./build -prune -o -path ./.git -prune -o -type f \
		\( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name 'Module.symvers' -o -name 'modules.order' \) \
		-exec rm -f {} +
	@rm -rf build/logs build/unit build/[0-9]*

distclean: clean ## remove build/ as well: roots, images, cached packages (root, after tests)
	@rm -rf build

XEN_TESTS = $(sort $(patsubst selftests/xen/tests/%.sh,%,$(wildcard selftests/xen/tests/*.sh)))

define dkms_forget
if dkms status -m $(PACKAGE) -v $(VERSION) 2>/dev/null | grep -q .; then \
	dkms remove -m $(PACKAGE) -v $(VERSION) --all; \
fi; \
rm -rf $(DKMS_SOURCE)
endef

define report
echo "kernel $(KREL) now loads $$(modinfo -k $(KREL) -n $(MODULE))"; \
if grep -q '^xen_netback ' /proc/modules; then \
	echo "the driver loaded at present stays until you reboot or swap it live: see README.md"; \
else \
	echo "load it with: modprobe $(MODULE)"; \
fi
endef

.PHONY: help modules install uninstall dkms-install dkms-remove check lint unit frontier demo \
	bench xen-shell xen-test clean distclean
