// Declarations for type-checking on Linux; nothing here is ever linked.
// swift-format-ignore-file
public typealias FourCharCode = UInt32
public typealias OSType = FourCharCode
public typealias natural_t = UInt32
public typealias task_flavor_t = natural_t
public typealias mach_port_t = UInt32
public typealias task_name_t = mach_port_t
public typealias integer_t = Int32
public typealias kern_return_t = Int32
public typealias mach_msg_type_number_t = natural_t
public typealias mach_vm_size_t = UInt64
public typealias task_info_t = UnsafeMutablePointer<integer_t>
public struct task_vm_info_data_t {
    public init() {}
    public var phys_footprint: mach_vm_size_t = 0
}
public var mach_task_self_: mach_port_t { 0 }
public var TASK_VM_INFO: Int32 { 22 }
public var KERN_SUCCESS: Int32 { 0 }
public func task_info(
    _ target_task: task_name_t, _ flavor: task_flavor_t, _ task_info_out: task_info_t!,
    _ task_info_outCnt: UnsafeMutablePointer<mach_msg_type_number_t>!
) -> kern_return_t { 0 }
