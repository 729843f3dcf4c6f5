/* squeezesam: the C interface of the core runtime. C99 and later, C++11 and later.
 *
 * A photo becomes a mask in five words, the same in every language:
 *
 *     load     ssam_bundle_open, then ssam_segmenter_create with an engine
 *     open     ssam_session_create, ssam_session_set_image
 *     prompt   ssam_session_add_point, _set_box, _undo, _clear
 *     predict  ssam_session_predict
 *     export   ssam_mask_render, _cutout, _contour, _rle_counts ...
 *
 * A bundle is a small pipeline of named programs (lowered networks). Its manifest says of each when
 * it runs (once a photo, or at every prediction), what fills its inputs (the photo, prompts, the
 * last mask, another program's output) and what its outputs are (masks, scores, a heat map, an
 * embedding). The core runs it; nothing here knows one program from another but by its name.
 *
 * The core owns everything but the networks: orientation, resizing, saliency to clicks, prompt
 * planes, the choice of the mask, its upsampling and its export. An engine (ONNX Runtime,
 * ExecuTorch, Core ML, ...) is plugged in as a struct of function pointers, `ssam_engine`.
 *
 * Errors. Every call that can fail returns a `ssam_status`; SSAM_OK is 0. The sentence for the
 * person in front of the app is `ssam_last_error()`, kept per thread. No C++ exception crosses this
 * interface, nor does running out of memory (SSAM_ERROR_OUT_OF_MEMORY). When a call fails, its
 * outputs are unchanged unless its comment says otherwise; a handle keeps its former state.
 *
 * Ownership. `..._open`, `..._create`, `_predict`, `_everything`, `_contour` hand out a handle that
 * is yours: give it back to the matching `..._free`, which takes NULL as well. Handles may be freed
 * in any order: a segmenter keeps its bundle alive, a session its segmenter; a mask depends on
 * nothing. Pointers found in `..._info` structs are borrowed from their handle and die with it.
 * Images and output buffers are the caller's; none is kept after the call returns. Using a handle
 * after freeing it is undefined. A core built for debugging (without NDEBUG) refuses a session that
 * was freed lately with SSAM_ERROR_INVALID_ARGUMENT.
 *
 * Memory. Once a session has predicted and the mask was freed, a further tap allocates nothing:
 * add_point, set_box, undo, predict with the default options, get_info, render and freeing the mask
 * reuse what is there. Room grows only for more prompts or for a mask of more pieces than ever
 * before. What a photo's programs gave (an embedding) is kept as long as the photo.
 *
 * Buffers whose size is not known beforehand: call with (NULL, 0) to learn the size, then again
 * with the buffer. Too small a buffer gives SSAM_ERROR_BUFFER_TOO_SMALL and the size needed.
 *
 * Threads. Plain functions: any thread, any time. Bundle, segmenter, mask and contour: immutable,
 * shareable between threads; `..._free` by one thread once nobody uses the handle. Session: one
 * thread at a time (a second one is refused with SSAM_ERROR_BUSY), except `ssam_session_cancel`,
 * which any thread may call as long as the session lives.
 *
 * States. Every call is synchronous and loading is three of them, so a binding that loads in the
 * background is in one of four states, of which the handles it holds are the proof:
 *
 *     unloaded --ssam_bundle_open--> loading --ssam_segmenter_create--> ready
 *         ^                             |           [prewarm]             |
 *         |                             | any call fails                  | ssam_segmenter_free
 *         |                             v                                 |
 *         +---------- free ---------- failed                              |
 *         +---------------------------------------------------------------+
 *
 *     unloaded  no handle
 *     loading   a bundle, an engine that is being made; ssam_segmenter_prewarm belongs here too
 *     failed    ssam_last_error() of the loading thread says why; nothing but freeing makes sense
 *     ready     a segmenter: sessions can be created, by any thread
 *
 * A failed prediction or photo does not leave `ready`: the session keeps its former state.
 *
 * Geometry. Coordinates are pixels of the oriented photo, origin top left, x right, y down, the
 * centre of the first pixel is (0, 0) and its outer corner (-0.5, -0.5). Contours alone use edge
 * coordinates: the first pixel is the square from (0, 0) to (1, 1).
 */
#ifndef SQUEEZESAM_SSAM_H
#define SQUEEZESAM_SSAM_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(SSAM_SHARED)
#if defined(SSAM_BUILDING)
#define SSAM_API __declspec(dllexport)
#else
#define SSAM_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define SSAM_API __attribute__((visibility("default")))
#else
#define SSAM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ---------------------------------------------------------------------------------*/

#define SSAM_VERSION_MAJOR 0
#define SSAM_VERSION_MINOR 1
#define SSAM_VERSION_PATCH 0

/* "0.1.0". Static. Compare with the macros to detect a header that is not the library's. */
SSAM_API const char* ssam_version(void);

/* The newest `schema_version` of manifest.json that this core reads (2); it reads all older ones
 * as well. */
SSAM_API int32_t ssam_schema_version(void);

/* ---- Status ----------------------------------------------------------------------------------*/

typedef int32_t ssam_status;

