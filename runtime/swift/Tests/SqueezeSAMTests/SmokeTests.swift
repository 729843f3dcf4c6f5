import SqueezeSAM
import XCTest

final class SmokeTests: XCTestCase {
    func testTheCoreHasAVersion() { XCTAssertEqual(SqueezeSAMCore.schemaVersion, 1) }
}
