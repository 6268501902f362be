# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=cyrus-imapd
ports='
tcp:143  greeting  Cyrus IMAP
'
refusal='unable to bind'

# It starts as it is: whoever it is then, is its user.
configure() {
	mkdir -p config/{db,socket,proc,log,msg,ptclient} spool
	cat >imapd.conf <<-END
		configdirectory: $PWD/config
		partition-default: $PWD/spool
		defaultpartition: default
		cyrus_user: $USER
		idlesocket: $PWD/config/socket/idle
		lmtpsocket: $PWD/config/socket/lmtp
		sasl_pwcheck_method: alwaystrue
		allowplaintext: yes
		servername: localhost
	END
	cat >cyrus.conf <<-END
		START { }
		SERVICES {
			imap cmd="/usr/lib/cyrus/bin/imapd -C $PWD/imapd.conf -U 30" listen="imap" prefork=0
		}
		EVENTS { }
	END
}

start() { exec /usr/sbin/cyrmaster -D -C "$PWD/imapd.conf" -M "$PWD/cyrus.conf" -p "$PWD/pid"; }
