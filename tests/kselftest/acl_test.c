// SPDX-License-Identifier: GPL-2.0
/*
 * ACLs of nodes: what they say of a bind, who may set them, what chmod, chown
 * and rm make of them, and what is refused.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"
#include "acl.h"

#define NODE	node_path(variant->protocol, variant->port)
#define OTHER_MOUNT	SCRATCH "/other"
#define NO_ACL	strerror(ENODATA)

FIXTURE(acl) {
	char unclaimed[32];
	char directory[32];
};

FIXTURE_VARIANT(acl) {
	int protocol;
	unsigned int port;
};

#define ACL_VARIANT(name, protocol_, port_)	\
	FIXTURE_VARIANT_ADD(acl, name) {	\
		.protocol = protocol_,		\
		.port = port_,			\
	}

ACL_VARIANT(tcp_low, IPPROTO_TCP, 80);
ACL_VARIANT(tcp_high, IPPROTO_TCP, 8080);
ACL_VARIANT(udp_low, IPPROTO_UDP, 80);
ACL_VARIANT(udp_high, IPPROTO_UDP, 8080);

FIXTURE_SETUP(acl)
{
	ASSERT_EQ(0, clean_view());
	snprintf(self->unclaimed, sizeof(self->unclaimed), "%s", shown(NODE));
	snprintf(self->directory, sizeof(self->directory), MOUNT_POINT "/%s",
		 variant->protocol == IPPROTO_TCP ? "tcp" : "udp");
}

FIXTURE_TEARDOWN(acl)
{
}

static const struct caller member = {
	.uid = BOB, .gid = BOB, .supplementary = WEB,
};

#define EXPECT_BIND(expected, who) do {				\
	const struct road road = {					\
		.protocol = variant->protocol, .address = INET,		\
	};								\
									\
	EXPECT_EQ(expected, bind_as(who, &road, variant->port));	\
} while (0)

/* ---- what it says ---- */

TEST_F(acl, claims)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::0,m::6,o::0"));
	EXPECT_STREQ("0:0 0660", shown(NODE));
	EXPECT_STREQ("u::6,u:1002:6,g::0,m::6,o::0", acl_of(NODE));
	EXPECT_STREQ(variant->port == 80 ? "80" : "8080",
		     listing(self->directory));
	EXPECT_BIND(0, &bob);
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &root);
	EXPECT_BIND(0, &capable);
}

/* It says all: the entry for others is what was written, not 0. */
TEST_F(acl, claims_with_every_entry)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1001:4,g::6,m::6,o::6"));
	EXPECT_STREQ("0:0 0666", shown(NODE));
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &bob);
}

TEST_F(acl, named_group)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,g::0,g:1100:2,m::6,o::0"));
	EXPECT_BIND(0, &member);
	EXPECT_BIND(EACCES, &bob);
	EXPECT_BIND(EACCES, &alice);
}

TEST_F(acl, owner_and_owning_group)
{
	ASSERT_EQ(0, chown(NODE, ALICE, WEB));
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1003:6,g::6,m::6,o::0"));
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(0, &member);
	EXPECT_BIND(EACCES, &bob);
	/* What an entry says of the owner by name is not asked. */
	ASSERT_EQ(0, set_acl(NODE, "u::4,u:1001:6,g::6,m::6,o::6"));
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &bob);
}

TEST_F(acl, mask_limits_all_but_owner_and_others)
{
	ASSERT_EQ(0, chown(NODE, ALICE, 2000));
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1003:6,g::6,g:1100:6,m::4,o::6"));
	EXPECT_STREQ("1001:2000 0646", shown(NODE));
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(0, &bob);
	EXPECT_BIND(EACCES, &member);
	EXPECT_BIND(EACCES, (&(struct caller){ .uid = 1003, .gid = 1003 }));
	EXPECT_BIND(EACCES, (&(struct caller){ .uid = 1004, .gid = 2000 }));
	/* One without names limits the owning group. */
	ASSERT_EQ(0, set_acl(NODE, "u::6,g::6,m::4,o::6"));
	EXPECT_STREQ("u::6,g::6,m::4,o::6", acl_of(NODE));
	EXPECT_BIND(EACCES, (&(struct caller){ .uid = 1004, .gid = 2000 }));
}

