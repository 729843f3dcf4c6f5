import Foundation
import SqueezeSAM
import XCTest

/// The shared vectors for prompts and whole sessions, through the Swift API.
final class VectorSessionTests: XCTestCase {
    func testPromptsAreTakenOrRefusedAsInTheVectors() async throws {
        try await Vectors.each("prompts") { one in
            let engine = RecordingEngine { _, _, _ in nil }
            let (width, height) = (try one.whole("width"), try one.whole("height"))
            let grey = Photo(
                bytes: Data(repeating: 128, count: width * height), width: width, height: height,
                format: .gray)
            let session = try await open(grey, one, engine)
            try await makeCalls(session, one)
            let found = try await session.prompts.map { described($0) }
            XCTAssertEqual(
                found.map(\.kind), try one.list("prompts").map { try $0.list()[0].text() }, one.name
            )
            XCTAssertEqual(
                found.map(\.corners),
                try one.list("prompts").map { try $0.list()[1...].map { try $0.number() } })
            _ = try await session.predict(PredictOptions(candidate: 0))
            try checkPoints(engine, one)
        }
    }

    func testASessionWithRecordedOutputsGivesTheRecordedMasks() async throws {
        try await Vectors.each("sessions") { one in
            let outputs = try one.object("outputs")
            let engine = RecordingEngine { _, _, name in try outputs.floats(name) }
            try await replay(one, one.bytes("photo"), engine)
        }
    }

    /// A real photo through the shipped networks' own answers, tap by tap, bit for bit.
    func testASessionInWhichEveryRunWasRecordedGivesTheRecordedMasks() async throws {
        let recording = [UInt8](
            try Data(contentsOf: Vectors.folder.appendingPathComponent("replay.bin")))
        try await Vectors.each("replay") { one in
            let steps = try one.objects("steps")
            let (scale, shift) = (Float(try one.number("scale")), Float(try one.number("shift")))
            func logits(_ place: [Double]) -> [Float] {
                part(recording, place).map { Float(Int8(bitPattern: $0)) * scale + shift }
            }
            let engine = RecordingEngine { _, run, name in
                switch name {
                case "heatmap": return logits(try one.numbers("heatmap"))
                case "masks": return logits(try steps[run].numbers("masks"))
                default: return try steps[run].numbers("scores").map { Float($0) }
                }
            }
            try await replay(one, part(recording, one.numbers("photo")), engine)
            XCTAssertEqual(engine.runs(of: "heat"), 1)
            XCTAssertEqual(engine.runs(of: "segment"), steps.count)
        }
    }

    /// An encoder with its decoder, and a network that builds on its last mask: every run.
    func testSessionsOfOtherPipelinesGiveTheRecordedMasks() async throws {
        try await Vectors.each("pipelines") { one in
            let steps = try one.objects("steps")
            let engine = PipelineEngine(try steps.flatMap { try $0.objects("runs") })
            let bundle = try ModelBundle(manifest: one.text("manifest"))
            let photo = try storedPhoto(one, bytes: one.bytes("photo"))
            let session = try await Segmenter(bundle: bundle, engine: engine).open(photo)
            var runs = 0
            for step in steps {
                try await makeCalls(session, step)
                let mask = try await session.predict(try options(step.object("options")))
                try check(mask, step)
                runs += try step.list("runs").count
                XCTAssertEqual(engine.done, runs)
            }
        }
    }

    // MARK: - A session

    private func replay(_ one: Case, _ rgb: [UInt8], _ engine: RecordingEngine) async throws {
        let photo = try storedPhoto(one, bytes: rgb)
        let straight = try straightPhoto(one, rgb: rgb)
        let session = try await open(photo, one, engine)
        for step in try one.objects("steps") {
            try await makeCalls(session, step)
            let mask = try await session.predict(try options(step.object("options")))
            try check(mask, step)
            try checkPoints(engine, step)
            XCTAssertEqual(
                try digest(engine.seen("segment", "prompts")), try step.text("planes_sha256"))
            XCTAssertEqual(
                SqueezeSAMCore.sha256(Data(try mask.cutout(of: photo).bytes)),
                try step.text("cutout_sha256"))
            XCTAssertEqual(
                SqueezeSAMCore.sha256(Data(try mask.cutout(of: straight).bytes)),
                try step.text("straight_cutout_sha256"))
        }
        XCTAssertEqual(
            try digest(engine.seen("segment", "image")), try one.text("image_sha256"))
        XCTAssertEqual(
            try digest(engine.seen("heat", "image")), try one.text("heat_image_sha256"))
    }

    private func open(
        _ photo: Photo, _ one: Case, _ engine: RecordingEngine
    ) async throws -> Session {
        let bundle = try ModelBundle(manifest: one.text("manifest"))
        return try await Segmenter(bundle: bundle, engine: engine).open(photo)
    }

    private func storedPhoto(_ one: Case, bytes: [UInt8]) throws -> Photo {
        Photo(
            bytes: Data(bytes), width: try one.whole("stored_width"),
            height: try one.whole("stored_height"),
            orientation: Photo.Orientation(rawValue: Int32(try one.whole("orientation")))!)
    }

