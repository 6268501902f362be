# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=apache2
ports='
tcp:80   http   it works
tcp:443  https  it works
'
refusal='(13)Permission denied: AH00072: make_sock: could not bind to address [::]:80'

# Debian's listens on [::] for both families.
configure() {
	local module
	for module in mpm_event authz_core dir socache_shmcb ssl; do
		echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
	done >apache2.conf
	cat >>apache2.conf <<-END
		ServerName localhost
		PidFile $PWD/pid
		DefaultRuntimeDir $PWD
		ErrorLog $PWD/error.log
		Listen 80
		Listen 443
		DocumentRoot $PWD/www
		<VirtualHost *:443>
			SSLEngine on
			SSLCertificateFile $PWD/cert.pem
			SSLCertificateKeyFile $PWD/key.pem
		</VirtualHost>
	END
}

start() { exec apache2 -d "$PWD" -f "$PWD/apache2.conf" -D FOREGROUND; }