TEST_F(acl, classes_are_exclusive)
{
	/* A named user's entry hides the groups', they hide the others'. */
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:4,g::0,g:1100:6,m::6,o::6"));
	EXPECT_BIND(EACCES, &member);
	EXPECT_BIND(0, &alice);
	ASSERT_EQ(0, set_acl(NODE, "u::6,g::6,g:1100:4,m::6,o::6"));
	EXPECT_BIND(EACCES, &member);
	EXPECT_BIND(0, &bob);
	/* Of several groups one is enough. */
	ASSERT_EQ(0, set_acl(NODE, "u::6,g::0,g:1002:4,g:1100:6,m::6,o::0"));
	EXPECT_BIND(0, &member);
	EXPECT_BIND(EACCES, &bob);
}

TEST_F(acl, only_write_is_the_right)
{
	ASSERT_EQ(0, set_acl(NODE, "u::7,u:1001:2,u:1002:5,g::0,m::7,o::0"));
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(EACCES, &bob);
}

TEST_F(acl, replaced)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1001:6,g::0,m::6,o::0"));
	EXPECT_BIND(0, &alice);
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::0,m::6,o::0"));
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &bob);
}

TEST_F(acl, in_both_protocols_apart)
{
	int other = variant->protocol == IPPROTO_TCP ? IPPROTO_UDP :
						       IPPROTO_TCP;

	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1001:6,g::0,m::6,o::0"));
	EXPECT_STREQ(NO_ACL, acl_of(node_path(other, variant->port)));
	EXPECT_STREQ(self->unclaimed, shown(node_path(other, variant->port)));
}

/* ---- with mode, owner and release ---- */

TEST_F(acl, minimal_one_is_a_mode)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,g::4,o::2"));
	EXPECT_STREQ("0:0 0642", shown(NODE));
	EXPECT_STREQ(NO_ACL, acl_of(NODE));
	EXPECT_EQ(0, listxattr(NODE, NULL, 0));
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1001:6,g::0,m::6,o::0"));
	ASSERT_EQ(0, set_acl(NODE, "u::6,g::0,o::0"));
	EXPECT_STREQ("0:0 0600", shown(NODE));
	EXPECT_STREQ(NO_ACL, acl_of(NODE));
	EXPECT_BIND(EACCES, &alice);
}

TEST_F(acl, chmod_sets_the_mask)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1001:6,g::4,m::6,o::0"));
	ASSERT_EQ(0, chmod(NODE, 0646));
	EXPECT_STREQ("u::6,u:1001:6,g::4,m::4,o::6", acl_of(NODE));
	EXPECT_STREQ("0:0 0646", shown(NODE));
	EXPECT_BIND(EACCES, &alice);
	EXPECT_BIND(0, &bob);
	ASSERT_EQ(0, chmod(NODE, 0060));
	EXPECT_STREQ("u::0,u:1001:6,g::4,m::6,o::0", acl_of(NODE));
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(EACCES, &bob);
	ASSERT_EQ(0, chmod(NODE, 01660));
	EXPECT_STREQ("0:0 1660", shown(NODE));
	EXPECT_STREQ("u::6,u:1001:6,g::4,m::6,o::0", acl_of(NODE));
}

TEST_F(acl, chown_keeps_it)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::4,m::6,o::4"));
	ASSERT_EQ(0, chown(NODE, ALICE, WEB));
	EXPECT_STREQ("1001:1100 0664", shown(NODE));
	EXPECT_STREQ("u::6,u:1002:6,g::4,m::6,o::4", acl_of(NODE));
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(0, &bob);
}

