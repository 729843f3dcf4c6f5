/* The header is C: this file is compiled as C11 and linked into the C++ tests. */
#include "squeezesam/ssam.h"

#if defined(__cplusplus)
#error "this file is there to be compiled as C"
#endif

ssam_status c_predicts_nothing(void);

ssam_status c_predicts_nothing(void) {
    ssam_predict_options options = ssam_predict_default_options();
    ssam_mask* mask = NULL;
    options.keep_largest = 1;
    return ssam_session_predict(NULL, &options, &mask);
}
