// SPDX-License-Identifier: GPL-2.0
/*
 * What the packet filter sends from one port to another of this host, by the rules
 * that iptables-save(8), ip6tables-save(8) and nft(8) print. What iptables keeps in
 * nft's tables is read from iptables-save.
 */
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "place.h"
#include "program.h"
#include "redirect.h"

#define ONLY_NUMBERS "only ports in numbers are understood"

/**
 * struct words - a rule
 * @all: its words; one in quotation marks keeps them
 * @count: how many
 */
struct words {
	const char **all;
	size_t count;
};

/* @text is cut into its words, and has to live as long as they do. */
static void split(struct words *words, char *text)
{
	char *end;

	words->all = allocate((strlen(text) / 2 + 1) * sizeof(*words->all));
	words->count = 0;
	for (;; text = end) {
		text += strspn(text, " \t\n");
		if (!*text)
			return;
		words->all[words->count++] = text;
		end = text + (*text == '"');
		while (*end &&
		       (*text == '"' ? *end != '"' : !strchr(" \t\n", *end)))
			end += *end == '\\' && end[1] ? 2 : 1;
		end += *text == '"' && *end;
		if (*end)
			*end++ = '\0';
	}
}

/**
 * struct kept - the tables of nft's that iptables keeps
 * @all: each as family and name
 * @count: how many
 */
struct kept {
	char all[8][48];
	size_t count;
};

static bool is_kept(const struct kept *kept, const char *table)
{
	size_t i;

	for (i = 0; i < kept->count; i++) {
		if (!strcmp(kept->all[i], table))
			return true;
	}
	return false;
}

/* The place of the word behind @name, or 0. */
static size_t place_behind(const struct words *words, const char *name)
{
	size_t i;

	for (i = 0; i + 1 < words->count; i++) {
		if (!strcmp(words->all[i], name))
			return i + 1;
	}
	return 0;
}

static const char *word_behind(const struct words *words, const char *name)
{
	size_t place = place_behind(words, name);

	return place ? words->all[place] : "";
}

/* Is @text, @length characters of it, an address of this host's? */
static bool is_own(const char *text, size_t length)
{
	char *address = format_text("%.*s", (int)length, text);
	struct ifaddrs *all = NULL, *one;
	char own[NI_MAXHOST];
	bool found = !strncmp(address, "127.", 4) || !strcmp(address, "::1");

	if (!found)
		getifaddrs(&all);
	for (one = all; one && !found; one = one->ifa_next) {
		const struct sockaddr *name = one->ifa_addr;
		socklen_t size = name && name->sa_family == AF_INET ?
					 sizeof(struct sockaddr_in) :
					 sizeof(struct sockaddr_in6);

		found = name &&
			!getnameinfo(name, size, own, sizeof(own), NULL, 0,
				     NI_NUMERICHOST) &&
			!strcmp(own, address);
	}
	freeifaddrs(all);
	free(address);
	return found;
}

/*
 * ADDRESS:PORT, [ADDRESS]:PORT, :PORT or PORT: this host's port, 0 if it is another's,
 * -1 if it is something else.
 */
static int own_port(const char *target)
{
	const char *colon = strrchr(target, ':');
	const char *port = colon ? colon + 1 : target;
	unsigned long number;
	char *end;

	if (colon && colon != target &&
	    !(*target == '[' ? is_own(target + 1, colon - target - 2) :
			       is_own(target, colon - target)))
		return 0;
	number = strtoul(port, &end, 10);
	return end == port || *end || number >= PORTS ? -1 : (int)number;
}

/**
 * struct source - where a rule is
 * @rule: what the tool prints
 * @protocol: "tcp" or "udp"; anything else is both
 * @ports: as a list, or ""
 * @target: the port that is asked instead, maybe with an address
 * @narrow: what the rule has besides its ports
 * @removal: what to type to remove it
 */
struct source {
	const char *rule;
	const char *protocol;
	const char *ports;
	const char *target;
	const char *narrow;
	const char *removal;
};