    /// The RGB photo with straight alpha, as README.md of the vectors has it.
    private func straightPhoto(_ one: Case, rgb: [UInt8]) throws -> Photo {
        let (width, height) = (try one.whole("stored_width"), try one.whole("stored_height"))
        var rgba: [UInt8] = []
        rgba.reserveCapacity(4 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                let at = 3 * (y * width + x)
                rgba += rgb[at..<at + 3]
                rgba.append(UInt8(min(max((5 * x + 3 * y) % 400 - 70, 0), 255)))
            }
        }
        return Photo(
            bytes: Data(rgba), width: width, height: height, format: .rgbaStraight,
            orientation: Photo.Orientation(rawValue: Int32(try one.whole("orientation")))!)
    }

    private func part(_ recording: [UInt8], _ place: [Double]) -> [UInt8] {
        let (first, count) = (Int(place[0]), Int(place[1]))
        return Array(recording[first..<first + count])
    }

    private func options(_ one: Case) throws -> PredictOptions {
        let candidate = try one.whole("candidate")
        let area = try one.whole("max_hole_area")
        return PredictOptions(
            candidate: candidate < 0 ? nil : candidate,
            keepLargest: try one.whole("keep_largest") == 1, maxHoleArea: area)
    }

    // MARK: - Calls

    private func makeCalls(_ session: Session, _ one: Case) async throws {
        for call in try one.list("calls") {
            let call = try call.list()
            let (name, numbers) = (try call[0].text(), try call[1].numbers())
            let (status, sentence) = (try call[2].text(), try call[3].text())
            do {
                try await make(name, numbers, session)
                XCTAssertEqual("SSAM_OK", status, "\(one.name): \(name)\(numbers)")
            } catch let error as SegmentationError {
                XCTAssertEqual(statusName(error.code.rawValue), status, one.name)
                XCTAssertEqual(error.message, sentence, one.name)
            }
        }
    }

    private func make(_ name: String, _ given: [Double], _ session: Session) async throws {
        switch name {
        case "add_point":
            let (x, y) = (given[0], given[1])
            try await session.add(given[2] == 1 ? .foreground(x: x, y: y) : .background(x: x, y: y))
        case "set_box":
            try await session.add(.box(x0: given[0], y0: given[1], x1: given[2], y1: given[3]))
        case "clear": try await session.clear()
        case "set_automatic":
            let drawn = AutomaticClicks.random(seed: UInt32(given[1]))
            try await session.setAutomatic(given[0] == 1 ? drawn : .centres)
        case "undo":
            let undone = try await session.undo()
            XCTAssertEqual(undone, given[0] == 1)
        default: throw VectorError("unknown call \(name)")
        }
    }

    // MARK: - Comparing

    private func check(_ mask: Mask, _ step: Case) throws {
        let wanted = try step.list("prompts").map { try $0.list() }
        XCTAssertEqual(mask.prompts.count, wanted.count)
        for (found, wanted) in zip(mask.prompts, wanted) {
            XCTAssertEqual(found.isAutomatic, try wanted[0].number() == 1)
            let prompt = described(found.prompt)
            XCTAssertEqual(prompt.kind, try wanted[1].text())
            for (a, b) in zip(prompt.corners, try wanted[2...].map { try $0.number() }) {
                XCTAssertEqual(a, b, accuracy: 1e-9)
            }
        }
        XCTAssertEqual(mask.candidate, try step.whole("chosen"))
        XCTAssertEqual(Double(mask.score), try step.number("score"))
        XCTAssertEqual(mask.area, try step.whole("area"))
        let box = mask.bounds.map { [$0.x, $0.y, $0.width, $0.height] } ?? [0, 0, 0, 0]
        XCTAssertEqual(box.map { Double($0) }, try step.numbers("box"))
        let runs = try mask.runLengths()
        XCTAssertEqual(try runs.string(), try step.text("rle"))
        XCTAssertEqual(try mask.bitmap(), try runs.bitmap())
        let logits = try mask.logits()
        for sample in try step.rows("logits") {
            let found = logits[Int(sample[1]) * mask.size.width + Int(sample[0])]
            XCTAssertEqual(Double(found), sample[2], accuracy: 1e-4)
        }
    }

    private func checkPoints(_ engine: RecordingEngine, _ one: Case) throws {
        let points = engine.seen("segment", "points")
        let wanted = try one.floats("points")
        XCTAssertEqual(points.count, wanted.count)
        for (a, b) in zip(points, wanted) {
            XCTAssertEqual(a, b, accuracy: 1e-5)
        }
        XCTAssertEqual(engine.seen("segment", "labels"), try one.floats("labels"))
    }

    /// The digest of whole numbers as (signed) bytes.
    private func digest(_ values: [Float]) throws -> String {
        SqueezeSAMCore.sha256(
            Data(
                values.map { value in
                    XCTAssertEqual(value, value.rounded())
                    return UInt8(truncatingIfNeeded: Int(value))
                }))
    }

    private func described(_ prompt: Prompt) -> (kind: String, corners: [Double]) {
        switch prompt {
        case .foreground(let x, let y): return ("foreground", [x, y, x, y])
        case .background(let x, let y): return ("background", [x, y, x, y])
        case .box(let x0, let y0, let x1, let y1): return ("box", [x0, y0, x1, y1])
        }
    }
}
