// SPDX-License-Identifier: GPL-2.0
/*
 * Kills whatever has hooked a function: writes a no-op over the call at its
 * entry, as if nobody were there, and the call back when it is unloaded.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>

static char *function = "__inet_bind";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "whose hook to kill");

static void *entry;

/* Neither what writes text nor what finds symbols is exported. */
static void *find(const char *name)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long (*lookup)(const char *name);

	if (register_kprobe(&probe))
		return NULL;
	lookup = (void *)probe.addr;
	unregister_kprobe(&probe);
	return (void *)lookup(name);
}

#ifdef CONFIG_ARM64

/* Behind the landing for branches, where there is one, and mov x9, x30. */
#define CALL_OFFSET \
	((IS_ENABLED(CONFIG_ARM64_BTI_KERNEL) + 1) * AARCH64_INSN_SIZE)

static const u32 nothing = 0xd503201f;
static u32 call;

static int (*text_write)(void *address, u32 code);

static bool find_writer(void)
{
	text_write = find("aarch64_insn_patch_text_nosync");
	return text_write;
}

static bool is_call(void)
{
	return call >> 26 == 0x25;
}

static void write(const void *code)
{
	text_write(entry, *(const u32 *)code);
}

#else

#define CALL_OFFSET (IS_ENABLED(CONFIG_X86_KERNEL_IBT) * 4)

static const u8 nothing[MCOUNT_INSN_SIZE] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
static u8 call[MCOUNT_INSN_SIZE];

static struct mutex *text_lock;
static void (*text_write)(void *address, const void *code, size_t length,
			  const void *emulate);

static bool find_writer(void)
{
	text_lock = find("text_mutex");
	text_write = find("text_poke_bp") ?: find("smp_text_poke_single");
	return text_lock && text_write;
}

static bool is_call(void)
{
	return call[0] == 0xe8;
}

static void write(const void *code)
{
	mutex_lock(text_lock);
	text_write(entry, code, sizeof(call), NULL);
	mutex_unlock(text_lock);
}

#endif

static int __init kill_init(void)
{
	entry = find(function);
	if (!find_writer() || !entry)
		return -ENOENT;
	entry += CALL_OFFSET;
	memcpy(&call, entry, sizeof(call));
	if (!is_call())
		return -ESRCH;
	write(&nothing);
	return 0;
}

static void __exit kill_exit(void)
{
	write(&call);
}

module_init(kill_init);
module_exit(kill_exit);

MODULE_DESCRIPTION("Kills a hook, for a test of portfs");
MODULE_LICENSE("GPL");