/* From ports that are privileged to one that is not. */
static void consider(const struct redirect_search *search,
		     const struct source *source)
{
	static struct port_set from;
	struct redirect redirect = { .from = &from,
				     .narrow = source->narrow,
				     .rule = source->rule,
				     .remove = source->removal };
	const char *protocol = source->protocol;
	int port = own_port(source->target);
	struct mistake mistake;
	char *text;

	if (port >= 0 && port < 1024)
		return;
	text = protocol_find(protocol, strlen(protocol)) ?
		       format_text("%s/%s", protocol, source->ports) :
		       format_text("%s", source->ports);
	ports_clear(&from);
	if (port < 0 || !*source->ports ||
	    !ports_parse(&from, text, &mistake)) {
		search->omitted(source->rule, ONLY_NUMBERS, search->data);
	} else if (from.first % PORTS < 1024) {
		redirect.ports = text;
		redirect.to = port;
		search->found(&redirect, search->data);
	}
	free(text);
}

/* What @word, of iptables, and the word behind it say of which packets. */
static bool is_condition(const char *word, const char *behind)
{
	if (!strcmp(word, "-A"))
		return strcmp(behind, "PREROUTING");
	if (!strcmp(word, "-m"))
		return strcmp(behind, "tcp") && strcmp(behind, "udp") &&
		       strcmp(behind, "multiport") && strcmp(behind, "comment");
	return strcmp(word, "-p") && strcmp(word, "--dport") &&
	       strcmp(word, "--dports") && strcmp(word, "--comment") &&
	       strcmp(word, "-j") && strcmp(word, "--to-ports") &&
	       strcmp(word, "--to-destination");
}

static bool iptables_is_narrow(const struct words *words)
{
	size_t i;

	for (i = 0; i + 1 < words->count; i += 2) {
		if (is_condition(words->all[i], words->all[i + 1]))
			return true;
	}
	return i < words->count;
}

static void read_iptables_rule(const struct redirect_search *search,
			       const char *tool, const char *table,
			       const char *line)
{
	char *text = format_text("%s", line);
	char *removal =
		format_text("%s -t %s -D%s", tool, table, line + strlen("-A"));
	struct source source;
	struct words words;
	size_t place;

	split(&words, text);
	source = (struct source){
		.rule = line,
		.protocol = word_behind(&words, "-p"),
		.ports = "",
		.target = word_behind(&words, "--to-ports"),
		.narrow = iptables_is_narrow(&words) ? "the conditions" :
						       "the family",
		.removal = removal,
	};
	if (!*source.target)
		source.target = word_behind(&words, "--to-destination");
	place = place_behind(&words, "--dport") ?:
			place_behind(&words, "--dports");
	if (place >= 2 && strcmp(words.all[place - 2], "!"))
		source.ports = words.all[place];
	if (*source.target)
		consider(search, &source);
	free(words.all);
	free(removal);
	free(text);
}

/* The older kind has tables of its own in the kernel. */
static void read_iptables(const struct redirect_search *search,
			  const char *tool, struct kept *kept, FILE *output)
{
	const char *family = *tool == 'i' && tool[2] == '6' ? "ip6" : "ip";
	bool is_of_nft = false;
	char table[32] = "";
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, output) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		is_of_nft |= *line == '#' && strstr(line, "(nf_tables)");
		if (*line == '*') {
			snprintf(table, sizeof(table), "%s", line + 1);
			if (is_of_nft && kept->count < ARRAY_SIZE(kept->all))
				snprintf(kept->all[kept->count++],
					 sizeof(kept->all[0]), "%s %s", family,
					 table);
		} else if (!strncmp(line, "-A ", 3))
			read_iptables_rule(search, tool, table, line);
	}
	free(line);
}

/* 80, 80-81 or { 80, 443 } as a list without blanks; "" if it is something else. */
static char *nft_ports(const struct words *words)
{
	size_t place = place_behind(words, "dport");
	char *text;
	size_t size;
	FILE *file;

	if (!place || strcmp(words->all[place], "{"))
		return format_text("%s", place ? words->all[place] : "");
	file = open_memstream(&text, &size);
	if (!file)
		out_of_memory();
	while (++place < words->count && strcmp(words->all[place], "}"))
		fputs(words->all[place], file);
	if (fclose(file))
		out_of_memory();
	return text;
}

/**
 * struct nft_chain - where rules are
 * @path: family, table and chain, as nft wants them
 * @is_first: it is asked about all packets that come in
 */
struct nft_chain {
	char *path;
	bool is_first;
};

