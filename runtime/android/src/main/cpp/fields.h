// What the core tells, handed to Kotlin field by field with names: org.squeezesam.Fields.
#pragma once

#include <jni.h>

#include <cstdint>
#include <string>

#include "squeezesam/ssam.h"

namespace ssam_jni {

// Writes into a Fields object. Names are those of ssam.h, in ASCII.
class Fields {
 public:
    Fields(JNIEnv* env, jobject fields) : env_(env), fields_(fields) {}

    void text(const char* name, const std::string& value) const;
    void number(const char* name, int64_t value) const;
    void fraction(const char* name, double value) const;

    // Calls `fill` with the Fields of a new entry of the list `name`.
    template <typename Fill>
    void entry(const char* name, Fill&& fill) const {
        const jobject added = add(name);
        fill(Fields(env_, added));
        env_->DeleteLocalRef(added);
    }

 private:
    jobject add(const char* name) const;

    JNIEnv* env_;
    jobject fields_;
};

// Finds the methods of org.squeezesam.Fields. Called once, by JNI_OnLoad.
bool find_fields(JNIEnv* env);

}  // namespace ssam_jni
