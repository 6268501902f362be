# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
packages='tomcat10-user openjdk-21-jre-headless openssl'
ports='
tcp:80   http   it works
tcp:443  https  it works
'
refusal='java.net.BindException: Permission denied'

# Debian's own tool for an instance of a user's. Java's sockets are of IPv6, with IPv4 addresses mapped.
configure() {
	tomcat10-instance-create -p 8080 -c 8005 base >&2
	sed -i 's/port="8005"/port="-1"/; s/Connector port="8080"/Connector port="80"/' base/conf/server.xml
	certificate="certificateFile=\"$PWD/cert.pem\" certificateKeyFile=\"$PWD/key.pem\""
	tls="<SSLHostConfig><Certificate $certificate/></SSLHostConfig>"
	tls="<Connector port=\"443\" SSLEnabled=\"true\">$tls</Connector>"
	sed -i "s|<Engine |$tls&|" base/conf/server.xml
	rm -rf base/webapps/ROOT
	cp -r www base/webapps/ROOT
}

start() { CATALINA_BASE=$PWD/base exec /usr/share/tomcat10/bin/catalina.sh run; }