/* Up to @end there is more than protocol, ports and counter. */
static bool nft_is_narrow(const struct words *words, size_t end)
{
	size_t place = place_behind(words, "dport"), i;

	for (i = 0; i < end; i++) {
		if (place && i + 2 == place) {
			i = place;
			while (!strcmp(words->all[place], "{") && i < end &&
			       strcmp(words->all[i], "}"))
				i++;
		} else if (!strcmp(words->all[i], "counter")) {
			if (!strcmp(words->all[i + 1], "packets"))
				i += 4;
		} else {
			return true;
		}
	}
	return false;
}

/* -a shows the rule's handle. */
static void read_nft_rule(const struct redirect_search *search,
			  const struct nft_chain *chain, const char *line)
{
	char *text = format_text("%s", line), *removal, *ports;
	size_t verb, to, dport;
	struct source source;
	struct words words;

	split(&words, text);
	verb = place_behind(&words, "redirect") ?: place_behind(&words, "dnat");
	to = place_behind(&words, "to");
	dport = place_behind(&words, "dport");
	if (!verb || to <= verb) {
		free(words.all);
		free(text);
		return;
	}
	removal = format_text("nft delete rule %s handle %s", chain->path,
			      word_behind(&words, "handle"));
	ports = nft_ports(&words);
	source = (struct source){
		.rule = line,
		.protocol = dport >= 2 ? words.all[dport - 2] : "",
		.ports = dport < verb ? ports : "",
		.target = words.all[to],
		.narrow = !chain->is_first || nft_is_narrow(&words, verb - 1) ?
				  "the conditions" :
			  strncmp(chain->path, "inet ", 5) ? "the family" :
							     NULL,
		.removal = removal,
	};
	consider(search, &source);
	free(ports);
	free(removal);
	free(words.all);
	free(text);
}

static void read_nft(const struct redirect_search *search,
		     const struct kept *kept, FILE *output)
{
	char family[16] = "", name[128] = "", word[128] = "";
	char *line = NULL, *text, *table = NULL;
	struct nft_chain chain = { 0 };
	size_t size = 0;

	while (getline(&line, &size, output) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		text = line + strspn(line, " \t");
		if (sscanf(text, "table %15s %127s {", family, name) == 2) {
			free(table);
			table = format_text("%s %s", family, name);
		} else if (table && sscanf(text, "chain %127s {", word) == 1) {
			free(chain.path);
			chain.path = format_text("%s %s", table, word);
			chain.is_first = false;
		} else if (!strncmp(text, "type ", 5)) {
			chain.is_first = strstr(text, " hook prerouting ");
		} else if (chain.path && !is_kept(kept, table)) {
			read_nft_rule(search, &chain, text);
		}
	}
	free(chain.path);
	free(table);
	free(line);
}

/* Where it is, or NULL if it is not installed. */
static char *find_program(const char *name)
{
	static const char *const folders[] = { "/usr/sbin", "/sbin" };
	char *path;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(folders); i++) {
		path = format_text("%s%s/%s", places.root, folders[i], name);
		if (!access(path, X_OK))
			return path;
		free(path);
	}
	return NULL;
}

/**
 * redirects_read() - go through the rules that redirect privileged ports
 * @search: whom to tell
 *
 * Only those to an unprivileged port of this host are told of.
 */
void redirects_read(const struct redirect_search *search)
{
	static const struct {
		const char *program;
		const char *tool;
		const char *arguments[5];
	} sources[] = {
		{ "iptables-save", "iptables" },
		{ "ip6tables-save", "ip6tables" },
		{ "nft", NULL, { "-n", "-a", "list", "ruleset" } },
	};
	struct kept kept = { 0 };
	char *words[6] = { 0 };
	FILE *output;
	size_t i, j;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		words[0] = find_program(sources[i].program);
		if (!words[0])
			continue;
		for (j = 0; j < ARRAY_SIZE(sources[i].arguments); j++)
			words[j + 1] = (char *)sources[i].arguments[j];
		output = program_open(words, &pid);
		if (output && sources[i].tool)
			read_iptables(search, sources[i].tool, &kept, output);
		else if (output)
			read_nft(search, &kept, output);
		if (!output || !program_close(output, pid))
			search->omitted(
				sources[i].program,
				geteuid() ? "it failed; only root may ask it" :
					    "it failed",
				search->data);
		free(words[0]);
	}
}
