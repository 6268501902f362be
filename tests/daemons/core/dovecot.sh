# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='dovecot-imapd dovecot-pop3d'
ports='
tcp:143  imap   INBOX
tcp:993  imaps  INBOX
tcp:110  pop3   it works
tcp:995  pop3s  it works
'
refusal='bind(0.0.0.0, 143) failed: Permission denied'

# Whoever logs in is a user of a file of its own, with a mailbox that is this user's.
configure() {
	mkdir -p mail/cur mail/new mail/tmp
	printf 'Subject: it works\n\nit works\n' >mail/new/1
	echo "reader:{PLAIN}secret:$UID:$(id -g)::$PWD" >users
	cat >dovecot.conf <<-END
		dovecot_config_version = 2.4.0
		dovecot_storage_version = 2.4.0
		base_dir = $PWD/run
		state_dir = $PWD/state
		log_path = /dev/stderr
		default_internal_user = $USER
		default_internal_group = $USER
		default_login_user = $USER
		protocols = imap pop3
		auth_allow_cleartext = yes
		ssl_server_cert_file = $PWD/cert.pem
		ssl_server_key_file = $PWD/key.pem
		mail_driver = maildir
		mail_path = $PWD/mail
		passdb passwd-file {
			passwd_file_path = $PWD/users
		}
		userdb passwd-file {
			passwd_file_path = $PWD/users
		}
		service anvil {
			chroot =
		}
		service imap-login {
			chroot =
		}
		service pop3-login {
			chroot =
		}
	END
}

start() { exec dovecot -F -c "$PWD/dovecot.conf"; }
