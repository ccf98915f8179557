/* Runs a harness over the files that are named, where there is no libFuzzer. */
#include "fuzz.h"

int main(int count, char **names)
{
    for (int i = 1; i < count; i++) {
        enum { MOST = 1 << 20 };
        static uint8_t bytes[MOST];
        FILE *file = fopen(names[i], "rb");
        if (file == NULL) {
            perror(names[i]);
            return EXIT_FAILURE;
        }
        const size_t size = fread(bytes, 1, MOST, file);
        (void)fclose(file);
        uint8_t *copy = exact_block(bytes, size);
        fprintf(stderr, "%s\n", names[i]);
        (void)LLVMFuzzerTestOneInput(copy, size);
        free(copy);
    }
    return EXIT_SUCCESS;
}