enum {
    SSAM_OK = 0,
    SSAM_ERROR_INVALID_ARGUMENT = 1,    /* a NULL, a bad stride, an unknown constant: a bug */
    SSAM_ERROR_STATE = 2,               /* the call makes no sense yet: predict before set_image */
    SSAM_ERROR_BUFFER_TOO_SMALL = 3,    /* the caller's buffer; the size needed was written */
    SSAM_ERROR_OUT_OF_MEMORY = 4,       /* */
    SSAM_ERROR_BUSY = 5,                /* the session is being used by another thread */
    SSAM_ERROR_CANCELLED = 6,           /* ssam_session_cancel was called during this call */
    SSAM_ERROR_PHOTO = 7,               /* no pixels, too large, or not the photo of this mask */
    SSAM_ERROR_PROMPT = 8,              /* a click outside the photo, an empty or inverted box */
    SSAM_ERROR_PROMPT_UNSUPPORTED = 9,  /* the bundle was not trained for this kind of prompt */
    SSAM_ERROR_NOTHING_STANDS_OUT = 10, /* automatic mask of a photo with a flat heat map */
    SSAM_ERROR_BUNDLE = 11,             /* unreadable, or the manifest contradicts itself */
    SSAM_ERROR_BUNDLE_DAMAGED = 12,     /* a file is missing; size or sha256 differs */
    SSAM_ERROR_BUNDLE_VERSION = 13,     /* made by a newer squeezesam-export */
    SSAM_ERROR_ENGINE = 14,             /* the engine failed, or returned what is not a number */
    SSAM_ERROR_INTERNAL = 15            /* a bug in the core; please report it */
};

/* "SSAM_ERROR_PROMPT" and so on; "unknown status" for any other value. Static. */
SSAM_API const char* ssam_status_name(ssam_status status);

/* The sentence of the last call that failed on this thread ("" if none did), UTF-8, one line.
 * Valid until the next call that fails on this thread. Successful calls leave it alone. */
SSAM_API const char* ssam_last_error(void);

/* ---- Photos ----------------------------------------------------------------------------------*/

#define SSAM_MAX_SIDE 65535                /* longest side of a photo, in pixels */
#define SSAM_MAX_PIXELS (INT64_C(1) << 28) /* largest photo: 268 megapixels */

enum {
    SSAM_FORMAT_RGB = 0,  /* 3 bytes a pixel */
    SSAM_FORMAT_RGBA = 1, /* 4 bytes; alpha is ignored */
    SSAM_FORMAT_BGRA = 2, /* 4 bytes; alpha is ignored */
    SSAM_FORMAT_GRAY = 3, /* 1 byte */
    /* Two planes: luma, 1 byte a pixel, in `data`; in `chroma` a pair of bytes for each block of
     * 2 x 2 pixels, halves rounded up. Cameras and video decoders give these. `range` and `matrix`
     * must be chosen. */
    SSAM_FORMAT_NV12 = 4, /* the pairs are Cb, Cr */
    SSAM_FORMAT_NV21 = 5, /* the pairs are Cr, Cb */
    /* 4 bytes with straight alpha that counts: the networks see the photo over white, and its alpha
     * multiplies that of a cut-out, in which the colours stay as they are here. */
    SSAM_FORMAT_RGBA_STRAIGHT = 6,
    SSAM_FORMAT_BGRA_STRAIGHT = 7
};

/* What the luma and chroma bytes stand for. There is no default: a wrong guess shifts all colours
 * and is seen by nobody. */
enum {
    SSAM_RANGE_VIDEO = 1, /* luma 16...235, chroma 16...240 ("limited") */
    SSAM_RANGE_FULL = 2   /* 0...255 (JPEG) */
};

/* How they become RGB. */
enum {
    SSAM_MATRIX_BT601 = 1, /* JPEG, Android cameras, standard definition */
    SSAM_MATRIX_BT709 = 2  /* iPhone video, high definition */
};

/* A photo as it lies in memory, 8 bits a channel. Zero-initialise it, then fill it in: fields may
 * be added at its end. */
typedef struct ssam_image {
    const uint8_t* data; /* first byte of the first stored row */
    int32_t width;       /* of the stored rows, before orientation */
    int32_t height;
    int64_t stride;      /* bytes from a row to the next, at least width * bytes; 0: no gaps */
    int32_t format;      /* SSAM_FORMAT_... */
    int32_t orientation; /* EXIF 1...8: how to turn the stored rows upright; 0 is taken as 1 */
    /* Of NV12 and NV21 alone; not looked at for the other formats. */
    const uint8_t* chroma; /* first pair of the first stored row of pairs */
    int64_t chroma_stride; /* bytes from a row of pairs to the next, at least 2 * ceil(width / 2);
                              0: no gaps */
    int32_t range;         /* SSAM_RANGE_... */
    int32_t matrix;        /* SSAM_MATRIX_... */
} ssam_image;

/* The EXIF orientation (1...8) written in an encoded photo: JPEG, PNG (eXIf), WebP or TIFF.
 * 1 when there is none, when it is not 1...8, or when the bytes are damaged or of another format.
 * Never reads outside the `size` bytes; `bytes` may be NULL when `size` is 0. */
SSAM_API int32_t ssam_exif_orientation(const uint8_t* bytes, size_t size);

/* Width and height of `image` once upright. */
SSAM_API ssam_status ssam_oriented_size(const ssam_image* image, int32_t* width, int32_t* height);

/* Writes `image` upright to `out`, in its own pixel format; NV12 and NV21 become RGB. `stride`:
 * bytes from an output row to the next, 0 for none between. `out` must not overlap the image.
 *
 * A pixel of NV12 becomes RGB by the matrix's equations, the block's chroma for each of its four
 * pixels, in fixed point with 16 binary digits, rounded half up and clamped: the same bytes on
 * every machine. Wherever such a photo is taken, the result is that for its RGB. */
SSAM_API ssam_status ssam_orient(const ssam_image* image, uint8_t* out, int64_t stride);

/* ---- Bundle ----------------------------------------------------------------------------------*/

#define SSAM_MAX_RANK 5
#define SSAM_MAX_PROGRAMS 16 /* in a bundle */
#define SSAM_MAX_TENSORS 16  /* inputs of a program, and outputs */

typedef struct ssam_bundle ssam_bundle;

enum {
    SSAM_TARGET_ONNX = 0,
    SSAM_TARGET_EXECUTORCH = 1,
    SSAM_TARGET_COREML = 2,
    SSAM_TARGET_COREAI = 3
};

