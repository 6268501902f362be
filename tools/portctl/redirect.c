// SPDX-License-Identifier: GPL-2.0
/*
 * What the packet filter sends from one port to another of this host, by the rules
 * that iptables-save(8), ip6tables-save(8) and nft(8) print. What iptables keeps in
 * nft's tables is read from iptables-save.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "place.h"
#include "program.h"
#include "redirect.h"

#define WORDS_MAX    256
#define ONLY_NUMBERS "only ports in numbers are understood"

/**
 * struct words - a rule
 * @all: its words; those that are not there are ""
 * @count: how many
 */
struct words {
	const char *all[WORDS_MAX];
	size_t count;
};

static void split(struct words *words, char *text)
{
	char *word, *rest;

	words->count = 0;
	for (word = strtok_r(text, " \t\n", &rest);
	     word && words->count < WORDS_MAX;
	     word = strtok_r(NULL, " \t\n", &rest))
		words->all[words->count++] = word;
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

/* ADDRESS:PORT, [ADDRESS]:PORT, :PORT or PORT: this host's port, or 0. */
static unsigned int own_port(const char *target)
{
	const char *colon = strrchr(target, ':');
	const char *port = colon ? colon + 1 : target;

	if (colon && colon != target && strncmp(target, "127.", 4) &&
	    strncmp(target, "[::1]", 5))
		return 0;
	return strtoul(port, NULL, 10);
}

/* In the words of iptables, then in nft's. */
static bool is_narrow(const struct words *words)
{
	static const char *const names[] = { "-s",	"-d",	  "-i",	 "-o",
					     "saddr",	"daddr",  "iif", "oif",
					     "iifname", "oifname" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (place_behind(words, names[i]))
			return true;
	}
	return false;
}

/* From ports that are privileged to one that is not: @protocol is of both if it is none. */
static void consider(const struct redirect_search *search,
		     const struct words *words, const char *protocol,
		     const char *ports, const char *target, const char *rule,
		     const char *removal)
{
	static struct port_set from;
	struct redirect redirect = { .from = &from,
				     .is_narrow = is_narrow(words),
				     .rule = rule,
				     .remove = removal };
	unsigned int bits = protocol_find(protocol, strlen(protocol));
	unsigned int port = own_port(target);
	struct mistake mistake;
	char *text;

	if (port < 1024)
		return;
	if (!*ports) {
		search->omitted(rule, ONLY_NUMBERS, search->data);
		return;
	}
	text = bits ? format_text("%s/%s", protocol, ports) :
		      format_text("%s", ports);
	ports_clear(&from);
	if (!ports_parse(&from, text, &mistake)) {
		search->omitted(rule, ONLY_NUMBERS, search->data);
	} else if (from.first % PORTS < 1024) {
		redirect.ports = text;
		redirect.to = from.first / PORTS * PORTS + port;
		search->found(&redirect, search->data);
	}
	free(text);
}

static void read_iptables_rule(const struct redirect_search *search,
			       const char *tool, const char *table,
			       const char *line)
{
	char *text = format_text("%s", line);
	const char *ports = "", *target;
	struct words words;
	char *removal;
	size_t place;

	split(&words, text);
	target = word_behind(&words, "--to-ports");
	if (!*target)
		target = word_behind(&words, "--to-destination");
	place = place_behind(&words, "--dport");
	if (!place)
		place = place_behind(&words, "--dports");
	if (place >= 2 && strcmp(words.all[place - 2], "!"))
		ports = words.all[place];
	removal =
		format_text("%s -t %s -D%s", tool, table, line + strlen("-A"));
	if (*target)
		consider(search, &words, word_behind(&words, "-p"), ports,
			 target, line, removal);
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

/* @chain is the family, the table and the chain; -a shows the rule's handle. */
static void read_nft_rule(const struct redirect_search *search,
			  const char *chain, char *line)
{
	char *text = format_text("%s", line), *removal, *ports;
	const char *target = "", *handle;
	struct words words;
	size_t place;

	split(&words, text);
	place = place_behind(&words, "to");
	if (place >= 2 && (!strcmp(words.all[place - 2], "redirect") ||
			   !strcmp(words.all[place - 2], "dnat") ||
			   !strcmp(words.all[place - 2], "ip") ||
			   !strcmp(words.all[place - 2], "ip6")))
		target = words.all[place];
	handle = word_behind(&words, "handle");
	ports = nft_ports(&words);
	place = place_behind(&words, "dport");
	removal = format_text("nft delete rule %s handle %s", chain, handle);
	if (*target &&
	    (!*ports || !strcmp(target, ":tcp") || !strcmp(target, "tcp") ||
	     !strcmp(target, "udp") || !strcmp(ports, "map")))
		search->omitted(line, ONLY_NUMBERS, search->data);
	else if (*target)
		consider(search, &words, place >= 2 ? words.all[place - 2] : "",
			 ports, target, line, removal);
	free(removal);
	free(ports);
	free(text);
}

static void read_nft(const struct redirect_search *search,
		     const struct kept *kept, FILE *output)
{
	char family[16] = "", name[128] = "", chain[128] = "";
	char *line = NULL, *text, *table = NULL, *path;
	size_t size = 0;

	while (getline(&line, &size, output) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		text = line + strspn(line, " \t");
		if (sscanf(text, "table %15s %127s {", family, name) == 2) {
			free(table);
			table = format_text("%s %s", family, name);
		} else if (sscanf(text, "chain %127s {", chain) == 1) {
			continue;
		} else if (table && !is_kept(kept, table)) {
			path = format_text("%s %s", table, chain);
			read_nft_rule(search, path, text);
			free(path);
		}
	}
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
