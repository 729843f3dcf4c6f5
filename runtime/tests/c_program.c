/* A binding in C against the shared library: every word of the interface, with an engine that
 * takes the brightness for the mask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "squeezesam/ssam.h"

static const char* const kManifest =
    "{\"schema_version\": 1, \"name\": \"c\", \"licence\": \"Apache-2.0\", \"target\": \"onnx\","
    "\"backend\": \"cpu\", \"precision\": \"fp32\", \"model\": {\"preset\": \"none\"},"
    "\"input\": {\"height\": 32, \"width\": 32, \"channels\": \"rgb\", \"range\": [0, 255],"
    " \"normalisation\": \"folded\", \"pad_value\": [124, 116, 104]},"
    "\"prompts\": {\"max_points\": 4, \"click_radius\": 2.0},"
    "\"capabilities\": {\"negative_points\": true, \"box\": true, \"automatic\": false},"
    "\"programs\": {\"segmenter\": {\"file\": \"s\", \"files\": [{\"path\": \"s\", \"size\": 0,"
    " \"sha256\": \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}],"
    "\"inputs\": [{\"name\": \"image\", \"shape\": [1, 3, 32, 32], \"dtype\": \"float32\"},"
    " {\"name\": \"prompts\", \"shape\": [1, 2, 32, 32], \"dtype\": \"float32\"},"
    " {\"name\": \"points\", \"shape\": [1, 4, 2], \"dtype\": \"float32\"},"
    " {\"name\": \"labels\", \"shape\": [1, 4], \"dtype\": \"float32\"}],"
    "\"outputs\": [{\"name\": \"masks\", \"shape\": [1, 1, 8, 8], \"dtype\": \"float32\"},"
    " {\"name\": \"scores\", \"shape\": [1, 1], \"dtype\": \"float32\"}]}}}";

static void must(ssam_status status) {
    if (status != SSAM_OK) {
        fprintf(stderr, "%s: %s\n", ssam_status_name(status), ssam_last_error());
        exit(1);
    }
}

static ssam_status run(void* user, int32_t program, const char* name, const ssam_tensor* inputs,
                       int32_t input_count, ssam_tensor* outputs, int32_t output_count,
                       char* message, size_t message_size) {
    int y, x;
    (void)user, (void)program, (void)name, (void)input_count, (void)output_count, (void)message,
        (void)message_size;
    for (y = 0; y < 8; ++y) {
        for (x = 0; x < 8; ++x) {
            outputs[0].data[8 * y + x] = inputs[0].data[32 * 4 * y + 4 * x] - 128.0f;
        }
    }
    outputs[1].data[0] = 0.75f;
    return SSAM_OK;
}

int main(void) {
    enum { kSide = 40 };
    uint8_t photo[kSide * kSide];
    uint8_t mask_bytes[kSide * kSide];
    ssam_bundle* bundle = NULL;
    ssam_segmenter* segmenter = NULL;
    ssam_session* session = NULL;
    ssam_mask* mask = NULL;
    ssam_engine engine = {NULL, run, NULL, 0};
    ssam_image image = {photo, kSide, kSide, 0, SSAM_FORMAT_GRAY, 1};
    ssam_mask_info info;

    memset(photo, 10, sizeof photo);
    memset(photo + kSide * kSide / 2, 240, sizeof photo / 2); /* the lower half is bright */
    must(ssam_bundle_parse(kManifest, strlen(kManifest), &bundle));
    must(ssam_segmenter_create(bundle, &engine, &segmenter));
    must(ssam_session_create(segmenter, &session));
    must(ssam_session_set_image(session, &image));
    must(ssam_session_add_point(session, 20, 30, 1));
    must(ssam_session_predict(session, NULL, &mask));
    must(ssam_mask_get_info(mask, &info));
    must(ssam_mask_render(mask, 1, mask_bytes, 0));
    printf("%s: %d foreground pixels, score %.2f\n", ssam_version(), (int)info.area, info.score);
    if (mask_bytes[0] != 0 || mask_bytes[kSide * kSide - 1] != 1 || info.score != 0.75f) {
        return 1;
    }
    ssam_mask_free(mask);
    ssam_session_free(session);
    ssam_segmenter_free(segmenter);
    ssam_bundle_free(bundle);
    return 0;
}
