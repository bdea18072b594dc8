/* Reads words, one a line, stems all of them a few times, and prints how many
 * a second of CPU. */
#include <libstemmer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { most = 4 << 20, rounds = 5 };

int main(void) {
	char *text = NULL, **words = malloc(most * sizeof *words);
	int *lengths = malloc(most * sizeof *lengths), n = 0, length;
	size_t size = 0;
	struct sb_stemmer *s = sb_stemmer_new("russian", "UTF_8");
	if (!words || !lengths || !s)
		return 1;
	while (n < most && (length = getline(&text, &size, stdin)) > 0) {
		words[n] = strndup(text, length - 1);
		lengths[n++] = length - 1;
	}
	clock_t begin = clock();
	for (int r = 0; r < rounds; r++)
		for (int i = 0; i < n; i++)
			if (!sb_stemmer_stem(s, (const sb_symbol *)words[i], lengths[i]))
				return 1;
	printf("%.0f\n", (double)rounds * n * CLOCKS_PER_SEC / (clock() - begin));
	return 0;
}