/* When the core runs a program. */
enum {
    SSAM_RUNS_PHOTO = 0, /* once a photo, when something first needs its outputs */
    SSAM_RUNS_PROMPT = 1 /* at every prediction */
};

/* Flags of ssam_bundle_open. */
enum {
    SSAM_BUNDLE_SIZES_ONLY = 1 /* do not compare sha256: for an app that did so at installation */
};

/* Capabilities, a bit each. */
enum {
    SSAM_CAN_NEGATIVE_POINTS = 1, /* background clicks */
    SSAM_CAN_BOX = 2,
    SSAM_CAN_AUTOMATIC = 4,    /* a first mask without a prompt: a program gives a heat map */
    SSAM_CAN_PREVIOUS_MASK = 8 /* a prediction builds on the last mask */
};

/* Everything borrowed; strings are UTF-8 and never NULL ("" where the manifest is silent). */
typedef struct ssam_bundle_info {
    const char* folder; /* as given to ssam_bundle_open; "" after ssam_bundle_parse */
    const char* name;   /* "squeezesam-onnx-int8-512x512" */
    const char* licence;
    const char* preset;      /* model.preset */
    const char* backend;     /* "cpu", "xnnpack", "coreml", "coreai", ... */
    const char* precision;   /* "fp32", "fp16", "int8" */
    const char* target_name; /* "onnx", "executorch", "coreml", "coreai" */
    int32_t target;          /* SSAM_TARGET_... */
    int32_t schema_version;
    int32_t program_count;
    int32_t input_width; /* of the photo input that prompts and masks are placed in, in pixels */
    int32_t input_height;
    int32_t mask_width; /* of the logits as the network returns them */
    int32_t mask_height;
    int32_t candidate_count; /* masks that are proposed */
    int32_t max_points;      /* slots of a `points` input; 0 where no program has one */
    uint32_t capabilities;   /* SSAM_CAN_... */
    double click_radius;     /* of a click's disc in the planes, in input pixels */
    float box_default;       /* of the box plane when there is no box */
    const char* manifest;    /* the whole text of manifest.json, for what is not listed here */
    size_t manifest_size;
    int64_t tensor_bytes; /* of the tensors of all programs: what running them takes at least */
} ssam_bundle_info;

typedef struct ssam_tensor_info {
    const char* name;
    int32_t rank;
    int64_t shape[SSAM_MAX_RANK]; /* entries past `rank` are 0 */
    const char* source;           /* what fills an input: "photo", "planes", "points", "labels",
                                     "mask", "mask_flag", "program"; "" for an output */
    const char* role;             /* what an output is: "heat", "masks", "scores", "embedding"; ""
                                     for one that only other programs read, and for an input */
} ssam_tensor_info;

typedef struct ssam_program_info {
    const char* name;  /* "segment"; unique in its bundle */
    int32_t runs;      /* SSAM_RUNS_... */
    const char* path;  /* of the file (or .mlpackage folder), inside the bundle's folder */
    int64_t file_size; /* bytes of all its files */
    int64_t macs;      /* multiply-adds of one run; 0 where the manifest is silent */
    int32_t input_count;
    int32_t output_count;
    const ssam_tensor_info* inputs;  /* in the order of the program's signature */
    const ssam_tensor_info* outputs; /* likewise */
} ssam_program_info;

#define SSAM_DEFAULT_TENSOR_LIMIT (INT64_C(1) << 29) /* 512 MiB */

/* The most bytes that the tensors of a bundle's programs may take together, of every bundle that
 * this process opens or parses from now on; larger ones are refused with SSAM_ERROR_BUNDLE before
 * anything is allocated. What a program needs inside of its engine is not known to the core.
 * SSAM_ERROR_INVALID_ARGUMENT for `bytes` < 1. Any thread, any time. */
SSAM_API ssam_status ssam_set_tensor_limit(int64_t bytes);

/* Opens the bundle in `folder` (UTF-8): reads manifest.json, checks its version and that it does
 * not contradict itself, then existence, size and sha256 of every program file, that an ONNX
 * program keeps no data outside of its file, and that the folder holds nothing that the manifest
 * does not list. All files together have at most 8 GiB, an ONNX program 2 GiB. `flags`:
 * SSAM_BUNDLE_... or 0. Fails with SSAM_ERROR_BUNDLE, _BUNDLE_DAMAGED, _BUNDLE_VERSION or
 * _CANCELLED (ssam_stop_reading_when). No text of a manifest has a control character in it. */
SSAM_API ssam_status ssam_bundle_open(const char* folder, uint32_t flags, ssam_bundle** bundle);

/* Checks an opened bundle's folder again, as `ssam_bundle_open` did, and that manifest.json is
 * still the one that was read. The core reads the files when a bundle is opened; programs are
 * loaded by the engine, later; ssam_segmenter_create does this once more, as thoroughly as the
 * bundle was opened, so that the files which were checked are those which were loaded. Fails with
 * SSAM_ERROR_BUNDLE_DAMAGED for any change, SSAM_ERROR_STATE for a bundle made by
 * ssam_bundle_parse. Any thread. */
SSAM_API ssam_status ssam_bundle_recheck(const ssam_bundle* bundle, uint32_t flags);

/* What ssam_bundle_open, ssam_bundle_recheck and ssam_segmenter_create ask while they read files,
 * on this thread and from now on, some times a second: if `stop(context)` says anything but 0, the
 * call fails with SSAM_ERROR_CANCELLED at once. NULL: nothing is asked. `context` stays the
 * caller's, which keeps it until another call of this; `stop` must not throw and must not call the
 * core. Any thread, each for itself. */
SSAM_API void ssam_stop_reading_when(int32_t (*stop)(void* context), void* context);