TEST_F(acl, set_after_chown)
{
	ASSERT_EQ(0, chown(NODE, ALICE, -1));
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::0,m::6,o::0"));
	EXPECT_STREQ("1001:0 0660", shown(NODE));
}

/* As for files the mode stays, in which the mask is. */
TEST_F(acl, removed)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::0,m::6,o::4"));
	ASSERT_EQ(0, remove_acl(NODE));
	EXPECT_STREQ("0:0 0664", shown(NODE));
	EXPECT_STREQ(NO_ACL, acl_of(NODE));
	EXPECT_BIND(EACCES, &bob);
	ASSERT_EQ(0, remove_acl(NODE));
	EXPECT_STREQ("0:0 0664", shown(NODE));
}

TEST_F(acl, removal_of_none_claims_nothing)
{
	EXPECT_EQ(0, remove_acl(NODE));
	EXPECT_STREQ("", listing(self->directory));
	EXPECT_STREQ(self->unclaimed, shown(NODE));
}

TEST_F(acl, rm_releases_it)
{
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::0,m::6,o::0"));
	ASSERT_EQ(0, unlink(NODE));
	EXPECT_STREQ(self->unclaimed, shown(NODE));
	EXPECT_STREQ(NO_ACL, acl_of(NODE));
	EXPECT_BIND(variant->port == 80 ? EACCES : 0, &bob);
	ASSERT_EQ(0, chown(NODE, ALICE, -1));
	EXPECT_STREQ(NO_ACL, acl_of(NODE));
	EXPECT_STREQ("1001:0 0600", shown(NODE));
	EXPECT_BIND(EACCES, &bob);
}

TEST_F(acl, sticky_bit_binds_the_capable)
{
	ASSERT_EQ(0, chown(NODE, ALICE, -1));
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1003:6,g::0,m::6,o::0"));
	EXPECT_BIND(0, &capable);
	EXPECT_BIND(0, &root);
	ASSERT_EQ(0, chmod(NODE, 01660));
	EXPECT_BIND(EACCES, &capable);
	EXPECT_BIND(EACCES, &root);
	EXPECT_BIND(0, &alice);
	EXPECT_BIND(0, (&(struct caller){ .uid = 1003, .gid = 1003 }));
	/* Named, they may. */
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:0:6,u:1002:6,g::0,m::6,o::0"));
	EXPECT_STREQ("1001:0 1660", shown(NODE));
	EXPECT_BIND(0, &capable);
	EXPECT_BIND(0, &root);
}

TEST_F(acl, all_mounts_show_it)
{
	char other[128];

	ASSERT_EQ(0, mount_at(OTHER_MOUNT, 0));
	snprintf(other, sizeof(other), OTHER_MOUNT "%s",
		 NODE + strlen(MOUNT_POINT));
	EXPECT_STREQ(NO_ACL, acl_of(other));
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::0,m::6,o::0"));
	EXPECT_STREQ("u::6,u:1002:6,g::0,m::6,o::0", acl_of(other));
	acting_as(&bob)
		EXPECT_EQ(0, failure(access(other, W_OK)));
	ASSERT_EQ(0, set_acl(other, "u::6,u:1001:6,g::0,m::6,o::0"));
	EXPECT_STREQ("u::6,u:1001:6,g::0,m::6,o::0", acl_of(NODE));
	acting_as(&bob)
		EXPECT_EQ(EACCES, failure(access(NODE, W_OK)));
	ASSERT_EQ(0, unlink(other));
	EXPECT_STREQ(NO_ACL, acl_of(NODE));
	ASSERT_EQ(0, umount(OTHER_MOUNT));
	ASSERT_EQ(0, mount_at(OTHER_MOUNT, MS_RDONLY));
	EXPECT_EQ(EROFS, set_acl(other, "u::6,u:1002:6,g::0,m::6,o::0"));
	EXPECT_EQ(EROFS, remove_acl(other));
	EXPECT_STREQ("", listing(self->directory));
}

