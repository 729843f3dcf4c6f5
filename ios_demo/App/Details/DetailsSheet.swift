import BenchmarkModel
import EditorModel
import SqueezeSAM
import SwiftUI

/// What ran, where, and how long it took.
struct DetailsSheet: View {
    let state: EditorState
    @EnvironmentObject private var models: ModelStore
    @Environment(\.dismiss) private var dismiss

    var body: some View {
        NavigationStack {
            List {
                if let result = state.result { TimingsSection(timings: result.mask.timings) }
                if let result = state.result { MaskSection(result: result) }
                if let bundle = state.bundle { ModelSection(bundle: bundle) }
                engine
            }
            .navigationTitle("Details")
            .navigationBarTitleDisplayMode(.inline)
            .toolbar {
                ToolbarItem(placement: .confirmationAction) {
                    Button("Done") { dismiss() }
                }
            }
        }
    }

    private var engine: some View {
        Section {
            Picker("Compute units", selection: unit) {
                ForEach(ComputeUnit.allCases, id: \.self) { unit in
                    Text(unit.title).tag(unit)
                }
            }
            LabeledContent("Engine", value: (state.bundle?.target ?? .coreML).title)
            LabeledContent("SDK version", value: SqueezeSAMCore.version)
        } header: {
            Text("Engine")
        } footer: {
            Text("Other compute units are used from the next photo on.")
        }
    }

    private var unit: Binding<ComputeUnit> {
        Binding(get: { models.computeUnit }, set: { models.use($0) })
    }
}

private struct TimingsSection: View {
    let timings: Timings

    var body: some View {
        Section {
            row("Opening the photo", timings.open)
            row("Finding the clicks", timings.clicks)
            row("Drawing the prompts", timings.prompts)
            ForEach(timings.programs.keys.sorted(), id: \.self) { program in
                row(Text(verbatim: program), timings.programs[program] ?? 0)
            }
            row("Making the mask", timings.mask)
            row("Total", timings.total)
                .font(.headline)
        } header: {
            Text("Time")
        } footer: {
            Text("The total leaves out opening the photo. A stage that did not run shows a dash.")
        }
    }

    private func row(_ title: LocalizedStringKey, _ milliseconds: Double) -> some View {
        row(Text(title), milliseconds)
    }

    private func row(_ title: Text, _ milliseconds: Double) -> some View {
        LabeledContent {
            Text(verbatim: milliseconds > 0 ? milliseconds.milliseconds : "–")
                .monospacedDigit()
        } label: {
            title
        }
    }
}

private struct MaskSection: View {
    let result: MaskResult

    var body: some View {
        Section("Mask") {
            LabeledContent(
                "Expected quality",
                value: Double(result.mask.score).formatted(.percent.precision(.fractionLength(1))))
            LabeledContent(
                "Share of the photo",
                value: result.share.formatted(.percent.precision(.fractionLength(1))))
            LabeledContent(
                "Photo", value: "\(result.mask.size.width) × \(result.mask.size.height)")
        }
    }
}

private struct ModelSection: View {
    let bundle: ModelBundle

    var body: some View {
        Section("Model") {
            LabeledContent("Name", value: bundle.name)
            LabeledContent("Precision", value: bundle.precision)
            LabeledContent(
                "Input", value: "\(bundle.inputSize.width) × \(bundle.inputSize.height)")
            LabeledContent("Size", value: size.formatted(.byteCount(style: .file)))
            LabeledContent("Licence", value: bundle.licence)
        }
    }

    private var size: Int64 {
        bundle.programs.map(\.fileSize).reduce(0, +)
    }
}

extension ModelBundle.Target {
    fileprivate var title: String {
        switch self {
        case .coreML: return "Core ML"  // not translated
        case .coreAI: return "Core AI"  // not translated
        case .execuTorch: return "ExecuTorch"  // not translated
        case .onnx: return "ONNX Runtime"  // not translated
        }
    }
}

extension Double {
    /// "12.3 ms", in the person's language.
    var milliseconds: String {
        Measurement(value: self, unit: UnitDuration.milliseconds)
            .formatted(
                .measurement(
                    width: .abbreviated, usage: .asProvided,
                    numberFormatStyle: .number.precision(.fractionLength(1))))
    }
}
