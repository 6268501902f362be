// SPDX-License-Identifier: GPL-2.0
/*
 * In place of libFuzzer, where there is none: driver RUNS FILE… takes each file
 * as it is, and then RUNS inputs made of them by chance. The seed is fixed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_MAX_BYTES 4096

struct input {
	uint8_t data[SIZE_MAX_BYTES];
	size_t size;
};

static size_t below(size_t limit)
{
	return limit ? (size_t)(random() / 8) % limit : 0;
}

/* A byte goes, comes or changes, or a part of another input comes. */
static void mutate(struct input *input, const struct input *other)
{
	static const char special[] = "uwgrx0179\\:,-+#/ \t\r\n\377";
	size_t at = below(input->size), length;

	switch (below(4)) {
	case 0:
		if (input->size)
			memmove(input->data + at, input->data + at + 1,
				--input->size - at);
		break;
	case 1:
		if (input->size == SIZE_MAX_BYTES)
			break;
		memmove(input->data + at + 1, input->data + at,
			input->size++ - at);
		input->data[at] = special[below(sizeof(special))];
		break;
	case 2:
		if (input->size)
			input->data[at] = below(3) ?
						  special[below(sizeof(special))] :
						  below(256);
		break;
	case 3:
		length = below(other->size + 1);
		if (length > SIZE_MAX_BYTES - at)
			length = SIZE_MAX_BYTES - at;
		memcpy(input->data + at,
		       other->data + below(other->size - length + 1), length);
		if (input->size < at + length)
			input->size = at + length;
		break;
	}
}

int main(int argc, char **argv)
{
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, i;
	int count = argc - 2, n;
	struct input *inputs = calloc(count > 0 ? count : 1, sizeof(*inputs));
	struct input input;
	FILE *file;

	if (!inputs || count < 1)
		return 1;
	for (n = 0; n < count; n++) {
		file = fopen(argv[n + 2], "r");
		if (!file)
			return 1;
		inputs[n].size = fread(inputs[n].data, 1, SIZE_MAX_BYTES, file);
		fclose(file);
		LLVMFuzzerTestOneInput(inputs[n].data, inputs[n].size);
	}
	srandom(1);
	for (i = 0; i < runs; i++) {
		input = inputs[below(count)];
		for (n = below(16); n >= 0; n--)
			mutate(&input, &inputs[below(count)]);
		LLVMFuzzerTestOneInput(input.data, input.size);
	}
	printf("%d files and %lu runs\n", count, runs);
	return 0;
}
