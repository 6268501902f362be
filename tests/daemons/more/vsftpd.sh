# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=vsftpd
ports='
tcp:21  ftp  it works
'
refusal='500 OOPS: could not bind listening IPv6 socket'

configure() {
	cat >vsftpd.conf <<-END
		listen=NO
		listen_ipv6=YES
		background=NO
		run_as_launching_user=YES
		anonymous_enable=YES
		no_anon_password=YES
		anon_root=$PWD/www
		allow_writeable_chroot=YES
		secure_chroot_dir=$PWD
		seccomp_sandbox=NO
		one_process_model=YES
		xferlog_enable=NO
	END
}

# What it has to say it says to its client, who is its standard input.
start() { exec vsftpd "$PWD/vsftpd.conf" 0>&2; }
