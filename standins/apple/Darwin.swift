// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
public typealias task_flavor_t = UInt32
public typealias task_name_t = UInt32
public typealias integer_t = Int32
public typealias kern_return_t = Int32
public typealias mach_msg_type_number_t = UInt32
public typealias task_info_t = UnsafeMutablePointer<integer_t>
public struct task_vm_info_data_t {
    public init() {}
    public var phys_footprint: UInt64 = 0
}
public var mach_task_self_: task_name_t { 0 }
public var TASK_VM_INFO: Int32 { 22 }
public var KERN_SUCCESS: kern_return_t { 0 }
public func task_info(
    _ target_task: task_name_t, _ flavor: task_flavor_t, _ task_info_out: task_info_t!,
    _ task_info_outCnt: UnsafeMutablePointer<mach_msg_type_number_t>!
) -> kern_return_t { 0 }
