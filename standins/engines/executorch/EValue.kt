package org.pytorch.executorch

public class EValue private constructor(private val tensor: Tensor) {
    public fun toTensor(): Tensor = tensor

    public companion object {
        @JvmStatic
        public fun from(tensor: Tensor): EValue = EValue(tensor)
    }
}
