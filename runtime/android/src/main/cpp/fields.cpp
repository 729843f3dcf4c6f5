#include "fields.h"

#include "arrays.h"
#include "failure.h"

namespace ssam_jni {
namespace {

jmethodID text_method = nullptr;
jmethodID number_method = nullptr;
jmethodID fraction_method = nullptr;
jmethodID entry_method = nullptr;

jstring name_of(JNIEnv* env, const char* name) {
    const jstring made = env->NewStringUTF(name);
    check_pending(env);
    return made;
}

}  // namespace

bool find_fields(JNIEnv* env) {
    const jclass found = env->FindClass("org/squeezesam/Fields");
    if (found == nullptr) {
        return false;
    }
    text_method = env->GetMethodID(found, "text", "(Ljava/lang/String;[B)V");
    number_method = env->GetMethodID(found, "number", "(Ljava/lang/String;J)V");
    fraction_method = env->GetMethodID(found, "fraction", "(Ljava/lang/String;D)V");
    entry_method = env->GetMethodID(found, "entry", "(Ljava/lang/String;)Lorg/squeezesam/Fields;");
    env->DeleteLocalRef(found);
    return text_method != nullptr && number_method != nullptr && fraction_method != nullptr &&
           entry_method != nullptr;
}

void Fields::text(const char* name, const std::string& value) const {
    const jstring key = name_of(env_, name);
    const jbyteArray bytes = to_java(env_, value);
    env_->CallVoidMethod(fields_, text_method, key, bytes);
    check_pending(env_);
    env_->DeleteLocalRef(bytes);
    env_->DeleteLocalRef(key);
}

void Fields::number(const char* name, int64_t value) const {
    const jstring key = name_of(env_, name);
    env_->CallVoidMethod(fields_, number_method, key, static_cast<jlong>(value));
    check_pending(env_);
    env_->DeleteLocalRef(key);
}

void Fields::fraction(const char* name, double value) const {
    const jstring key = name_of(env_, name);
    env_->CallVoidMethod(fields_, fraction_method, key, value);
    check_pending(env_);
    env_->DeleteLocalRef(key);
}

jobject Fields::add(const char* name) const {
    const jstring key = name_of(env_, name);
    const jobject added = env_->CallObjectMethod(fields_, entry_method, key);
    check_pending(env_);
    env_->DeleteLocalRef(key);
    return added;
}

}  // namespace ssam_jni
