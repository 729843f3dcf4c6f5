import BenchmarkModel
import SwiftUI

/// How far a benchmark is, what it found, or why it found nothing.
struct BenchmarkOutcome: View {
    let phase: BenchmarkStore.Phase

    var body: some View {
        switch phase {
        case .idle:
            EmptyView()
        case .running(let progress):
            Section {
                let (done, total) = (progress?.done ?? 0, progress?.total ?? 1)
                ProgressView(value: Double(done), total: Double(total)) {
                    Text("Measuring…")
                }
            }
        case .failed(let failure):
            Section {
                Label("The benchmark failed.", systemImage: "exclamationmark.triangle")
                Text(verbatim: failure.sentence)
                    .font(.footnote)
                    .foregroundColor(.secondary)
            }
        case .done(let result, let file):
            ForEach(Array(result.rows.enumerated()), id: \.offset) { _, row in
                RowSection(row: row)
            }
            Section {
                ShareLink(item: file) {
                    Label("Share the result", systemImage: "square.and.arrow.up")
                }
            }
        }
    }
}

private struct RowSection: View {
    let row: BenchmarkResult.Row

    var body: some View {
        Section {
            value("Cold load", row.coldLoad)
            value("Warm load", row.warmLoad)
            value("First prediction", row.firstPrediction)
            distribution("Automatic mask", row.automatic)
            distribution("Tap", row.tap)
            ForEach(row.programs.keys.sorted(), id: \.self) { name in
                distribution("Program \(name)", row.programs[name])
            }
            if let peak = row.peakMemoryMiB {
                LabeledContent(
                    "Peak memory",
                    value: Int64(peak * 1_048_576).formatted(.byteCount(style: .memory)))
            }
        } header: {
            if let unit = row.computeUnit { Text(unit.title) }
        } footer: {
            Text("Distributions: median, 90th and 99th percentile.")
        }
    }

    @ViewBuilder private func value(
        _ title: LocalizedStringKey, _ milliseconds: Double?
    ) -> some View {
        if let milliseconds {
            LabeledContent(title, value: milliseconds.milliseconds)
        }
    }

    @ViewBuilder private func distribution(
        _ title: LocalizedStringKey, _ times: Distribution?
    ) -> some View {
        if let times {
            LabeledContent(
                title,
                value: [times.p50, times.p90, times.p99].map(\.milliseconds)
                    .joined(separator: " · "))
        }
    }
}
