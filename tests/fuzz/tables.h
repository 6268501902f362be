/* SPDX-License-Identifier: GPL-2.0 */
/* Tables to files and back, for the fuzz target and for the test of names. */
#ifndef PORTFS_FUZZ_TABLES_H
#define PORTFS_FUZZ_TABLES_H

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"
#include "owner.h"
#include "place.h"
#include "port.h"

/* A file without a name, to be read by its path. */
static inline char *make_file(const char *text, size_t size, int *fd)
{
	*fd = memfd_create("table", MFD_CLOEXEC);
	if (*fd < 0 || write(*fd, text, size) != (ssize_t)size)
		abort();
	return format_text("/proc/self/fd/%d", *fd);
}

static inline enum status read_text(struct source *source, const char *text,
				    size_t size)
{
	enum status status;
	char *path;
	int fd;

	source_init(source, false);
	path = make_file(text, size, &fd);
	status = file_read(source, path);
	close(fd);
	free(path);
	return status;
}

static inline void source_free(struct source *source)
{
	free(source->table);
	free(source->origins);
}

/* What is written is read, and means the same. */
static inline bool reads_back_table(const struct table *table)
{
	struct source source;
	bool same = true;
	unsigned int i;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		abort();
	table_write(file, table);
	if (fclose(file))
		abort();
	if (read_text(&source, text, size) != DONE)
		same = false;
	for (i = 0; same && i < INDICES; i++)
		same = rule_equal(&table->rules[i], &source.table->rules[i]);
	if (!same)
		fprintf(stdout, "written, and not read as the same:\n%s", text);
	source_free(&source);
	free(text);
	return same;
}

#endif
