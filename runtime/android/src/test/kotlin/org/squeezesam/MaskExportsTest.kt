package org.squeezesam

import java.nio.ByteBuffer
import kotlin.math.exp
import kotlin.math.roundToInt
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

class MaskExportsTest {
    private val side = 80
    private val photo = squarePhoto(side)

    private fun withMask(test: suspend (Mask) -> Unit) =
        runBlocking {
            segmenterWith(FakeEngine()).use { segmenter ->
                segmenter.open(photo).use { session -> session.predict().use { test(it) } }
            }
        }

    private fun bytesOf(buffer: ByteBuffer) =
        ByteArray(buffer.remaining()).also(buffer.duplicate()::get)

    @Test
    fun `the mask is where the logits are positive and alpha is their sigmoid`() =
        withMask { mask ->
            val logits = mask.toLogits()
            val inside = logits.map { if (it > 0) 255.toByte() else 0 }.toByteArray()
            assertArrayEquals(inside, mask.toByteArray())
            val alpha = logits.map { (255 / (1 + exp(-it.toDouble()))).roundToInt() }
            val worst =
                mask.toAlpha().zip(alpha) { found, wanted ->
                    found.toUByte().toInt() -
                        wanted
                }
            assertTrue(worst.all { it in -1..1 })
        }

    @Test
    fun `rows are written with a stride and the gaps are left alone`() =
        withMask { mask ->
            for (buffer in listOf(
                ByteBuffer.allocateDirect(7 + 100 * side),
                ByteBuffer.allocate(7 + 100 * side),
            )) {
                repeat(buffer.capacity()) { buffer.put(it, 9) }
                buffer.position(7)
                mask.render(buffer, stride = 100, soft = false)
                assertEquals(7, buffer.position())
                val rows = bytesOf(buffer).toList().chunked(100)
                val wanted = mask.toByteArray().toList().chunked(side)
                assertEquals(wanted, rows.map { it.take(side) })
                assertTrue(rows.all { row -> row.drop(side).all { it == 9.toByte() } })
                assertEquals(9.toByte(), buffer.get(6))
            }
        }

    @Test
    fun `a cut-out has the photo's colours inside and nothing outside`() =
        withMask { mask ->
            val inside = mask.toByteArray()
            val source = Parts.resize(photo, mask.size)
            val wanted =
                ByteArray(4 * inside.size) { index ->
                    when {
                        inside[index / 4] == 0.toByte() -> 0
                        index % 4 == 3 -> 255.toByte()
                        else -> source[3 * (index / 4) + index % 4]
                    }
                }
            val hard = mask.cutout(photo, CutoutOptions(soft = false))
            assertEquals(PixelRect(0, 0, side, side), hard.rect)
            assertArrayEquals(wanted, bytesOf(hard.pixels))
        }

    @Test
    fun `refining moves the edge to that of the photo`() =
        withMask { mask ->
            mask.refine(photo).use { refined ->
                val middle = side / 4 until 3 * side / 4

                fun wrongPixels(bytes: ByteArray) =
                    bytes.indices.count { index ->
                        val bright = index % side in middle && index / side in middle
                        (bytes[index] != 0.toByte()) != bright
                    }

                val (plain, moved) = mask.toByteArray() to refined.toByteArray()
                assertTrue(wrongPixels(moved) <= wrongPixels(plain))
                assertEquals(refined.area, moved.count { it != 0.toByte() }.toLong())
                assertFalse(refined.toLogits().contentEquals(mask.toLogits()))
            }
            val failure = failureOf { mask.refine(squarePhoto(side - 1)) }
            assertEquals("SSAM_ERROR_PHOTO", statusOf(failure))
        }

    @Test
    fun `a cropped cut-out is the part of the whole one`() =
        withMask { mask ->
            val whole = bytesOf(mask.cutout(photo, CutoutOptions(premultiplied = true)).pixels)
            val options = CutoutOptions(premultiplied = true, crop = true)
            val crop = mask.cutout(photo, options)
            val rect = mask.cutoutRect(options)
            assertEquals(rect, crop.rect)
            assertTrue(rect.width < side && rect.height < side)
            val rows =
                (rect.y until rect.y + rect.height).flatMap { y ->
                    val first = 4 * (y * side + rect.x)
                    whole.slice(first until first + 4 * rect.width)
                }
            assertEquals(rows, bytesOf(crop.pixels).toList())
            // Premultiplied: no colour is brighter than its alpha.
            val pixels = whole.map { it.toUByte().toInt() }.chunked(4)
            assertTrue(pixels.all { (r, g, b, a) -> maxOf(r, g, b) <= a })
            assertTrue(pixels.any { it[3] == 255 } && pixels.any { it[3] == 0 })
        }

    @Test
    fun `filling the contour by the even-odd rule gives the mask back`() =
        withMask { mask ->
            val rings = mask.contour().rings
            val inside = mask.toByteArray()
            for (y in 0 until side) {
                for (x in 0 until side) {
                    val crossings = rings.sumOf { crossingsLeftOf(it, x + 0.5f, y + 0.5f) }
                    assertEquals(inside[y * side + x] != 0.toByte(), crossings % 2 == 1)
                }
            }
        }

    private fun crossingsLeftOf(ring: Ring, x: Float, y: Float): Int {
        val corners = ring.points.toList().chunked(2)
        return corners.indices.count { index ->
            val (ax, ay) = corners[index]
            val (bx, by) = corners[(index + 1) % corners.size]
            ax == bx && ax < x && (ay > y) != (by > y)
        }
    }

    @Test
    fun `another photo than the mask's is refused`() =
        withMask { mask ->
            val failure = failureOf { mask.cutout(squarePhoto(side - 1)) }
            assertEquals("SSAM_ERROR_PHOTO", statusOf(failure))
        }

    @Test
    fun `a buffer that is too small or read-only is refused with its size`() =
        withMask { mask ->
            val small = failureOf { mask.render(ByteBuffer.allocateDirect(side * side - 1)) }
            assertEquals(
                "the buffer of 6399 bytes is too small for 80 rows of 80 bytes, one every 80",
                small.message,
            )
            val gaps = failureOf { mask.render(ByteBuffer.allocate(side * side), stride = 81) }
            assertEquals("SSAM_ERROR_INVALID_ARGUMENT", statusOf(gaps))
            val negative = failureOf { mask.render(ByteBuffer.allocate(side * side), stride = -80) }
            assertEquals("SSAM_ERROR_INVALID_ARGUMENT", statusOf(negative))
            val frozen = ByteBuffer.allocateDirect(side * side).asReadOnlyBuffer()
            assertEquals(
                "the output buffer is read-only",
                failureOf { mask.render(frozen) }.message,
            )
            val value = failureOf { mask.toByteArray(value = 256) }
            assertEquals("the value 256 is not 1 to 255", value.message)
        }
}