/* The same for the text of a manifest alone: no file is looked at. */
SSAM_API ssam_status ssam_bundle_parse(const char* json, size_t size, ssam_bundle** bundle);

SSAM_API void ssam_bundle_free(ssam_bundle* bundle);

SSAM_API ssam_status ssam_bundle_get_info(const ssam_bundle* bundle, ssam_bundle_info* info);

/* Number of programs, 0 for NULL. */
SSAM_API int32_t ssam_bundle_program_count(const ssam_bundle* bundle);

/* The program with the index 0 ... program_count - 1: every program comes after those whose outputs
 * it reads. SSAM_ERROR_INVALID_ARGUMENT for any other index. */
SSAM_API ssam_status ssam_bundle_get_program(const ssam_bundle* bundle, int32_t index,
                                             ssam_program_info* info);

/* The index of the program called `name`; SSAM_ERROR_INVALID_ARGUMENT when there is none. */
SSAM_API ssam_status ssam_bundle_find_program(const ssam_bundle* bundle, const char* name,
                                              int32_t* index);

/* ---- Engine and segmenter --------------------------------------------------------------------*/

/* One float32 tensor, dense, row-major. The memory is the core's and valid during the call. */
typedef struct ssam_tensor {
    const char* name;
    float* data; /* of an input: do not write */
    int32_t rank;
    const int64_t* shape;
    int64_t count; /* number of floats: the product of the shape */
} ssam_tensor;

enum {
    SSAM_ENGINE_CONCURRENT = 1 /* `run` may be called by several threads at once */
};

/* What executes the programs. The binding loads them (paths: ssam_bundle_get_program) before it
 * makes the segmenter. */
typedef struct ssam_engine {
    void* user; /* handed back in every call */

    /* Runs one program: `program` is its index in the bundle (ssam_bundle_get_program), `name` its
     * name. Inputs and outputs come in the manifest's order with the manifest's names and shapes;
     * the engine fills the outputs. Returns SSAM_OK, or any other
     * status after writing why to `message` (UTF-8, NUL-terminated, at most `message_size` bytes);
     * SSAM_ERROR_CANCELLED and SSAM_ERROR_OUT_OF_MEMORY reach the app as they are, any other as
     * SSAM_ERROR_ENGINE. Must not throw. Called on the thread that called the core, and never by
     * two threads at once unless `flags` has SSAM_ENGINE_CONCURRENT: the core then holds a lock
     * around it, so a binding with a global lock of its own (Python's) has to let go of that one
     * before it calls the core and take it again inside `run`. Must not call the same session. */
    ssam_status (*run)(void* user, int32_t program, const char* name, const ssam_tensor* inputs,
                       int32_t input_count, ssam_tensor* outputs, int32_t output_count,
                       char* message, size_t message_size);

    /* Called once, when the last segmenter or session that uses the engine is freed, on that
     * thread. May be NULL. */
    void (*release)(void* user);

    uint32_t flags; /* SSAM_ENGINE_... */
} ssam_engine;

/* For engines, inside `run` and on its thread: what to call when the call that runs the program is
 * cancelled. `stop(context)` is then called once, at once if that has happened already, by the
 * thread that cancels; never after `run` has returned, or after another call of this (NULL: nothing
 * to call). It must not throw, must not wait for the run, and must not call the core. `run` is
 * expected to return soon; whatever it returns, the call fails with SSAM_ERROR_CANCELLED. An engine
 * that cannot be stopped leaves this out: a cancellation then waits for the end of its run. Outside
 * of `run` this does nothing. */
SSAM_API void ssam_run_on_cancel(void (*stop)(void* context), void* context);

typedef struct ssam_segmenter ssam_segmenter;

/* Joins a bundle and an engine (the struct is copied), which has loaded the bundle's programs. When
 * this fails the engine is still the caller's: `release` is not called. Fails with
 * SSAM_ERROR_BUNDLE_DAMAGED where a file was changed since the bundle was opened (see
 * ssam_bundle_recheck; sha256 are left out if they were when it was opened). */
SSAM_API ssam_status ssam_segmenter_create(const ssam_bundle* bundle, const ssam_engine* engine,
                                           ssam_segmenter** segmenter);

SSAM_API void ssam_segmenter_free(ssam_segmenter* segmenter);

/* Runs every program once on an empty picture, so that the first tap does not pay for the
 * engine's own preparations. Any thread. */
SSAM_API ssam_status ssam_segmenter_prewarm(const ssam_segmenter* segmenter);

/* ---- Session ---------------------------------------------------------------------------------*/

typedef struct ssam_session ssam_session;
typedef struct ssam_mask ssam_mask;

enum { SSAM_PROMPT_BACKGROUND = 0, SSAM_PROMPT_FOREGROUND = 1, SSAM_PROMPT_BOX = 2 };

/* A click at (x0, y0), with x1 = x0 and y1 = y0, or a box from (x0, y0) to (x1, y1). */
typedef struct ssam_prompt {
    int32_t kind;      /* SSAM_PROMPT_... */
    int32_t automatic; /* 1: found in the heat map, 0: given by the person */
    double x0, y0, x1, y1;
} ssam_prompt;

typedef struct ssam_program_time {
    const char* name;
    double ms;
} ssam_program_time;

/* Milliseconds of wall time; 0 for what this prediction did not need to run. */
typedef struct ssam_timings {
    double open;    /* ssam_session_set_image: orient and resize (of this photo, once) */
    double clicks;  /* heat map to clicks; once a photo */
    double prompts; /* prompts and the last mask to input tensors */
    double mask;    /* choice, upsampling, largest component, holes */
    double total;   /* of the prediction as a whole, without `open` */
    int32_t program_count;
    const ssam_program_time* programs; /* every program of the bundle, by index; borrowed */
} ssam_timings;

