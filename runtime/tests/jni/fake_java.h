// As much of a Java machine as the binding calls, so that it runs without one: ThreadSanitizer sees
// every access of the binding and of the core, and none of a machine's own.
#pragma once

#include <jni.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fake_java {

// An array, a buffer, an exception or whatever else Java would hand over.
struct Object {
    bool is_byte_array = false;
    std::vector<uint8_t> bytes;    // of an array of numbers
    size_t width = 1;              // bytes of a number
    std::vector<jobject> objects;  // of an array of objects
    void* address = nullptr;       // of a direct buffer, with its capacity
    jlong capacity = 0;
    jint status = 0;  // of an exception
};

// What EngineBridge.run would do: the program's index, its inputs and outputs.
using Run = std::function<jint(jint, const std::vector<Object*>&, const std::vector<Object*>&)>;

// The one machine of this process.
class Machine {
 public:
    explicit Machine(Run run);
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    JavaVM* get() { return &machine_; }
    const Run& run() const { return run_; }

    // The native functions that the binding registered, by their name.
    std::map<std::string, void*> natives;

 private:
    JNIInvokeInterface_ table_{};
    JavaVM machine_{};
    Run run_;
};

// This thread's environment; it owns the objects that were made with it.
class Environment {
 public:
    Environment();
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    JNIEnv* get() { return &env_; }
    jobject make(Object object);
    void forget_after(size_t count) { objects_.resize(count); }

    std::vector<size_t> frames;
    jobject pending = nullptr;  // the exception that was thrown

    size_t count() const { return objects_.size(); }

 private:
    JNIEnv env_{};
    std::vector<std::unique_ptr<Object>> objects_;
};

Object& object_of(jobject reference);

// The environment of the thread that asks; nullptr where it has none.
Environment* current();

// The one machine; nullptr where there is none.
Machine* machine();

}  // namespace fake_java
