#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "squeezesam/ssam.h"

/* Errors: a status is turned into what the language calls an error, with the core's sentence. */
static void check(ssam_status status) {
    if (status != SSAM_OK) {
        fprintf(stderr, "%s: %s\n", ssam_status_name(status), ssam_last_error());
        exit(1);
    }
}

/* The engine: runs a network. This one calls "object" whatever is brighter than the middle. */
static ssam_status run(void* user, int32_t program, const char* name, const ssam_tensor* in,
                       int32_t in_count, ssam_tensor* out, int32_t out_count, char* message,
                       size_t message_size) {
    const int64_t width = in[0].shape[3], side = out[0].shape[3], step = width / side;
    if (strcmp(name, "segment") != 0 || in_count != 4 || out_count != 2) {
        snprintf(message, message_size, "this engine knows no program %d, %s", (int)program, name);
        return SSAM_ERROR_ENGINE;
    }
    for (int64_t i = 0; i < out[0].count; ++i) {
        const int64_t y = i / side % out[0].shape[2] * step, x = i % side * step;
        out[0].data[i] = in[0].data[y * width + x] - 127.5f;
    }
    for (int64_t i = 0; i < out[1].count; ++i) out[1].data[i] = 0.9f;
    ++*(int*)user;
    return SSAM_OK;
}

int main(int argc, char** argv) {
    static char manifest[1 << 16];
    static uint8_t photo[48][64][3], mask_bytes[48][64];
    int runs = 0;
    FILE* file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    const size_t size = file != NULL ? fread(manifest, 1, sizeof manifest, file) : 0;
    for (int y = 10; y < 30; ++y) memset(photo[y][20], 255, 3 * 24); /* a white box on black */

    ssam_bundle* bundle;
    ssam_segmenter* segmenter;
    ssam_session* session;
    ssam_mask* mask;
    const ssam_engine engine = {&runs, run, NULL, 0};
    const ssam_image image = {&photo[0][0][0], 64, 48, 0, SSAM_FORMAT_RGB, 1, NULL, 0, 0, 0};
    check(ssam_bundle_parse(manifest, size, &bundle)); /* load */
    check(ssam_segmenter_create(bundle, &engine, &segmenter));
    check(ssam_session_create(segmenter, &session)); /* open */
    check(ssam_session_set_image(session, &image));
    check(ssam_session_add_point(session, 30, 20, 1));      /* prompt */
    check(ssam_session_predict(session, NULL, &mask));      /* predict */
    check(ssam_mask_render(mask, 1, &mask_bytes[0][0], 0)); /* export */
    printf("runs %d, inside %d, outside %d\n", runs, mask_bytes[20][30], mask_bytes[40][60]);
    ssam_mask_free(mask);
    ssam_session_free(session);
    ssam_segmenter_free(segmenter);
    ssam_bundle_free(bundle);
    return 0;
}
