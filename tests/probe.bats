#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What Kbuild makes of a compiler's words about module/probe.
# shellcheck disable=SC2016 # make reads it

bats_require_minimum_version 1.5.0

# have STATUS: what is there, where the compiler says what stdin does, and ends with STATUS.
have() {
	printf '#!/bin/sh\ncat <<"END"\n%s\nEND\nexit %s\n' "$(cat)" "$1" >"$BATS_TEST_TMPDIR/cc"
	chmod 755 "$BATS_TEST_TMPDIR/cc"
	make -s -C "$BATS_TEST_DIRNAME/.." CC="${CC:-$BATS_TEST_TMPDIR/cc}" src=. try-run=y -f <(printf 'include Kbuild\nall:; @echo $(have)\n')
}

@test 'all, but what has an error' {
	[[ $(have 0 <<<'') == *-DHAVE_ACL_OF_DENTRY*-DHAVE_VFSUID ]]
	run have 1 <<-'END'
		In file included from <command-line>:
		./module/probe/pde_data.c: In function 'probe_pde_data':
		./module/probe/pde_data.c:7:16: error: implicit declaration of function 'pde_data'
		./module/probe/vfsuid.c:6:1: warning: nothing that matters
	END
	[[ $output != *PDE_DATA* && $output == *-DHAVE_VFSUID ]]
}

@test 'an error anywhere else ends the build, and is shown' {
	run ! have 1 <<<'./module/probe/vfsuid.c:2:10: fatal error: linux/none.h: No such file or directory'
	[[ $output == *'*** portfs: '*'vfsuid.c:2:10: fatal error: linux/none.h: No such file or directory.  Stop.' ]]
	run ! have 1 <<<"gcc: error: unrecognized command-line option '-fnosuch'"
	[[ $output == *"*** portfs: gcc: error: unrecognized command-line option '-fnosuch'.  Stop." ]]
	CC=/nonexistent/gcc run ! have 0 <<<''
	[[ $output == *'*** portfs: error: the compiler does not work.  Stop.' ]]
}

@test 'no colours, and not one error only, whatever the flags' {
	run make -n -s -C "$BATS_TEST_DIRNAME/.." src=. KBUILD_CFLAGS='-Wfatal-errors -fmax-errors=1' -f <(
		printf 'include Kbuild\nall:; : $(probe_command)\n')
	[[ ${output#*-Wfatal-errors -fmax-errors=1} == *-fmax-errors=0*-Wno-fatal-errors*-fno-diagnostics-color* ]]
}
