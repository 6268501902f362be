# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages=nginx
ports='
tcp:80   http   it works
tcp:443  https  it works
'
refusal='bind() to 0.0.0.0:80 failed (13: Permission denied)'

configure() {
	cat >nginx.conf <<-END
		daemon off;
		pid $PWD/pid;
		events { }
		http {
			access_log off;
			client_body_temp_path $PWD/body;
			fastcgi_temp_path $PWD/fastcgi;
			proxy_temp_path $PWD/proxy;
			scgi_temp_path $PWD/scgi;
			uwsgi_temp_path $PWD/uwsgi;
			server {
				listen 80;
				listen [::]:80;
				listen 443 ssl;
				listen [::]:443 ssl;
				ssl_certificate $PWD/cert.pem;
				ssl_certificate_key $PWD/key.pem;
				root $PWD/www;
			}
		}
	END
}

start() { exec nginx -e stderr -c "$PWD/nginx.conf"; }
