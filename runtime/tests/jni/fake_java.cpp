#include "jni/fake_java.h"

#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace fake_java {
namespace {

Machine* the_machine = nullptr;
thread_local Environment* the_environment = nullptr;

// Methods are told apart by their numbers, classes by their names.
enum Method : uintptr_t { kOther = 1, kRun, kFailure, kEntry };
char byte_array_class[] = "[B";
char other_class[] = "?";

jmethodID number(Method method) { return reinterpret_cast<jmethodID>(uintptr_t{method}); }

jobject as_object(void* pointer) { return static_cast<jobject>(pointer); }

Environment& here() { return *the_environment; }

std::vector<Object*> objects_of(jobject array) {
    std::vector<Object*> found;
    for (const jobject one : object_of(array).objects) {
        found.push_back(&object_of(one));
    }
    return found;
}

jclass find_class(JNIEnv*, const char* name) {
    return static_cast<jclass>(
        as_object(std::strcmp(name, "[B") == 0 ? byte_array_class : other_class));
}

jint register_natives(JNIEnv*, jclass, const JNINativeMethod* methods, jint count) {
    for (jint i = 0; i < count; ++i) {
        the_machine->natives[methods[i].name] = methods[i].fnPtr;
    }
    return JNI_OK;
}

jmethodID method_id(JNIEnv*, jclass, const char* name, const char*) {
    if (std::strcmp(name, "run") == 0) {
        return number(kRun);
    }
    return number(std::strcmp(name, "failure") == 0 ? kFailure
                  : std::strcmp(name, "entry") == 0 ? kEntry
                                                    : kOther);
}

jobject new_global(JNIEnv*, jobject object) { return object; }
void delete_reference(JNIEnv*, jobject) {}

jint push_frame(JNIEnv*, jint) {
    here().frames.push_back(here().count());
    return JNI_OK;
}

jobject pop_frame(JNIEnv*, jobject) {
    here().forget_after(here().frames.back());
    here().frames.pop_back();
    return nullptr;
}

jint throw_it(JNIEnv*, jthrowable exception) {
    here().pending = exception;
    return JNI_OK;
}
jboolean has_exception(JNIEnv*) { return here().pending == nullptr ? JNI_FALSE : JNI_TRUE; }
void clear_exception(JNIEnv*) { here().pending = nullptr; }

jint call_int(JNIEnv*, jobject, jmethodID method, va_list arguments) {
    if (method != number(kRun)) {
        std::abort();
    }
    const jint program = va_arg(arguments, jint);
    const jobject inputs = va_arg(arguments, jobject);
    const jobject outputs = va_arg(arguments, jobject);
    return the_machine->run()(program, objects_of(inputs), objects_of(outputs));
}

void call_void(JNIEnv*, jobject, jmethodID, va_list) {}

jobject call_object(JNIEnv*, jobject, jmethodID, va_list) { return here().make({}); }

jobject call_static(JNIEnv*, jclass, jmethodID, va_list arguments) {
    Object failure;
    failure.status = va_arg(arguments, jint);
    return here().make(std::move(failure));
}

jobject new_numbers(jsize count, size_t width, bool bytes) {
    Object array;
    array.is_byte_array = bytes;
    array.width = width;
    array.bytes.resize(static_cast<size_t>(count) * width);
    return here().make(std::move(array));
}

template <typename Array, size_t width>
Array new_array(JNIEnv*, jsize count) {
    return static_cast<Array>(new_numbers(count, width, width == 1));
}

template <typename Array, typename Element>
void set_region(JNIEnv*, Array array, jsize start, jsize count, const Element* from) {
    if (count > 0) {
        std::memcpy(object_of(array).bytes.data() + static_cast<size_t>(start) * sizeof(Element),
                    from, static_cast<size_t>(count) * sizeof(Element));
    }
}

template <typename Array, typename Element>
void get_region(JNIEnv*, Array array, jsize start, jsize count, Element* to) {
    if (count > 0) {
        std::memcpy(to,
                    object_of(array).bytes.data() + static_cast<size_t>(start) * sizeof(Element),
                    static_cast<size_t>(count) * sizeof(Element));
    }
}

jsize array_length(JNIEnv*, jarray array) {
    const Object& object = object_of(array);
    const size_t bytes = object.bytes.size() / object.width;
    return static_cast<jsize>(object.objects.empty() ? bytes : object.objects.size());
}

jobjectArray new_objects(JNIEnv*, jsize count, jclass, jobject) {
    Object array;
    array.objects.resize(static_cast<size_t>(count));
    return static_cast<jobjectArray>(here().make(std::move(array)));
}

void set_object(JNIEnv*, jobjectArray array, jsize index, jobject value) {
    object_of(array).objects[static_cast<size_t>(index)] = value;
}

jstring new_string(JNIEnv*, const char*) { return static_cast<jstring>(here().make({})); }

jobject new_buffer(JNIEnv*, void* address, jlong capacity) {
    Object buffer;
    buffer.address = address;
    buffer.capacity = capacity;
    return here().make(std::move(buffer));
}
void* buffer_address(JNIEnv*, jobject buffer) { return object_of(buffer).address; }
jlong buffer_capacity(JNIEnv*, jobject buffer) { return object_of(buffer).capacity; }

jboolean is_instance(JNIEnv*, jobject object, jclass which) {
    return static_cast<void*>(which) == byte_array_class && object_of(object).is_byte_array
               ? JNI_TRUE
               : JNI_FALSE;
}

void* pin(JNIEnv*, jarray array, jboolean*) { return object_of(array).bytes.data(); }
void unpin(JNIEnv*, jarray, void*, jint) {}

jint get_machine(JNIEnv*, JavaVM** machine) {
    *machine = the_machine->get();
    return JNI_OK;
}

const JNINativeInterface_& functions() {
    static const JNINativeInterface_ table = [] {
        JNINativeInterface_ made{};
        made.FindClass = find_class;
        made.RegisterNatives = register_natives;
        made.GetMethodID = method_id;
        made.GetStaticMethodID = method_id;
        made.NewGlobalRef = new_global;
        made.DeleteGlobalRef = delete_reference;
        made.DeleteLocalRef = delete_reference;
        made.PushLocalFrame = push_frame;
        made.PopLocalFrame = pop_frame;
        made.Throw = throw_it;
        made.ExceptionCheck = has_exception;
        made.ExceptionClear = clear_exception;
        made.CallIntMethodV = call_int;
        made.CallVoidMethodV = call_void;
        made.CallObjectMethodV = call_object;
        made.CallStaticObjectMethodV = call_static;
        made.NewByteArray = new_array<jbyteArray, 1>;
        made.NewIntArray = new_array<jintArray, sizeof(jint)>;
        made.NewLongArray = new_array<jlongArray, sizeof(jlong)>;
        made.NewFloatArray = new_array<jfloatArray, sizeof(jfloat)>;
        made.NewDoubleArray = new_array<jdoubleArray, sizeof(jdouble)>;
        made.SetByteArrayRegion = set_region<jbyteArray, jbyte>;
        made.SetIntArrayRegion = set_region<jintArray, jint>;
        made.SetLongArrayRegion = set_region<jlongArray, jlong>;
        made.SetFloatArrayRegion = set_region<jfloatArray, jfloat>;
        made.SetDoubleArrayRegion = set_region<jdoubleArray, jdouble>;
        made.GetByteArrayRegion = get_region<jbyteArray, jbyte>;
        made.GetIntArrayRegion = get_region<jintArray, jint>;
        made.GetLongArrayRegion = get_region<jlongArray, jlong>;
        made.GetFloatArrayRegion = get_region<jfloatArray, jfloat>;
        made.GetArrayLength = array_length;
        made.NewObjectArray = new_objects;
        made.SetObjectArrayElement = set_object;
        made.NewStringUTF = new_string;
        made.NewDirectByteBuffer = new_buffer;
        made.GetDirectBufferAddress = buffer_address;
        made.GetDirectBufferCapacity = buffer_capacity;
        made.IsInstanceOf = is_instance;
        made.GetPrimitiveArrayCritical = pin;
        made.ReleasePrimitiveArrayCritical = unpin;
        made.GetJavaVM = get_machine;
        return made;
    }();
    return table;
}

jint get_env(JavaVM*, void** env, jint) {
    if (the_environment == nullptr) {
        return JNI_EDETACHED;
    }
    *env = the_environment->get();
    return JNI_OK;
}

jint attach(JavaVM*, void** env, void*) {
    *env = (new Environment())->get();
    return JNI_OK;
}

jint detach(JavaVM*) {
    delete the_environment;
    return JNI_OK;
}

}  // namespace

Machine::Machine(Run run) : run_(std::move(run)) {
    table_.GetEnv = get_env;
    table_.AttachCurrentThread = attach;
    table_.DetachCurrentThread = detach;
    machine_.functions = &table_;
    the_machine = this;
}

Machine::~Machine() { the_machine = nullptr; }

Environment::Environment() {
    env_.functions = &functions();
    the_environment = this;
}

Environment::~Environment() { the_environment = nullptr; }

jobject Environment::make(Object object) {
    objects_.push_back(std::make_unique<Object>(std::move(object)));
    return as_object(objects_.back().get());
}

Object& object_of(jobject reference) {
    return *static_cast<Object*>(static_cast<void*>(reference));
}

Environment* current() { return the_environment; }

Machine* machine() { return the_machine; }

}  // namespace fake_java
