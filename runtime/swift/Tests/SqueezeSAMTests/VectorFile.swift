import CSqueezeSAM
import Foundation
import XCTest

/// A JSON value of the shared vectors (tests/vectors/README.md). `JSONDecoder` gives the very number
/// that is written; `JSONSerialization` on Linux is off by a last digit at times.
enum JSON: Decodable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else if let object = try? value.decode([String: JSON].self) {
            self = .object(object)
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else {
            self = .null
        }
    }

    func number() throws -> Double {
        guard case .number(let number) = self else { throw VectorError("\(self) is no number") }
        return number
    }

    func text() throws -> String {
        guard case .text(let text) = self else { throw VectorError("\(self) is no text") }
        return text
    }

    func list() throws -> [JSON] {
        guard case .list(let list) = self else { throw VectorError("\(self) is no list") }
        return list
    }

    func numbers() throws -> [Double] { try list().map { try $0.number() } }
}

/// A JSON object: a vector file's case, or a part of one.
struct Case {
    let members: [String: JSON]

    init(_ value: JSON) throws {
        guard case .object(let members) = value else { throw VectorError("\(value) is no object") }
        self.members = members
    }

    private func member(_ name: String) throws -> JSON {
        guard let value = members[name] else { throw VectorError("\(name) is missing") }
        return value
    }

    var name: String { (try? text("name")) ?? "this case" }
    func text(_ name: String) throws -> String { try member(name).text() }
    func whole(_ name: String) throws -> Int { Int(try number(name)) }
    func number(_ name: String) throws -> Double { try member(name).number() }
    func list(_ name: String) throws -> [JSON] { try member(name).list() }
    func numbers(_ name: String) throws -> [Double] { try member(name).numbers() }
    func rows(_ name: String) throws -> [[Double]] { try list(name).map { try $0.numbers() } }
    func object(_ name: String) throws -> Case { try Case(member(name)) }
    func objects(_ name: String) throws -> [Case] { try list(name).map(Case.init) }
    func bytes(_ name: String) throws -> [UInt8] { try asBytes(text(name)) }

    func flag(_ name: String) throws -> Bool {
        guard case .flag(let flag) = try member(name) else { throw VectorError("no flag") }
        return flag
    }

    func isNull(_ name: String) throws -> Bool {
        if case .null = try member(name) { return true }
        return false
    }

    func floats(_ name: String) throws -> [Float] {
        let bytes = try bytes(name)
        return stride(from: 0, to: bytes.count, by: 4).map { at in
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
            return Float(bitPattern: bits)
        }
    }
}

struct VectorError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

enum Vectors {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("tests/vectors")

    /// Calls `check` for every case; an error says which case it was.
    static func each(_ file: String, _ check: (Case) throws -> Void) throws {
        for (index, one) in try cases(file).enumerated() {
            do {
                try check(one)
            } catch {
                XCTFail("\(file) case \(index), \(one.name): \(error)")
            }
        }
    }

    static func each(_ file: String, _ check: (Case) async throws -> Void) async throws {
        for (index, one) in try cases(file).enumerated() {
            do {
                try await check(one)
            } catch {
                XCTFail("\(file) case \(index), \(one.name): \(error)")
            }
        }
    }

    private static func cases(_ file: String) throws -> [Case] {
        let data = try Data(contentsOf: folder.appendingPathComponent("\(file).json"))
        let whole = try Case(JSONDecoder().decode(JSON.self, from: data))
        guard try whole.whole("format") == 1, try whole.text("kind") == file else {
            throw VectorError("\(file).json is of another format")
        }
        let cases = try whole.objects("cases")
        XCTAssertFalse(cases.isEmpty)
        return cases
    }
}

func asBytes(_ hex: String) throws -> [UInt8] {
    let digits = Array(hex.utf8)
    return try stride(from: 0, to: digits.count, by: 2).map { at in
        guard let byte = UInt8(String(decoding: digits[at..<at + 2], as: UTF8.self), radix: 16)
        else { throw VectorError("not hexadecimal") }
        return byte
    }
}

/// Rows of letters as bytes: 0 for ".", 1 for the first of `inside`, -1 for the second.
func asPlane(_ rows: [JSON], inside: String = "#") throws -> (width: Int, height: Int, [Int8]) {
    let rows = try rows.map { try $0.text() }
    guard let first = rows.first else { throw VectorError("no rows") }
    let letters = Array(inside)
    let values = rows.joined().map { letter -> Int8 in
        letter == letters[0] ? 1 : (letters.count > 1 && letter == letters[1] ? -1 : 0)
    }
    return (first.count, rows.count, values)
}

/// The constant's name for a status: "SSAM_ERROR_PROMPT".
func statusName(_ status: Int32) -> String {
    String(cString: ssam_status_name(status))
}
