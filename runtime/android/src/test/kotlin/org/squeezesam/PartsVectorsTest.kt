package org.squeezesam

import com.google.gson.JsonObject
import java.nio.ByteBuffer
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Test

/** The shared vectors of the plain functions. */
class PartsVectorsTest {
    @Test
    fun `every file of vectors is read by a test`() {
        val read =
            setOf("bitmaps", "geometry", "manifests", "nv12", "planes", "prompts", "replay") +
                setOf("saliency", "sessions", "pipelines")
        assertEquals(emptySet<String>(), Vectors.kinds.toSet() - read)
    }

    @Test
    fun `geometry and orientation`() = Vectors.each("geometry", ::checkGeometry)

    @Test
    fun `two-plane photos`() = Vectors.each("nv12", ::checkTwoPlanes)

    @Test
    fun `prompt planes`() = Vectors.each("planes", ::checkPlanes)

    @Test
    fun `heat maps to clicks`() = Vectors.each("saliency", ::checkSaliency)

    @Test
    fun `pieces, holes, run lengths and outlines`() = Vectors.each("bitmaps", ::checkBitmap)

    private fun checkGeometry(case: JsonObject) =
        when (case.text("kind")) {
            "fit" -> {
                val (photo, input, size) =
                    listOf("photo", "input", "size").map { name ->
                        val (width, height) = case.ints(name)
                        Size(width, height)
                    }
                assertEquals(size, Parts.fit(photo, input))
            }
            "exif" ->
                assertEquals(case.int("orientation"), Photo.exifOrientation(case.hex("file")))
            "orient" -> assertArrayEquals(case.hex("upright"), Parts.orient(photoOf(case)))
            "resize" -> {
                val size = Size(case.int("width"), case.int("height"))
                assertArrayEquals(case.hex("resized"), Parts.resize(photoOf(case), size))
            }
            else -> throw AssertionError("an unknown kind of case")
        }

    private fun photoOf(case: JsonObject) =
        Photo(
            case.hex("stored"),
            case.int("stored_width"),
            case.int("stored_height"),
            orientation = case.int("orientation"),
        )

    private fun checkTwoPlanes(case: JsonObject) {
        val photo =
            Photo.twoPlane(
                ByteBuffer.wrap(case.hex("luma")),
                ByteBuffer.wrap(case.hex("chroma")),
                case.int("stored_width"),
                case.int("stored_height"),
                PixelFormat.valueOf(case.text("format").removePrefix("FORMAT_")),
                YuvRange.valueOf(case.text("range").removePrefix("RANGE_")),
                YuvMatrix.valueOf(case.text("matrix").removePrefix("MATRIX_")),
                case.int("stride"),
                case.int("chroma_stride"),
                case.int("orientation"),
            )
        assertArrayEquals(case.hex("upright"), Parts.orient(photo))
        val size = Size(case.int("width"), case.int("height"))
        assertArrayEquals(case.hex("resized"), Parts.resize(photo, size))
    }

    private fun checkPlanes(case: JsonObject) {
        val points =
            case
                .list("points")
                .flatMap(::numbersOf)
                .map { it.toFloat() }
                .toFloatArray()
        val labels = case.numbers("labels").map { it.toFloat() }.toFloatArray()
        val size = Size(case.int("width"), case.int("height"))
        val boxDefault = case.number("box_default").toFloat()
        val box =
            if (case.get("box").isJsonNull) {
                List(size.width * size.height) { boxDefault }
            } else {
                case.bitmap("box").bytes.map { it.toFloat() }
            }
        val clicks =
            case.list("clicks").flatMap { row ->
                row.asString.map {
                    if (it == '+') {
                        1f
                    } else if (it == '-') {
                        -1f
                    } else {
                        0f
                    }
                }
            }
        val found = Parts.drawPlanes(points, labels, size, case.number("radius"), boxDefault)
        assertArrayEquals((box + clicks).toFloatArray(), found, 0f)
    }

    private fun checkSaliency(case: JsonObject) {
        val heat = case.hex("heat")
        if (case.text("kind") == "heat") {
            assertArrayEquals(heat, Parts.logitsToHeat(case.floats("logits")))
            return
        }
        assertEquals("clicks", case.text("kind"))
        val found = Parts.salientClicks(heat, Size(case.int("width"), case.int("height")))
        assertEquals(case.int("threshold"), found.threshold)
        assertEquals(case.int("area").toLong(), found.area)
        assertEquals(case.int("peak"), found.peak)
        assertEquals(case.list("clicks").map(::numbersOf), found.clicks.map { it.toList() })
    }

    private fun checkBitmap(case: JsonObject) {
        if (case.text("kind") == "bad_rle") {
            val found = outcome { Parts.rleCounts(case.text("string")) }
            assertEquals(case.text("status") to case.text("sentence"), found)
            return
        }
        val map = case.bitmap("rows")
        if (case.text("kind") == "simplified") {
            val ring = Parts.contour(map.bytes, map.size, case.number("epsilon")).rings.single()
            assertEquals(case.list("points").map(::numbersOf), fromTheTop(ring))
            return
        }
        assertEquals("bitmap", case.text("kind"))
        assertArrayEquals(case.bitmap("largest").bytes, Parts.keepLargest(map.bytes, map.size))
        for (filled in case.list("filled").map { it.asJsonObject }) {
            val found = Parts.fillHoles(map.bytes, map.size, filled.get("max_area").asLong)
            assertArrayEquals(filled.bitmap("rows").bytes, found)
        }
        checkRuns(case, map)
        checkOutlines(case, map)
    }

    private fun checkRuns(case: JsonObject, map: Bitmap) {
        val rle = Parts.rle(map.bytes, map.size)
        assertEquals(case.ints("rle_counts"), rle.counts.asList())
        assertEquals(case.text("rle_string"), rle.string)
        val counts = Parts.rleCounts(rle.string)
        assertEquals(rle.counts.asList(), counts.asList())
        assertArrayEquals(map.bytes, Parts.rleDecode(counts, map.size))
    }

    private fun checkOutlines(case: JsonObject, map: Bitmap) {
        val wanted =
            case.list("contour").map { it.asJsonObject }.map { ring ->
                ring.int("parent") to ring.list("points").map(::numbersOf)
            }
        assertEquals(wanted, inOrder(Parts.contour(map.bytes, map.size).rings))
    }

    /** The outlines in the order of the README: parent and points. */
    private fun inOrder(rings: List<Ring>): List<Pair<Int, List<List<Double>>>> {
        val corner = compareBy<List<List<Double>>>({ it[0][1] }, { it[0][0] })
        val outer = rings.indices.filter { rings[it].parent == null }
        val groups =
            outer.map { index ->
                val holes = rings.filter { it.parent == index }.map(::fromTheTop)
                listOf(fromTheTop(rings[index])) + holes.sortedWith(corner)
            }
        var first = 0
        return groups.sortedWith(compareBy(corner) { it[0] }).flatMap { group ->
            val parent = first
            first += group.size
            group.mapIndexed { index, ring -> (if (index == 0) -1 else parent) to ring }
        }
    }

    /** The points from the topmost, among those the leftmost, on. */
    private fun fromTheTop(ring: Ring): List<List<Double>> {
        val points = ring.points.map { it.toDouble() }.chunked(2)
        val top = points.minWith(compareBy({ it[1] }, { it[0] }))
        val start = points.indexOf(top)
        return points.drop(start) + points.take(start)
    }
}