TEST_F(acl, attribute_is_listed_only_where_it_is)
{
	char list[64];

	EXPECT_EQ(0, listxattr(NODE, list, sizeof(list)));
	ASSERT_EQ(0, chown(NODE, ALICE, -1));
	EXPECT_EQ(0, listxattr(NODE, list, sizeof(list)));
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::0,m::6,o::0"));
	EXPECT_EQ(sizeof(ACL_ACCESS), listxattr(NODE, NULL, 0));
	EXPECT_EQ(ERANGE, failure(listxattr(NODE, list, 1)));
	ASSERT_EQ(sizeof(ACL_ACCESS), listxattr(NODE, list, sizeof(list)));
	EXPECT_STREQ(ACL_ACCESS, list);
	EXPECT_EQ(ERANGE, failure(getxattr(NODE, ACL_ACCESS, list, 8)));
}

/* ---- who may ---- */

TEST_F(acl, who_may_set_it)
{
	static const char before[] = "u::6,u:1002:6,g::6,m::6,o::0";
	static const char after[] = "u::6,u:1003:6,g::0,m::6,o::0";
	static const struct {
		struct caller who;
		__u64 capabilities;
		int error;
	} callers[] = {
		{ { .uid = ALICE, .gid = ALICE } },
		{ { .uid = BOB, .gid = BOB }, 0, EPERM },
		{ { .uid = 1003, .gid = WEB }, 0, EPERM },
		{ { .uid = 1004, .gid = 1004 }, 0, EPERM },
		{ { .uid = 1004, .gid = 1004 }, 1ULL << CAP_FOWNER, 0 },
		{ { .uid = 1004, .gid = 1004 }, 1ULL << CAP_CHOWN, EPERM },
		{ { .uid = 1004, .gid = 1004, .bind_service = true },
		  0, EPERM },
		{ { .uid = 1004, .gid = 1004 }, 1ULL << CAP_DAC_OVERRIDE,
		  EPERM },
	};
	int set = -1, removed = -1, error;
	size_t i;

	/* Of an unclaimed one none of them is the owner. */
	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		acting_with(&callers[i].who, callers[i].capabilities)
			set = set_acl(NODE, after);
		error = i ? callers[i].error : EPERM;
		EXPECT_EQ(error, set)
			TH_LOG("case %zu, unclaimed", i);
		ASSERT_EQ(0, unlink(NODE));
	}
	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		ASSERT_EQ(0, chown(NODE, ALICE, WEB));
		ASSERT_EQ(0, set_acl(NODE, before));
		acting_with(&callers[i].who, callers[i].capabilities)
			set = set_acl(NODE, after);
		EXPECT_EQ(callers[i].error, set)
			TH_LOG("case %zu", i);
		EXPECT_STREQ(set ? before : after, acl_of(NODE));
		acting_with(&callers[i].who, callers[i].capabilities)
			removed = remove_acl(NODE);
		EXPECT_EQ(callers[i].error, removed)
			TH_LOG("case %zu, removal", i);
		EXPECT_STREQ(removed ? before : NO_ACL, acl_of(NODE));
	}
	/* Whoever may not bind may read it. */
	ASSERT_EQ(0, set_acl(NODE, before));
	acting_as(&((struct caller){ .uid = 1004, .gid = 1004 }))
		EXPECT_STREQ(before, acl_of(NODE));
}

/* ---- what is refused ---- */

