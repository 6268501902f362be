# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='jetty9 openjdk-21-jre-headless openssl'
ports='
tcp:80   http   it works
tcp:443  https  it works
'
refusal='java.net.BindException: Permission denied'

configure() {
	mkdir -p base/etc base/webapps tmp
	cp -r www base/webapps/ROOT
	openssl pkcs12 -export -in cert.pem -inkey key.pem -passout pass:secret -out base/etc/keystore
}

start() {
	exec java -Djava.io.tmpdir="$PWD/tmp" -jar /usr/share/jetty9/start.jar jetty.home=/usr/share/jetty9 \
		jetty.base="$PWD/base" --module=deploy,http,https jetty.http.port=80 jetty.ssl.port=443 \
		jetty.sslContext.keyStorePassword=secret jetty.sslContext.keyManagerPassword=secret \
		jetty.sslContext.trustStorePassword=secret
}
