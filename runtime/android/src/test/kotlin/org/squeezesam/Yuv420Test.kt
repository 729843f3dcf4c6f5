package org.squeezesam

import java.nio.ByteBuffer
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Test

/** Pictures of cameras: three planes become two. */
class Yuv420Test {
    private val width = 5
    private val height = 3

    private fun plane(rowStride: Int, pixelStride: Int, value: (Int, Int) -> Int): YuvPlane {
        // As cameras have it: the last row ends with its last value, and something lies before.
        val size = rowStride + 2 * pixelStride + 1
        val bytes = ByteBuffer.allocateDirect(4 + size)
        for (row in 0 until 2) {
            for (column in 0 until 3) {
                bytes.put(4 + row * rowStride + column * pixelStride, value(row, column).toByte())
            }
        }
        bytes.position(4)
        return YuvPlane(bytes, rowStride, pixelStride)
    }

    private fun luma(count: Int = 8 * 2 + 5) = YuvPlane(ByteBuffer.allocateDirect(count), 8, 1)

    @Test
    fun `pairs are Cb, Cr whatever the layout of the camera`() {
        for ((rowStride, pixelStride) in listOf(3 to 1, 8 to 2, 16 to 4)) {
            val u = plane(rowStride, pixelStride) { row, column -> 10 * row + column }
            val v = plane(rowStride, pixelStride) { row, column -> 100 + 10 * row + column }
            val photo = Photo.fromYuv420(luma(), u, v, width, height, orientation = 6)
            val wanted = byteArrayOf(0, 100, 1, 101, 2, 102, 10, 110, 11, 111, 12, 112)
            assertArrayEquals(wanted, photo.chromaStore as ByteArray)
            assertEquals(PixelFormat.NV12, photo.format)
            assertEquals(Size(3, 5), Size(photo.width, photo.height))
            assertEquals(4, u.bytes.position())
        }
    }

    @Test
    fun `planes that are too small or not YUV_420_888 are refused`() =
        runBlocking {
            val good = plane(8, 2) { _, _ -> 0 }
            val short = YuvPlane(ByteBuffer.allocate(12), 8, 2)
            val failures =
                listOf<suspend () -> Unit>(
                    { Photo.fromYuv420(luma(), good, short, width, height) },
                    { Photo.fromYuv420(luma(), YuvPlane(good.bytes, 3, 2), good, width, height) },
                    { Photo.fromYuv420(luma(), YuvPlane(good.bytes, 8, 0), good, width, height) },
                    { Photo.fromYuv420(YuvPlane(luma().bytes, 8, 2), good, good, width, height) },
                ).map { failureOf(it) }
            assertEquals(
                List(failures.size) { "SSAM_ERROR_INVALID_ARGUMENT" },
                failures.map { statusOf(it) },
            )
            assertEquals(
                "a chroma plane of 12 bytes is too small for 2 rows of 3 values",
                failures[0].message,
            )
            val empty = failureOf { Photo.fromYuv420(luma(), good, good, 0, 3) }
            assertEquals("the photo has no pixels (0x3)", empty.message)
        }

    @Test
    fun `quarter turns of cameras as EXIF orientations`() =
        runBlocking {
            val turns = listOf(0, 90, 180, 270, 360, -90)
            assertEquals(listOf(1, 6, 3, 8, 1, 8), turns.map { Photo.orientationForRotation(it) })
            val failure = failureOf { Photo.orientationForRotation(45) }
            assertEquals("a rotation of 45 degrees is not a quarter turn", failure.message)
        }
}
