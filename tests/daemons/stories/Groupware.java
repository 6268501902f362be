// SPDX-License-Identifier: GPL-2.0
// A groupware server: IMAP, POP, SMTP, HTTP and HTTPS in one process, as far as a client needs to see who it is.

import java.io.*;
import java.net.*;
import java.security.KeyStore;
import javax.net.ssl.*;

class Groupware {
	static final String PAGE = "it works\n";

	static void talk(ServerSocket listener, String greeting, String goodbye) {
		while (true) {
			try (Socket client = listener.accept()) {
				BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream()));
				OutputStream out = client.getOutputStream();
				out.write(greeting.getBytes());
				out.flush();
				for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine())
					continue;
				out.write(goodbye.getBytes());
			} catch (IOException e) {
				System.err.println(e);
			}
		}
	}

	static void serve(ServerSocket listener, String greeting, String goodbye) {
		System.err.println("listens on " + listener.getLocalSocketAddress());
		new Thread(() -> talk(listener, greeting, goodbye)).start();
	}

	public static void main(String[] keys) throws Exception {
		char[] secret = "secret".toCharArray();
		KeyStore store = KeyStore.getInstance(new File(keys[0]), secret);
		KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
		managers.init(store, secret);
		SSLContext tls = SSLContext.getInstance("TLS");
		tls.init(managers.getKeyManagers(), null, null);
		String page = "HTTP/1.0 200 OK\r\nContent-Length: " + PAGE.length() + "\r\n\r\n" + PAGE;

		serve(new ServerSocket(143), "* OK IMAP4rev1 groupware\r\n", "");
		serve(new ServerSocket(110), "+OK POP3 groupware\r\n", "");
		serve(new ServerSocket(25), "220 groupware ESMTP\r\n", "");
		serve(new ServerSocket(80), "", page);
		serve(tls.getServerSocketFactory().createServerSocket(443), "", page);
	}
}
