// SPDX-License-Identifier: GPL-2.0
/* The parts of the names of systemd's units, as systemd.unit(5) has them. */
#include <string.h>

#include "unitname.h"

/**
 * unit_name_template() - foo@.service for foo@bar.service
 * @name: the instance
 *
 * Return: the template, or NULL for what is no instance.
 */
char *unit_name_template(const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

	if (!at || !dot || dot < at || dot == at + 1)
		return NULL;
	return format_text("%.*s%s", (int)(at + 1 - name), name, dot);
}

/**
 * unit_name_instance() - foo@bar.service for foo@.service
 * @template: the template
 * @name: another one's instance, of the same name behind the @
 *
 * Return: the instance.
 */
char *unit_name_instance(const char *template, const char *name)
{
	return format_text("%.*s%s", (int)(strchr(template, '@') - template),
			   template, strchr(name, '@'));
}

/**
 * unit_name_prefix() - foo-.service for foo-bar.service and foo-bar@.service
 * @name: the unit
 *
 * Return: the name up to the dash, or NULL if it has none.
 */
char *unit_name_prefix(const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	const char *end = at ? at : dot, *dash = end;

	if (end > name && end[-1] == '-')
		dash--;
	dash = memrchr(name, '-', dash - name);
	if (!dash || dash == name)
		return NULL;
	return format_text("%.*s%s", (int)(dash + 1 - name), name,
			   at && at + 1 != dot ? at : dot);
}

/**
 * unit_is_template() - is it one of which only instances run?
 * @unit: the unit
 *
 * Return: whether so.
 */
bool unit_is_template(const struct unit_file *unit)
{
	const char *at = strchr(unit->name, '@');

	return at && at + 1 == strrchr(unit->name, '.');
}