typedef struct ssam_predict_options {
    int32_t candidate;    /* -1: the one with the highest score (ties: the first); else its index */
    int32_t keep_largest; /* 1: keep the largest 8-connected piece (ties: first in raster order) */
    int64_t max_hole_area; /* then fill holes of at most so many photo pixels; 0: none, -1: all. A
                              hole is a 4-connected piece of background off the border */
    int64_t reserved[4];   /* 0 */
} ssam_predict_options;

/* candidate -1, keep_largest 0, max_hole_area 0. */
SSAM_API ssam_predict_options ssam_predict_default_options(void);

SSAM_API ssam_status ssam_session_create(const ssam_segmenter* segmenter, ssam_session** session);

/* Not while another thread is inside a call on this session. */
SSAM_API void ssam_session_free(ssam_session* session);

/* Takes a photo: orients and resizes it to the networks' inputs (the photo itself is not kept) and
 * forgets the former one's prompts, its masks and what its programs gave. Fails with
 * SSAM_ERROR_PHOTO for a photo without pixels, beyond SSAM_MAX_SIDE / SSAM_MAX_PIXELS or
 * transparent everywhere, SSAM_ERROR_INVALID_ARGUMENT for a bad description. */
SSAM_API ssam_status ssam_session_set_image(ssam_session* session, const ssam_image* image);

/* Size of the oriented photo; SSAM_ERROR_STATE before set_image. */
SSAM_API ssam_status ssam_session_get_size(const ssam_session* session, int32_t* width,
                                           int32_t* height);

/* Adds a click. -0.5 <= x < width - 0.5, likewise y; else SSAM_ERROR_PROMPT. `foreground`: 1 this
 * belongs to the object, 0 this does not. */
SSAM_API ssam_status ssam_session_add_point(ssam_session* session, double x, double y,
                                            int32_t foreground);

/* Sets the one box (it replaces the former), x0 < x1 and y0 < y1. It must overlap the photo and is
 * clamped to it. */
SSAM_API ssam_status ssam_session_set_box(ssam_session* session, double x0, double y0, double x1,
                                          double y1);

/* Takes back the last add_point, set_box or clear. `*undone` (may be NULL): 1, or 0 when there was
 * nothing to take back. */
SSAM_API ssam_status ssam_session_undo(ssam_session* session, int32_t* undone);

/* Takes away all prompts, as one action that undo takes back. */
SSAM_API ssam_status ssam_session_clear(ssam_session* session);

/* The prompts given by the person: the box first, if there is one, then clicks, oldest first.
 * Writes up to `capacity` of them and their number to `*count`. */
SSAM_API ssam_status ssam_session_get_prompts(const ssam_session* session, ssam_prompt* prompts,
                                              size_t capacity, size_t* count);

/* How automatic clicks are found in the heat map's most salient blob (ssam_salient_clicks). */
enum {
    SSAM_AUTOMATIC_CENTRES = 0, /* its centre and those of its quarters; how sessions begin */
    SSAM_AUTOMATIC_RANDOM = 1   /* three of its pixels, drawn at random (as EfficientSAM does) */
};

/* Chooses `how` (SSAM_AUTOMATIC_...), for this photo and later ones; no prompt changes, and no
 * program runs again. `seed`: of the draw; a seed draws the same clicks in every language and on
 * every machine. The numbers are those of splitmix64 (Steele, Lea and Flood, 2014) from the state
 * `seed` on, each modulo the blob's area: the index of a pixel in raster order, drawn anew where it
 * was drawn before. A blob of fewer pixels than three gives all of them.
 * SSAM_ERROR_INVALID_ARGUMENT for another `how`. */
SSAM_API ssam_status ssam_session_set_automatic(ssam_session* session, int32_t how, uint32_t seed);

/* The automatic clicks of this photo, 0...5; runs the programs of the heat map unless that is done.
 * A flat heat map gives 0 clicks and SSAM_OK. `clicks` has room for 5. */
SSAM_API ssam_status ssam_session_get_automatic(ssam_session* session, ssam_prompt* clicks,
                                                size_t* count);

/* Predicts a mask from the prompts. Without a foreground click or a box the automatic clicks are
 * used, together with the person's background clicks. `options` may be NULL. Slots: box corners
 * first, then the newest clicks that fit in max_points; all clicks are drawn in the plane.
 *
 * Where the bundle can (SSAM_CAN_PREVIOUS_MASK), a prediction builds on the last mask predicted
 * before the latest prompt (the candidate that was chosen then), if its prompts were among those in
 * force now: predicting twice gives the same mask, and after undo the former one. Clear, a box in
 * place of another, a first foreground click after an automatic mask and a new photo begin anew.
 * The masks of the last 32 actions are kept for undo.
 *
 * A click that finds its own kind at its pixel of the finished mask predicted just before it (a
 * foreground click inside, a background click outside) asks for nothing new: the same candidates
 * and scores answer again. It counts from the next prompt on that asks for something. Not so the
 * first foreground click after an automatic mask: it says which object.
 *
 * Fails with SSAM_ERROR_STATE (no photo), _NOTHING_STANDS_OUT, _PROMPT_UNSUPPORTED (no prompt, and
 * the bundle cannot do without), _ENGINE, _CANCELLED. */
SSAM_API ssam_status ssam_session_predict(ssam_session* session,
                                          const ssam_predict_options* options, ssam_mask** mask);

/* Asks the predict (or get_automatic) that is under way to stop at the end of its stage, or sooner
 * where the engine can be stopped (ssam_run_on_cancel): it then fails with SSAM_ERROR_CANCELLED,
 * and the session can be used again at once. Without a call under way this does nothing; twice is
 * like once. Any thread. */
SSAM_API void ssam_session_cancel(ssam_session* session);

/* ---- Mask ------------------------------------------------------------------------------------*/

