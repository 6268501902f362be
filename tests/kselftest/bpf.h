/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BPF programs that do nothing, at functions of the kernel, by bpf(2) alone:
 * no compiler for BPF and no library is needed.
 */
#ifndef PORTFS_TEST_BPF_H
#define PORTFS_TEST_BPF_H

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BTF_OF_KERNEL "/sys/kernel/btf/vmlinux"

#ifndef BPF_F_KPROBE_MULTI_RETURN
#define BPF_F_KPROBE_MULTI_RETURN 1
#endif

static inline int bpf(int command, union bpf_attr *attr, size_t size)
{
	int result = syscall(SYS_bpf, command, attr, size);

	return result < 0 ? -errno : result;
}

/* How many bytes follow the head of a type. */
static inline size_t btf_tail(const struct btf_type *type)
{
	unsigned int entries = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case 17: /* DECL_TAG */
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return entries * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return entries * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return entries * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return entries * sizeof(struct btf_var_secinfo);
	case 19: /* ENUM64 */
		return entries * 3 * sizeof(__u32);
	default:
		return 0;
	}
}

static inline int btf_find(const char *btf, const char *function)
{
	const struct btf_header *header = (const void *)btf;
	const char *names = btf + header->hdr_len + header->str_off;
	const char *at = btf + header->hdr_len + header->type_off;
	const char *end = at + header->type_len;
	int id;

	for (id = 1; at < end; id++) {
		const struct btf_type *type = (const void *)at;

		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(names + type->name_off, function))
			return id;
		at += sizeof(*type) + btf_tail(type);
	}
	return -ENOENT;
}

/* The kernel's own number of @function, or a negative errno. */
static inline int btf_function(const char *function)
{
	int fd = open(BTF_OF_KERNEL, O_RDONLY);
	struct stat status;
	size_t length = 0;
	ssize_t got = 1;
	char *btf;
	int id;

	if (fd < 0 || fstat(fd, &status))
		return -errno;
	btf = malloc(status.st_size);
	/* It gives a page at a time. */
	while (btf && got > 0 && length < (size_t)status.st_size) {
		got = read(fd, btf + length, status.st_size - length);
		length += got > 0 ? got : 0;
	}
	close(fd);
	id = btf && got > 0 ? btf_find(btf, function) : -EIO;
	free(btf);
	return id;
}

static inline int bpf_load(enum bpf_prog_type type,
			   enum bpf_attach_type attach, int function)
{
	/* r0 = 0; exit */
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type,
		.expected_attach_type = attach,
		.insns = (unsigned long)nothing,
		.insn_cnt = 2,
		.license = (unsigned long)"GPL",
		.attach_btf_id = function,
	};

	return bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* A program before or after @function; a file to close, or a negative errno. */
static inline int bpf_trace(int program)
{
	union bpf_attr attr = { .raw_tracepoint.prog_fd = program };

	return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

/* The same by a probe that can be at many functions. */
static inline int bpf_kprobe_multi(int program, const char *function,
				   unsigned int flags)
{
	union bpf_attr attr = {
		.link_create = {
			.prog_fd = program,
			.attach_type = BPF_TRACE_KPROBE_MULTI,
			.kprobe_multi = {
				.syms = (unsigned long)&function,
				.cnt = 1,
				.flags = flags,
			},
		},
	};

	return bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* How often a program ran, if kernel.bpf_stats_enabled is set. */
static inline long bpf_runs(int program)
{
	struct bpf_prog_info info = {};
	union bpf_attr attr = {
		.info = {
			.bpf_fd = program,
			.info_len = sizeof(info),
			.info = (unsigned long)&info,
		},
	};
	int error = bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));

	return error ? error : (long)info.run_cnt;
}

#endif