TEST_F(acl, wrong_ones_change_nothing)
{
	static const char * const texts[] = {
		"u::6,g::0", "u::6,o::0", "g::0,o::0", "u::6",
		"u::6,u::6,g::0,o::0", "u::6,g::0,g::0,o::0",
		"u::6,u:1002:6,g::0,o::0", "u::6,g::0,g:1100:6,o::0",
		"u::8,g::0,o::0", "u::6,u:1002:6,g::0,m::9,o::0",
		"g::0,u::6,o::0", "u::6,g::0,o::0,m::6",
		"u::6,u:1002:6,g::0,m::6,m::6,o::0", "x::6", "u::6,x::6",
		"u::6,u:4294967295:6,g::0,m::6,o::0",
		"u::6,g::0,g:4294967295:6,m::6,o::0",
	};
	static struct acl_text acl;
	size_t i, size;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		EXPECT_EQ(EINVAL, set_acl(NODE, texts[i]))
			TH_LOG("unclaimed, text %zu", i);
	EXPECT_STREQ("", listing(self->directory));
	ASSERT_EQ(0, set_acl(NODE, "u::6,u:1002:6,g::0,m::6,o::0"));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT_EQ(EINVAL, set_acl(NODE, texts[i]))
			TH_LOG("text %zu", i);
		EXPECT_STREQ("u::6,u:1002:6,g::0,m::6,o::0", acl_of(NODE));
	}

	size = make_acl("u::6,u:1001:6,g::0,m::6,o::0", &acl);
	/* Cut short; but one without entries is none. */
	for (i = 1; i < size; i++)
		if (i != sizeof(acl.header))
			EXPECT_EQ(EINVAL, failure(setxattr(NODE, ACL_ACCESS,
							   &acl, i, 0)))
				TH_LOG("%zu bytes", i);
	acl.header.a_version++;
	EXPECT_EQ(EOPNOTSUPP, failure(setxattr(NODE, ACL_ACCESS, &acl, size,
					       0)));
	EXPECT_STREQ("u::6,u:1002:6,g::0,m::6,o::0", acl_of(NODE));
}

TEST_F(acl, default_ones_are_not_for_nodes)
{
	static struct acl_text acl;
	size_t size = make_acl("u::6,u:1001:6,g::0,m::6,o::0", &acl);

	EXPECT_EQ(EACCES, failure(setxattr(NODE, ACL_DEFAULT, &acl, size, 0)));
	EXPECT_EQ(0, failure(removexattr(NODE, ACL_DEFAULT)));
	EXPECT_EQ(ENODATA, failure(getxattr(NODE, ACL_DEFAULT, &acl,
					    sizeof(acl))));
	EXPECT_STREQ("", listing(self->directory));
}

TEST_F(acl, directories_have_none)
{
	static const char * const names[] = { ACL_ACCESS, ACL_DEFAULT };
	static struct acl_text acl;
	size_t i, size;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		size = make_acl("u::7,u:1001:7,g::5,m::7,o::5", &acl);
		EXPECT_EQ(EOPNOTSUPP, failure(setxattr(self->directory,
						       names[i], &acl, size,
						       0)));
		EXPECT_EQ(EOPNOTSUPP, failure(setxattr(MOUNT_POINT, names[i],
						       &acl, size, 0)));
		EXPECT_EQ(ENODATA, failure(getxattr(self->directory, names[i],
						    &acl, sizeof(acl))));
	}
	EXPECT_STREQ("0:0 0755 directory", shown(self->directory));
}

/* As many as a file on a small file system takes; each bind looks at them. */
TEST_F(acl, has_an_end)
{
	static char text[ACL_ROOM * 16];
	size_t length, entries;
	unsigned int id;

	for (entries = 256; entries <= 257; entries++) {
		length = sprintf(text, "u::6");
		for (id = 0; id < entries - 4; id++)
			length += sprintf(text + length, ",u:%u:6", 5000 + id);
		sprintf(text + length, ",g::0,m::6,o::0");
		EXPECT_EQ(entries == 256 ? 0 : ENOSPC, set_acl(NODE, text));
		EXPECT_BIND(0, (&(struct caller){ .uid = 5000, .gid = 5 }));
		EXPECT_BIND(0, (&(struct caller){ .uid = 5251, .gid = 5 }));
		EXPECT_BIND(EACCES, (&(struct caller){ .uid = 5252,
						       .gid = 5 }));
	}
}

TEST_NETWORK_MAIN