typedef struct ssam_mask_info {
    int32_t width; /* of the mask = of the oriented photo */
    int32_t height;
    float score;    /* predicted IoU of the chosen candidate, 0...1 */
    int32_t chosen; /* its index */
    int32_t candidate_count;
    const float* scores;                         /* of all candidates, 0...1; borrowed */
    int64_t area;                                /* foreground pixels */
    int32_t box_x, box_y, box_width, box_height; /* smallest rectangle round the foreground, in
                                                    whole pixels; all 0 for an empty mask */
    int32_t plane_width; /* of the logits as the network returned them, padding included */
    int32_t plane_height;
    double valid_width; /* the part of the plane that the photo covers, in plane pixels */
    double valid_height;
    size_t prompt_count;
    const ssam_prompt* prompts; /* that were used: box, then clicks, oldest first; borrowed */
    ssam_timings timings;
} ssam_mask_info;

SSAM_API void ssam_mask_free(ssam_mask* mask);

SSAM_API ssam_status ssam_mask_get_info(const ssam_mask* mask, ssam_mask_info* info);

/* Another mask from the same prediction: other candidate, other options; no network runs. */
SSAM_API ssam_status ssam_mask_derive(const ssam_mask* mask, const ssam_predict_options* options,
                                      ssam_mask** derived);

/* Logits of one candidate as the network returned them: plane_height * plane_width floats,
 * borrowed. NULL for an index out of range. */
SSAM_API const float* ssam_mask_get_logits(const ssam_mask* mask, int32_t candidate);

/* height x width bytes: `value` inside, 0 outside (1 for bool, 255 for a PNG). `stride`: bytes from
 * a row to the next, 0 for no gaps. */
SSAM_API ssam_status ssam_mask_render(const ssam_mask* mask, uint8_t value, uint8_t* out,
                                      int64_t stride);

/* Logits of the chosen candidate at photo size, height x width floats, before largest component
 * and hole filling: without those, the mask is exactly where this is > 0. `stride`: floats. */
SSAM_API ssam_status ssam_mask_render_logits(const ssam_mask* mask, float* out, int64_t stride);

/* Alpha of the mask in `photo`, height x width bytes, as ssam_mask_cutout has it: 255 inside, 0
 * outside, between them only in a band round the mask's edge: 1 % of the photo's longer side to
 * either side of it, where the network is certain half as far. There a pixel's alpha is where its
 * colour lies between those of the object and of what is beside it, on both sides of the edge close
 * by (Fisher's linear discriminant, fitted on a picture of at most 1024 pixels a side and applied
 * at photo size); the less the two differ and the nearer the band's end, the more the mask alone
 * decides. A photo's own alpha multiplies it. The same bytes on every machine. `photo` as for
 * ssam_mask_cutout.
 *
 * Without a photo (NULL): how certain the network is of each pixel, round(255 * sigmoid(logit)), 0
 * for pieces that keep_largest took away and their fringe, 255 for holes that were filled and
 * theirs: to draw over the photo, not to cut out with. */
SSAM_API ssam_status ssam_mask_render_alpha(const ssam_mask* mask, const ssam_image* photo,
                                            uint8_t* out, int64_t stride);

typedef struct ssam_cutout_options {
    int32_t soft;          /* 1: alpha as ssam_mask_render_alpha with a photo; 0: 255 where the mask
                              is, or the photo's own alpha, and 0 elsewhere */
    int32_t premultiplied; /* 1: colour times alpha; 0: straight alpha */
    int32_t crop;          /* 1: only the rectangle round the mask and, if soft, its band */
    int32_t reserved[5];   /* 0 */
} ssam_cutout_options;

/* soft 1, premultiplied 0, crop 0. */
SSAM_API ssam_cutout_options ssam_cutout_default_options(void);

/* Rectangle of the photo that ssam_mask_cutout writes. Outside it all is transparent; cropped and
 * soft, it may be wider than what is visible by the band. SSAM_ERROR_STATE for a crop of an empty
 * mask. `options` may be NULL. */
SSAM_API ssam_status ssam_mask_cutout_rect(const ssam_mask* mask,
                                           const ssam_cutout_options* options, int32_t* x,
                                           int32_t* y, int32_t* width, int32_t* height);

/* Cuts the object out of `photo`, the caller's original (its orientation is applied here; its
 * upright size must be the mask's, else SSAM_ERROR_PHOTO): RGBA rows of the rectangle above.
 * Wholly transparent pixels are 0, 0, 0, 0; wholly opaque ones have the photo's colour. Between
 * them a soft edge has the object's own colour, freed from what is behind it (multi-level
 * estimation, Germer et al., 2020), so that it shows no rim on another background. The same bytes
 * on every machine. `stride`: bytes, 0 for no gaps. */
SSAM_API ssam_status ssam_mask_cutout(const ssam_mask* mask, const ssam_image* photo,
                                      const ssam_cutout_options* options, uint8_t* out,
                                      int64_t stride);

/* How ssam_mask_refine works. Zero-initialise it or take the defaults. */
typedef struct ssam_refine_options {
    double radius; /* of the filter's window, in pixels of the logits; 0: the default, 1. At most 4;
                      less than a pixel of the work picture counts as one */
    double epsilon;      /* how much a window's colours must vary to count as an edge, as a standard
                            deviation in 8-bit levels; 0: the default, 10 */
    int32_t reserved[4]; /* 0 */
} ssam_refine_options;

SSAM_API ssam_refine_options ssam_refine_default_options(void);

/* The mask with its edge moved to the edges of the photo: a guided filter (He, Sun and Tang, 2013)
 * over the logits, with the photo's colours as its guide, on a picture of at most 1024 pixels a
 * side and applied at photo size. Only pixels near the mask's edge change. `photo` as for
 * ssam_mask_cutout. The new mask is like any other (render, alpha, cut-out, contour ...), keeps the
 * options of the old one and refers to neither mask nor photo. `options` may be NULL. */
SSAM_API ssam_status ssam_mask_refine(const ssam_mask* mask, const ssam_image* photo,
                                      const ssam_refine_options* options, ssam_mask** refined);

/* COCO run lengths, uncompressed: column-major, beginning with a (perhaps 0) run of background. */
SSAM_API ssam_status ssam_mask_rle_counts(const ssam_mask* mask, uint32_t* counts, size_t capacity,
                                          size_t* count);

/* The same as COCO's compressed string, NUL-terminated: `*length` is without the NUL, `capacity`
 * with it. */
SSAM_API ssam_status ssam_mask_rle_string(const ssam_mask* mask, char* out, size_t capacity,
                                          size_t* length);

/* ---- Everything ------------------------------------------------------------------------------*/

/* What is asked, and what is kept of all that the network proposes. Take the defaults, then change
 * what you want: fields may be added at its end. */
typedef struct ssam_everything_options {
    int32_t points_per_side; /* of the grid, 1...SSAM_MAX_SIDE: its points are the centres of so
                                many by so many equal cells of the photo */
    int32_t two_rounds;   /* 1: a quarter as many points a side first, and of the grid's only those
                             that no mask of the first round covers; 0: the whole grid */
    double min_score;     /* least predicted IoU, 0...1 */
    double min_stability; /* 0...1: of the logits where the photo is, the least share of what lies
                             above -1 that lies above 1 as well */
    double max_overlap;   /* 0...1: of two regions whose rectangles' IoU is higher, the one with the
                             lower score goes */
    int64_t min_area;     /* least number of photo pixels */
    const double* boxes;  /* a detector's: x0, y0, x1, y1 of each, asked instead of the grid; NULL:
                             the grid */
    size_t box_count;
    /* Unless NULL: called on the calling thread after each prompt, with the number of prompts that
     * are done and of all. It may call ssam_session_cancel, and nothing else on this session. */
    void (*tick)(void* user, int64_t done, int64_t total);
    void* user;          /* handed to `tick` */
    int64_t reserved[4]; /* 0 */
} ssam_everything_options;

/* 32 points a side, one round, the limits that suit the bundle's networks: SAM's (score 0.88,
 * stability 0.95, overlap 0.7, a pixel), or for our own, whose scores and edges are softer, lower
 * ones (score 0.3, stability 0.8). `bundle` may be NULL: SAM's. */
SSAM_API ssam_status ssam_everything_get_defaults(const ssam_bundle* bundle,
                                                  ssam_everything_options* options);

typedef struct ssam_region {
    int64_t area;                /* pixels */
    int32_t x, y, width, height; /* smallest rectangle round it, in whole pixels */
    float score;                 /* predicted IoU, 0...1 */
    double stability;            /* see ssam_everything_options */
    ssam_prompt prompt;          /* that it answers, as it was asked */
    const char* rle;             /* COCO's compressed string (ssam_mask_rle_string); borrowed */
    size_t rle_length;           /* without the NUL */
} ssam_region;

typedef struct ssam_regions ssam_regions;

/* Every object of the photo, best score first: a prompt at a time, all candidates of each, what is
 * doubtful or too small left out, of regions that overlap the best one. Programs of the photo run
 * once. The session's prompts and their masks stay as they are. `options` may be NULL:
 * the defaults for the session's bundle. ssam_session_cancel stops it. Fails as
 * ssam_session_predict, and with SSAM_ERROR_INVALID_ARGUMENT for options out of range,
 * SSAM_ERROR_PROMPT for a box outside the photo, empty or inverted. */
SSAM_API ssam_status ssam_session_everything(ssam_session* session,
                                             const ssam_everything_options* options,
                                             ssam_regions** regions);

SSAM_API size_t ssam_regions_count(const ssam_regions* regions); /* 0 for NULL */

SSAM_API ssam_status ssam_regions_get(const ssam_regions* regions, size_t index,
                                      ssam_region* region);

SSAM_API void ssam_regions_free(ssam_regions* regions);

/* ---- Contour ---------------------------------------------------------------------------------*/

typedef struct ssam_contour ssam_contour;

/* One closed polygon, the last point not repeated. Outer rings run clockwise as seen on the
 * screen, holes counter-clockwise. Edge coordinates (see Geometry). */
typedef struct ssam_ring {
    const float* points; /* x, y, x, y, ...; borrowed */
    size_t count;        /* of points */
    int32_t parent;      /* -1: an outer ring; else a hole, in the ring with this index */
} ssam_ring;

/* Outlines of the mask's 8-connected pieces and of their holes, along pixel edges; each outer ring
 * is followed by its holes. `epsilon` >= 0: how far, in pixels, the simplified line may stray from
 * the exact one (Douglas-Peucker); with 0, filling the rings by the even-odd rule gives the mask
 * back exactly. A ring that simplification leaves without area is dropped, and its holes with it.
 * A mask of more than 2^20 runs of pixels (a checkerboard of two megapixels; photos' masks have
 * some thousand) is refused: SSAM_ERROR_INVALID_ARGUMENT. */
SSAM_API ssam_status ssam_mask_contour(const ssam_mask* mask, double epsilon,
                                       ssam_contour** contour);

SSAM_API size_t ssam_contour_ring_count(const ssam_contour* contour);

SSAM_API ssam_status ssam_contour_get_ring(const ssam_contour* contour, size_t index,
                                           ssam_ring* ring);

SSAM_API void ssam_contour_free(ssam_contour* contour);

/* ---- The parts, as plain functions -----------------------------------------------------------
 * The same code the session runs, for other bindings, tools and tests. A bitmap is height x width
 * bytes, 0 outside and anything else inside; `stride` in bytes, 0 for no gaps; outputs are 0 / 1.
 */

/* Size that a photo takes in a network input: aspect kept, at least 1, rounded half up. */
SSAM_API ssam_status ssam_fit(int32_t photo_width, int32_t photo_height, int32_t input_width,
                              int32_t input_height, int32_t* width, int32_t* height);

/* The part of a map over a whole network input that the photo covers: as many of its columns and
 * rows as lie on it by half or more, at least 1. */
SSAM_API ssam_status ssam_covered(int32_t photo_width, int32_t photo_height, int32_t input_width,
                                  int32_t input_height, int32_t map_width, int32_t map_height,
                                  int32_t* width, int32_t* height);

/* Orients and resizes to width x height RGB, no gaps. Along an axis that shrinks: exact area
 * average; along one that grows: bilinear between pixel centres, edges clamped. Exact integer
 * arithmetic, rounded half up: the same bytes on every machine and for every orientation. */
SSAM_API ssam_status ssam_resize(const ssam_image* image, int32_t width, int32_t height,
                                 uint8_t* out);

/* Draws the prompt planes, 2 x height x width floats: box plane, then signed click plane.
 * `points`: x, y in input pixels, `labels`: SAM's (1, 0, 2, 3, -1); a box needs a 2 and a 3.
 * Click plane: +1 where dx*dx + dy*dy <= radius*radius (in float32) for a foreground click, -1
 * where so for background clicks only. Box plane: 1 from corner to corner, edges inclusive;
 * `box_default` everywhere when there is no box. */
SSAM_API ssam_status ssam_draw_planes(const float* points, const float* labels, size_t count,
                                      int32_t width, int32_t height, double radius,
                                      float box_default, float* out);

/* round(255 * sigmoid(logit)) for `count` logits; NaN gives 0. */
SSAM_API ssam_status ssam_logits_to_heat(const float* logits, size_t count, uint8_t* heat);

typedef struct ssam_saliency {
    int32_t threshold; /* Otsu's; a blob is where heat > threshold; -1 for a flat map */
    int32_t count;     /* of clicks: 0 for a flat map, else 2...5 */
    int64_t area;      /* of the chosen blob, in heat map pixels; 0 for a flat map */
    int32_t peak;      /* highest heat in it */
    double x[5], y[5]; /* clicks in heat map pixels: centre, then the quarters top left, top right,
                          bottom left, bottom right, as far as they are not empty */
} ssam_saliency;

/* Saliency to clicks (docs/design.md). Otsu as skimage.filters.threshold_otsu; 8-connected blobs;
 * the blob with the highest value, ties broken by how often it holds that value, then by area, then
 * by the raster order of its first pixel. Its centre of mass (every pixel weighs the same) splits
 * it: pixels with x < centre x are left and the others, x == centre x included, right; y likewise
 * top and bottom. A click (centre of the blob or of a quarter) whose pixel (floor(x + 0.5), floor(y
 * + 0.5)) is not in the blob moves to the blob's nearest pixel, Euclidean from the exact click,
 * ties by raster order; the split keeps the exact centre. */
SSAM_API ssam_status ssam_salient_clicks(const uint8_t* heat, int32_t width, int32_t height,
                                         int64_t stride, ssam_saliency* result);

/* Bilinear upsampling of a plane to width x height floats, no gaps. Output pixel x lies at
 * (x + 0.5) * valid_width / width - 0.5 of the plane, clamped to 0 ... ceil(valid_width) - 1;
 * y likewise. valid_width in (0, plane_width]; equal to it: cv2.INTER_LINEAR's rule. */
SSAM_API ssam_status ssam_upsample(const float* plane, int32_t plane_width, int32_t plane_height,
                                   double valid_width, double valid_height, int32_t width,
                                   int32_t height, float* out);

/* Keeps the largest 8-connected piece. `out`: height x width bytes, no gaps; may be the input. */
SSAM_API ssam_status ssam_bitmap_keep_largest(const uint8_t* bitmap, int32_t width, int32_t height,
                                              int64_t stride, uint8_t* out);

/* Fills holes of at most `max_area` pixels (-1: all): see ssam_predict_options. */
SSAM_API ssam_status ssam_bitmap_fill_holes(const uint8_t* bitmap, int32_t width, int32_t height,
                                            int64_t stride, int64_t max_area, uint8_t* out);

SSAM_API ssam_status ssam_bitmap_contour(const uint8_t* bitmap, int32_t width, int32_t height,
                                         int64_t stride, double epsilon, ssam_contour** contour);

SSAM_API ssam_status ssam_bitmap_rle_counts(const uint8_t* bitmap, int32_t width, int32_t height,
                                            int64_t stride, uint32_t* counts, size_t capacity,
                                            size_t* count);

/* Compresses run lengths to COCO's string; `*length` is without the NUL, `capacity` with it. */
SSAM_API ssam_status ssam_rle_to_string(const uint32_t* counts, size_t count, char* out,
                                        size_t capacity, size_t* length);

/* The inverse. SSAM_ERROR_INVALID_ARGUMENT for a string that is not such. */
SSAM_API ssam_status ssam_rle_from_string(const char* string, size_t length, uint32_t* counts,
                                          size_t capacity, size_t* count);

/* Run lengths to a bitmap of `value` / 0, no gaps; they must add up to width * height. */
SSAM_API ssam_status ssam_rle_decode(const uint32_t* counts, size_t count, int32_t width,
                                     int32_t height, uint8_t value, uint8_t* out);

/* sha256 of `size` bytes, as 64 lower-case hex digits and a NUL. */
SSAM_API ssam_status ssam_sha256(const void* bytes, size_t size, char hex[65]);

#ifdef __cplusplus
}
#endif

#endif /* SQUEEZESAM_SSAM_H */
